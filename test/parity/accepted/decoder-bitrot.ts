import type { AcceptedDifference } from '../accepted-differences.ts'

export const accepted: AcceptedDifference[] = [
  {
    record: 'decoder/bitrot/text_hello.txt@dirunknown.json',
    reason: 'A direction that is neither left nor right is a fault: v1 took a mistake in a rule for right.',
  },
]
