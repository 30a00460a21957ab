import type { AcceptedDifference } from '../accepted-differences.ts'

export const accepted: AcceptedDifference[] = ['rtf_objdata_ole2.rtf', 'rtf_objdata_package.rtf'].map(
  sample => ({
    record: `carver/rtf/${sample}.json`,
    reason:
      'Of an OLE 1.0 object the native data is cut out, so that its carver finds it at offset 0; v1 gives the header with it.',
  }),
)
