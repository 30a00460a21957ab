/** What a condition is asked about. */
export interface Scope {
  payload: Uint8Array
  /** Names of rules that have matched; those that a condition names were asked before it. */
  matched: ReadonlySet<string>
}

/** A number in a condition; NaN is undefined. `low` and `high`: what it can be, all of it exact in a number of JavaScript. */
export interface Quantity {
  low: number
  high: number
  read: (scope: Scope) => number
}

const wordEnd = 2 ** 32

interface Operator {
  /** The larger, the closer it binds. */
  binding: number
  /** True: of words without a sign only. NaN in gives NaN out, and `apply` never sees it. */
  isOfWords: boolean
  apply: (a: number, b: number) => number
}

/** By how they are written. */
export const operators: Record<string, Operator> = {
  '|': { binding: 1, isOfWords: true, apply: (a, b) => (a | b) >>> 0 },
  '^': { binding: 2, isOfWords: true, apply: (a, b) => (a ^ b) >>> 0 },
  '&': { binding: 3, isOfWords: true, apply: (a, b) => (a & b) >>> 0 },
  '+': { binding: 4, isOfWords: false, apply: (a, b) => a + b },
  '-': { binding: 4, isOfWords: false, apply: (a, b) => a - b },
  '*': { binding: 5, isOfWords: false, apply: (a, b) => a * b },
  // Division by zero is undefined.
  '\\': { binding: 5, isOfWords: true, apply: (a, b) => (b === 0 ? Number.NaN : Math.floor(a / b)) },
  '%': { binding: 5, isOfWords: true, apply: (a, b) => a % b },
}

/** null where what comes out may not be exact. */
export function combine({ isOfWords, apply }: Operator, left: Quantity, right: Quantity): Quantity | null {
  const read = (scope: Scope) => {
    const [a, b] = [left.read(scope), right.read(scope)]
    return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : apply(a, b)
  }
  if (isOfWords) {
    if (![left, right].every(({ low, high }) => low >= 0 && high < wordEnd)) return null
    return { low: 0, high: wordEnd - 1, read }
  }
  const corners = [left.low, left.high].flatMap(a => [right.low, right.high].map(b => apply(a, b)))
  if (!corners.every(Number.isSafeInteger)) return null
  return { low: Math.min(...corners), high: Math.max(...corners), read }
}

/** An integer of the payload; NaN where it is not all there. */
interface IntegerReader {
  bytes: number
  read: (payload: Uint8Array, place: number) => number
}

/** `uint8` and its kin. */
export const readers: Record<string, IntegerReader> = {
  uint8: { bytes: 1, read: (payload, place) => byteAt(payload, place) },
  uint16: { bytes: 2, read: (payload, place) => byteAt(payload, place) | (byteAt(payload, place + 1) << 8) },
  uint16be: {
    bytes: 2,
    read: (payload, place) => (byteAt(payload, place) << 8) | byteAt(payload, place + 1),
  },
  uint32: {
    bytes: 4,
    read: (payload, place) =>
      (byteAt(payload, place) |
        (byteAt(payload, place + 1) << 8) |
        (byteAt(payload, place + 2) << 16) |
        (byteAt(payload, place + 3) << 24)) >>>
      0,
  },
  uint32be: {
    bytes: 4,
    read: (payload, place) =>
      ((byteAt(payload, place) << 24) |
        (byteAt(payload, place + 1) << 16) |
        (byteAt(payload, place + 2) << 8) |
        byteAt(payload, place + 3)) >>>
      0,
  },
}

function byteAt(payload: Uint8Array, place: number): number {
  return payload[place] ?? 0
}

/** What a reader finds at a place. */
export function readAt({ bytes, read }: IntegerReader, place: Quantity): Quantity {
  const span = { low: 0, high: 256 ** bytes - 1 }
  if (place.low === place.high) {
    const known = place.low
    if (known < 0) return { ...span, read: () => Number.NaN }
    const end = known + bytes
    return {
      ...span,
      read: ({ payload }) => (end <= payload.length ? read(payload, known) : Number.NaN),
    }
  }
  return {
    ...span,
    read: scope => {
      const { payload } = scope
      const at = place.read(scope)
      // Written so that NaN is outside.
      return at >= 0 && at + bytes <= payload.length ? read(payload, at) : Number.NaN
    },
  }
}
