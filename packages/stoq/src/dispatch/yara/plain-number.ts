import { type Integer, integers, type NumberTree, type Operator } from './plain-tree.ts'

/** What a condition is asked about. */
export interface Scope {
  payload: Uint8Array
  /** Names of rules that have matched; those that a condition names were asked before it. */
  matched: ReadonlySet<string>
  /** Of loops that are being gone through. */
  variables: Record<string, number>
}

/** Gives NaN where a number is undefined. */
type Read = (scope: Scope) => number

/** A number that was read, ready to be asked for. */
export function numberOf(tree: NumberTree): Read {
  if (typeof tree === 'number') return () => tree
  const [kind, first, second] = tree
  if (kind === 'filesize') return ({ payload }) => payload.length
  if (kind === 'variable') return ({ variables }) => variables[first] ?? Number.NaN
  if (second === undefined) return integerAt(kind as Integer, first)
  return applied(apply[kind as Operator], numberOf(first), numberOf(second))
}

const apply: Record<Operator, (a: number, b: number) => number> = {
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  '&': (a, b) => (a & b) >>> 0,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // Division by zero is undefined.
  '\\': (a, b) => (b === 0 ? Number.NaN : Math.floor(a / b)),
  '%': (a, b) => a % b,
}

function applied(apply: (a: number, b: number) => number, left: Read, right: Read): Read {
  return scope => {
    const [a, b] = [left(scope), right(scope)]
    return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : apply(a, b)
  }
}

/** An integer of the payload; undefined where it is not all there. */
function integerAt(kind: Integer, place: NumberTree): Read {
  const read = readers[kind]
  const bytes = widths[kind]
  if (typeof place === 'number')
    return ({ payload }) => (place + bytes <= payload.length ? read(payload, place) : Number.NaN)
  const placeOf = numberOf(place)
  return scope => {
    const { payload } = scope
    const at = placeOf(scope)
    // Written so that NaN is outside.
    return at >= 0 && at + bytes <= payload.length ? read(payload, at) : Number.NaN
  }
}

const widths = Object.fromEntries(
  integers.map(kind => [kind, Number.parseInt(kind.slice(4), 10) / 8]),
) as Record<Integer, number>

const readers: Record<Integer, (payload: Uint8Array, place: number) => number> = {
  uint8: byteAt,
  uint16: (payload, place) => byteAt(payload, place) | (byteAt(payload, place + 1) << 8),
  uint16be: (payload, place) => (byteAt(payload, place) << 8) | byteAt(payload, place + 1),
  uint32: (payload, place) =>
    (byteAt(payload, place) |
      (byteAt(payload, place + 1) << 8) |
      (byteAt(payload, place + 2) << 16) |
      (byteAt(payload, place + 3) << 24)) >>>
    0,
  uint32be: (payload, place) =>
    ((byteAt(payload, place) << 24) |
      (byteAt(payload, place + 1) << 16) |
      (byteAt(payload, place + 2) << 8) |
      byteAt(payload, place + 3)) >>>
    0,
}

function byteAt(payload: Uint8Array, place: number): number {
  return payload[place] ?? 0
}
