import { errorText, StoqError } from '../errors.ts'
import { forceUnicode } from '../payload/text.ts'
import { printable } from './printable.ts'
import { maxDepth, maxValues, rewrite } from './rewrite.ts'

export interface DumpsOptions {
  /** Spaces for each level, up to 10; 0: everything on one line. */
  indent?: number
  /** True: everything on one line, without spaces. */
  compactly?: boolean
}

/**
 * JSON of any value, always well-formed and safe to print: plain UTF-8, but control characters, line separators and
 * lone surrogates are escaped (v1 escaped all that is not ASCII). NaN and infinities are null, bytes are text (see
 * `bytesToText`), dates ISO 8601, maps objects, sets lists, big integers numbers or else text; what holds itself or is
 * deeper than 500 levels becomes a text that says so. Throws STOQ_BUDGET for what does not fit in a text (512 MiB).
 */
export function dumps(value: unknown, { indent = 4, compactly = false }: DumpsOptions = {}): string {
  try {
    const shape = shapeOf(value)
    const plain = shape.isPlain ? value : rewrite(value, { leaf: plainLeaf })
    const { steps } = shape.isPlain || compactly ? shape : shapeOf(plain)
    const spaces = compactly || steps * indent > maxIndentation ? 0 : indent
    return escapeControls(JSON.stringify(plain, null, spaces) ?? 'null')
  } catch (error) {
    const reason = `the document is too long for one text (${errorText(error)})`
    throw new StoqError('STOQ_BUDGET', [reason], { cause: error })
  }
}

/** The value of a JSON text; bytes are read as `forceUnicode` does. Throws STOQ_JSON_SYNTAX. A key `__proto__` is a key like any other. */
export function loads(source: string | Uint8Array): unknown {
  const text = typeof source === 'string' ? source : (forceUnicode(source) ?? '')
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new StoqError('STOQ_JSON_SYNTAX', [printable(errorText(error))], { cause: error })
  }
}

/** A copy with `.` and space in keys replaced by `_`, for stores that give them a meaning. Keys that become the same are told apart as `key_2`. */
export function sanitizeJson(value: unknown): unknown {
  return rewrite(value, { key: key => key.replace(/[. ]/g, '_') })
}

/** A copy in which all values are text (`True`, `1.5`, nothing is ``) and an object inside an object is a list of one. */
export function normalizeJson(value: unknown): unknown {
  return rewrite(value, {
    leaf: leaf => leafText(plainLeaf(leaf)),
    member: member => (typeof member === 'object' && !Array.isArray(member) ? [member] : member),
  })
}

/**
 * Bytes as text: printable ASCII as it is, `\\` for a backslash, `\t \n \r`, and `\xNN` for all others. What v1 wrote
 * without its `b'…'` around it: the quotes changed with the content, and every reader had to take them off again.
 */
export function bytesToText(bytes: Uint8Array): string {
  const text = Buffer.allocUnsafe(bytes.length * 4)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte >= 0x20 && byte < 0x7f && byte !== backslash) {
      text[length++] = byte
      continue
    }
    text[length++] = backslash
    const letter = shortEscapes[byte] as number
    text[length++] = letter === 0 ? 0x78 : letter
    if (letter !== 0) continue
    text[length++] = hexDigits[byte >> 4] as number
    text[length++] = hexDigits[byte & 15] as number
  }
  return text.toString('latin1', 0, length)
}

const backslash = 0x5c
const hexDigits = Buffer.from('0123456789abcdef')
/** The letter after the backslash, 0 where there is none. */
const shortEscapes = new Uint8Array(256)
shortEscapes.set([0x74, 0x6e], 0x09)
shortEscapes[0x0d] = 0x72
shortEscapes[backslash] = backslash

/** Bytes, dates and the like as something that JSON knows; an object or a list is looked at again. */
function plainLeaf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return bytesToText(value)
  if (value instanceof ArrayBuffer) return bytesToText(new Uint8Array(value))
  if (value instanceof DataView)
    return bytesToText(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>)
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON()
  return value instanceof Error || value instanceof RegExp ? String(value) : value.valueOf()
}

/** v1: booleans as Python prints them. */
function leafText(value: unknown): unknown {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'object' ? value : String(value)
}

/** Characters of indentation in one text. A small document that is deep and wide could ask for gigabytes: it gets none. */
const maxIndentation = 67_108_864

interface Shape {
  /** True when JSON.stringify alone gives the right text: to look first costs a fourth of what a copy does. */
  isPlain: boolean
  values: number
  /** Levels of all values, summed up: the steps that indentation would have. */
  steps: number
}

function shapeOf(value: unknown): Shape {
  const shape = { isPlain: true, values: 0, steps: 0 }
  try {
    shape.isPlain = addShape(shape, value, 0)
  } catch {
    // A getter that throws: the copy says which.
    shape.isPlain = false
  }
  return shape
}

/** False, and the look ends there, when JSON.stringify needs a copy. */
function addShape(shape: Shape, value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'bigint' && typeof value !== 'function'
  const members = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : null
  if (members === null || depth >= maxDepth) return false
  shape.values += members.length
  shape.steps += members.length * (depth + 1) + depth
  if (shape.values > maxValues) return false
  for (const member of members) if (!addShape(shape, member, depth + 1)) return false
  return true
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** JSON.stringify escapes controls below 0x20 only; terminals obey those of 0x80 too, and some readers end a line at them. */
function escapeControls(text: string): string {
  if (!/[\x7f-\x9f\u2028\u2029]/.test(text)) return text
  return text.replace(/[\x7f-\x9f\u2028\u2029]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
