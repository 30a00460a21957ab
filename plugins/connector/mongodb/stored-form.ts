import { Binary, BSON } from 'mongodb'

/** Largest document of MongoDB, with room for what the server adds. */
const largestDocument = 16 * 2 ** 20 - 1024
/** MongoDB takes 100 levels. */
const deepest = 95

/** Why a document cannot stand in a collection as it is. */
export class NotStorable extends Error {}

/**
 * A document as MongoDB takes it: keys encoded by `encodeKey`, bytes as Binary, numbers that JSON does not know as null.
 * Throws NotStorable when it is too deep or too large.
 */
export function toStored(document: object): Record<string, unknown> {
  const stored = convert(document, 0) as Record<string, unknown>
  if (BSON.calculateObjectSize(stored) > largestDocument) throw new NotStorable('it is larger than 16 MiB')
  return stored
}

function convert(value: unknown, depth: number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return new Binary(value)
  if (value instanceof Date) return value
  if (depth >= deepest) throw new NotStorable(`it has more than ${deepest} levels`)
  if (Array.isArray(value)) return value.map(item => convert(item, depth + 1) ?? null)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [encodeKey(key), convert(item, depth + 1)]))
}

/** Keys that would be taken for something else: by MongoDB, by its driver, or by whoever reads the document. */
const special = /^\$|^_(?=id$|bsontype$|_proto__$)|[%.\0]/g

/**
 * A key that MongoDB takes. Percent signs, dots, NUL, a leading `$`, and the first letter of `_id`, `__proto__` and `_bsontype` become
 * `%` and two hexadecimal digits; the empty key becomes `%`. `decodeKey` gives back every key as it was.
 */
export function encodeKey(key: string): string {
  if (key === '') return '%'
  return key.replace(special, ([sign = '']) => `%${hex(sign)}`)
}

/** The key that `encodeKey` was given. */
export function decodeKey(key: string): string {
  if (key === '%') return ''
  return key.replace(/%([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
}
