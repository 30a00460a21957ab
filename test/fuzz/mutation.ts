import fc from 'fast-check'
import { integers, tokens } from './dictionary.ts'

/** A place in a payload of any length: bytes from its start, from its end, or a share of it. */
export type Place = readonly [from: 'start' | 'end' | 'share', value: number]

/** One change of a payload. */
export type Mutation =
  | { kind: 'flip'; at: Place; bit: number }
  | { kind: 'byte'; at: Place; value: number }
  | { kind: 'integer'; at: Place; width: 2 | 4 | 8; bigEndian: boolean; index: number }
  | { kind: 'add'; at: Place; width: 2 | 4 | 8; bigEndian: boolean; delta: number }
  | { kind: 'digits'; at: Place; text: string }
  | { kind: 'token'; at: Place; index: number; insert: boolean }
  | { kind: 'cut'; at: Place; keep: 'head' | 'tail' }
  | { kind: 'remove'; at: Place; length: number }
  | { kind: 'repeat'; at: Place; length: number; times: number }
  | { kind: 'move'; at: Place; to: Place; length: number }
  | { kind: 'fill'; at: Place; length: number; value: number }
  | { kind: 'splice'; at: Place; sample: number; from: Place; length: number; insert: boolean }

/** Nothing that a mutation makes is larger: what is slow here is slow for its form, not for its size. */
export const largest = 256 * 1024

const everything = 2 ** 24

const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('share'), fc.nat({ max: everything - 1 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('start'), fc.nat({ max: 127 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('end'), fc.nat({ max: 127 })) },
) as fc.Arbitrary<Place>

const width = fc.constantFrom(2, 4, 8) as fc.Arbitrary<2 | 4 | 8>
const length = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 4096 }))
const byte = fc.oneof(fc.constantFrom(0, 1, 0x20, 0x7f, 0x80, 0xfe, 0xff), fc.nat({ max: 255 }))
const field = { at: place, width, bigEndian: fc.boolean() }
const kind = <K extends Mutation['kind']>(name: K) => fc.constant(name)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: kind('flip'), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: kind('byte'), at: place, value: byte }),
  fc.record({ kind: kind('integer'), ...field, index: fc.nat({ max: integers.length - 1 }) }),
  fc.record({ kind: kind('integer'), ...field, index: fc.nat({ max: integers.length - 1 }) }),
  fc.record({ kind: kind('add'), ...field, delta: fc.integer({ min: -32, max: 32 }) }),
  fc.record({
    kind: kind('digits'),
    at: place,
    text: fc.constantFrom('0', '-1', '1', '65535', '4294967295', '9'.repeat(20)),
  }),
  fc.record({
    kind: kind('token'),
    at: place,
    index: fc.nat({ max: tokens.length - 1 }),
    insert: fc.boolean(),
  }),
  fc.record({ kind: kind('cut'), at: place, keep: fc.constantFrom('head', 'tail') }),
  fc.record({ kind: kind('remove'), at: place, length }),
  fc.record({ kind: kind('repeat'), at: place, length, times: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: kind('move'), at: place, to: place, length }),
  fc.record({ kind: kind('fill'), at: place, length, value: byte }),
  fc.record({ kind: kind('splice'), at: place, sample: fc.nat(), from: place, length, insert: fc.boolean() }),
)

/** One to eight changes, in their order. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 8 })

/** A changed copy of the sample; `others` are what it may be spliced with. */
export function mutate(
  sample: Uint8Array,
  changes: readonly Mutation[],
  others: readonly Uint8Array[],
): Buffer {
  let bytes: Buffer = Buffer.from(sample)
  for (const change of changes) bytes = Buffer.from(apply(bytes, change, others).subarray(0, largest))
  return bytes
}

