import { randomBytes } from 'node:crypto'
import { StoqError } from '../errors.ts'
import { frameOf } from '../pool/frames.ts'

/** A fault of Python, as its process tells it. */
export interface PythonFault {
  /** Name of the class of the exception. */
  type: string
  message: string
  /** The traceback. */
  stack?: string
  /** Code of the StoqError that it was. */
  code?: string
  /** The command line was wrong, or asked for help. */
  says?: 'usage' | 'help'
  /** Name of the module that is not installed. */
  missing?: string
}

/** What the process answers to a call: a value, the beginning of a stream, items of one, a fault. */
export interface Reply {
  id: number
  result?: unknown
  stream?: true
  items?: unknown[]
  end?: boolean
  error?: PythonFault
}

/** What the process asks for by itself. */
export interface Question {
  ask: number
  name: string
  args: unknown[]
}

/** A line for the log. */
export interface LogLine {
  log: string
  name: string
  message: string
  stack?: string
}

export type FromPython = Reply | Question | LogLine

/** Where bytes stand in a message: nobody can guess the key, so no document passes for it. */
export function newMark(): string {
  return `bytes:${randomBytes(16).toString('base64url')}`
}

/** The chunks of a message: JSON, and the bytes of its values as a body. */
export function encodeMessage(message: object, mark: string): Uint8Array[] {
  const parts: Uint8Array[] = []
  let length = 0
  const head = JSON.stringify(withPlainBytes(message), function (this: Record<string, unknown>, key, value) {
    // Not `value`: a Buffer has been made JSON of already.
    const given = this[key]
    if (typeof given === 'bigint') return String(given)
    if (!(given instanceof Uint8Array)) return value
    parts.push(given)
    length += given.byteLength
    return { [mark]: [length - given.byteLength, given.byteLength] }
  })
  const [first] = parts
  return frameOf(Buffer.from(head), parts.length === 1 && first ? first : Buffer.concat(parts, length))
}

/** A Buffer would be made JSON of, number by number, before anybody is asked: where payloads are, it is none. */
function withPlainBytes(message: object): object {
  const { args, result } = message as { args?: unknown[]; result?: unknown }
  return {
    ...message,
    ...(args && { args: args.map(plainBytes) }),
    ...(result !== undefined && { result: plainBytes(result) }),
  }
}

function plainBytes(value: unknown): unknown {
  return Buffer.isBuffer(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value
}

/** The message of a frame. Throws STOQ_POOL_DIED for what is none: the process is out of its mind. */
export function decodeMessage(head: Buffer, body: Buffer, mark: string): FromPython {
  const text = head.toString()
  const revive = (_key: string, value: unknown, source?: { source?: string }) => {
    if (typeof value === 'number') return exact(value, source?.source)
    const place =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[mark] : null
    return Array.isArray(place) ? slice(body, place) : value
  }
  // Only few messages hold what JSON cannot say.
  const isPlain = !text.includes(mark) && !/\d{16}/.test(text)
  const message: unknown = isPlain ? JSON.parse(text) : JSON.parse(text, revive)
  if (!isMessage(message)) throw new StoqError('STOQ_POOL_DIED', ['it said what cannot be understood'])
  return message
}

/** An integer that JavaScript would round is the text of its digits. */
function exact(value: number, source = ''): number | string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value
}

function slice(body: Buffer, [offset, length]: unknown[]): Uint8Array {
  const isInside =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    Number(offset) >= 0 &&
    Number(length) >= 0 &&
    Number(offset) + Number(length) <= body.length
  if (!isInside) throw new StoqError('STOQ_POOL_DIED', ['it said what cannot be understood'])
  return body.subarray(Number(offset), Number(offset) + Number(length))
}

function isMessage(value: unknown): value is FromPython {
  if (typeof value !== 'object' || value === null) return false
  const { id, ask, name, args, log, message, error, items = [] } = value as Record<string, unknown>
  if (id !== undefined)
    return typeof id === 'number' && (error === undefined || isFault(error)) && Array.isArray(items)
  if (ask !== undefined) return typeof ask === 'number' && typeof name === 'string' && Array.isArray(args)
  return [log, name, message].every(isText) && areTexts(value, ['stack'])
}

function isFault(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { type, message } = value as Record<string, unknown>
  return isText(type) && isText(message) && areTexts(value, ['stack', 'code', 'says', 'missing'])
}

function areTexts(value: object, keys: readonly string[]): boolean {
  return keys.every(key => !Object.hasOwn(value, key) || isText(Reflect.get(value, key)))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
