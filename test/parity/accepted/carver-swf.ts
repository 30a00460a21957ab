import type { AcceptedDifference } from '../accepted-differences.ts'

export const accepted: AcceptedDifference[] = [
  ...['swf_cws_incompressible.swf', 'swf_zws_offset.bin'].map(sample => ({
    record: `carver/swf/${sample}.json`,
    reason:
      "The content is the wanted one; no name of a file is told: 'swf' is how the record calls its member.",
  })),
  ...['swf_badlen.swf', 'trunc_swf_cws.swf', 'trunc_swf_fws.swf', 'trunc_swf_zws.swf'].map(sample => ({
    record: `carver/swf/${sample}.json`,
    reason:
      'A file that is not as long as it says gives what there is of it, and is told as damaged; v1 gives nothing.',
  })),
]