function apply(bytes: Buffer, change: Mutation, others: readonly Uint8Array[]): Buffer {
  const at = offsetOf(change.at, bytes.length)
  switch (change.kind) {
    case 'flip':
      return overwrite(bytes, at, [(bytes[at] ?? 0) ^ (1 << change.bit)])
    case 'byte':
      return overwrite(bytes, at, [change.value])
    case 'integer':
      return overwrite(bytes, at, encode(integers[change.index] ?? 0n, change))
    case 'add':
      return addTo(bytes, at, change)
    case 'digits':
      return replaceDigits(bytes, at, change.text)
    case 'token':
      return put(bytes, at, tokens[change.index] ?? Buffer.alloc(0), change.insert)
    case 'fill':
      return overwrite(bytes, at, Buffer.alloc(change.length, change.value))
    case 'splice':
      return splice(bytes, at, change, others)
    default:
      return rearrange(bytes, at, change)
  }
}

type Rearrangement = Extract<Mutation, { kind: 'cut' | 'remove' | 'repeat' | 'move' }>

function rearrange(bytes: Buffer, at: number, change: Rearrangement): Buffer {
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
  if (change.kind === 'cut') return change.keep === 'head' ? head : tail
  const block = tail.subarray(0, change.length)
  const rest = tail.subarray(change.length)
  if (change.kind === 'remove') return Buffer.concat([head, rest])
  if (change.kind === 'repeat')
    return Buffer.concat([head, ...Array.from({ length: change.times }, () => block), tail])
  const without = Buffer.concat([head, rest])
  return put(without, offsetOf(change.to, without.length), block, true)
}

function offsetOf([from, value]: Place, size: number): number {
  if (from === 'share') return Math.floor((value / everything) * size)
  return from === 'start' ? Math.min(value, size) : Math.max(0, size - 1 - value)
}

/** What does not fit behind the end is left out: lengths change by other mutations. */
function overwrite(bytes: Buffer, at: number, values: ArrayLike<number>): Buffer {
  for (let index = 0; index < values.length && at + index < bytes.length; index++) {
    bytes[at + index] = values[index] ?? 0
  }
  return bytes
}

function put(bytes: Buffer, at: number, values: Uint8Array, insert: boolean): Buffer {
  if (!insert) return overwrite(bytes, at, values)
  return Buffer.concat([bytes.subarray(0, at), values, bytes.subarray(at)])
}

interface Field {
  width: 2 | 4 | 8
  bigEndian: boolean
}

function encode(value: bigint, { width, bigEndian }: Field): Buffer {
  const field = Buffer.alloc(8)
  field.writeBigUInt64LE(BigInt.asUintN(8 * width, value))
  const bytes = field.subarray(0, width)
  return bigEndian ? bytes.reverse() : bytes
}

function addTo(bytes: Buffer, at: number, change: Field & { delta: number }): Buffer {
  const { width, bigEndian, delta } = change
  if (at + width > bytes.length) return bytes
  const field = Buffer.alloc(8)
  field.set(bytes.subarray(at, at + width))
  if (bigEndian) field.subarray(0, width).reverse()
  return overwrite(bytes, at, encode(field.readBigUInt64LE() + BigInt(delta), change))
}

/** The first number in digits at or after the place becomes another, in as many bytes as that takes. */
function replaceDigits(bytes: Buffer, at: number, text: string): Buffer {
  const found = /\d{1,20}/.exec(bytes.toString('latin1', at, at + 512))
  if (!found) return bytes
  const start = at + found.index
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(text), bytes.subarray(start + found[0].length)])
}

type Splice = Extract<Mutation, { kind: 'splice' }>

function splice(bytes: Buffer, at: number, change: Splice, others: readonly Uint8Array[]): Buffer {
  const other = others[change.sample % Math.max(1, others.length)] ?? bytes
  const from = offsetOf(change.from, other.length)
  // Every eighth splice takes all that is left: two files grown together.
  const length = change.length % 8 === 0 ? other.length : change.length
  return put(bytes, at, other.subarray(from, from + length), change.insert)
}
