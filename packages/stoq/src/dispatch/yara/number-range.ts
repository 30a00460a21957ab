import type { NumberTree, Operator } from './plain-tree.ts'

/** A number in a condition and what it can be, all of it exact in a number of JavaScript: the engines count in 64 bits. */
export interface Quantity {
  tree: NumberTree
  low: number
  high: number
}

const wordEnd = 2 ** 32

/** null where what comes out may not be exact. */
export function combine(operator: Operator, left: Quantity, right: Quantity): Quantity | null {
  const tree = [operator, left.tree, right.tree] as const
  const ends = endsOf[operator as keyof typeof endsOf]
  if (!ends) return isWord(left) && isWord(right) ? { tree, low: 0, high: wordEnd - 1 } : null
  const corners = [left.low, left.high].flatMap(a => [right.low, right.high].map(b => ends(a, b)))
  if (!corners.every(Number.isSafeInteger)) return null
  return { tree, low: Math.min(...corners), high: Math.max(...corners) }
}

/** Of the others, the operands have to be words of 32 bits without a sign, and so is what comes out. */
const endsOf = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
}

function isWord({ low, high }: Quantity): boolean {
  return low >= 0 && high < wordEnd
}
