import type { AcceptedDifference } from '../accepted-differences.ts'

export const accepted: AcceptedDifference[] = ['trunc_xdp_pdf.xdp', 'xdp_malformed.xdp'].map(sample => ({
  record: `carver/xdp/${sample}.json`,
  reason:
    'A document that was cut short gives what there is of it, and a fault; v1 gives nothing, not even whole elements.',
}))
