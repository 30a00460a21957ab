import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqCarverPlugin,
} from 'stoq'
import { type OleObject, readOleObject } from './ole1.ts'
import { type Blob, RtfScanner } from './scanner.ts'

/**
 * Carves data out of an RTF document: hex digits, however they are obfuscated, and binary data. Of an embedded object it
 * gives the native data, of a `Package` in the form of its stream `\x01Ole10Native`, and what follows them.
 * meta: `offset` of the first digit in the document and `size` in bytes; `destination`, the control word that the data
 * belongs to; of objects `kind`, `class_name`, `topic_name`, `item_name`; `damaged` where the data ends too early.
 */
export class RtfCarver extends StoqCarverPlugin {
  /** Hex digits that a blob must have more than. */
  minimum_size = 64

  /** v1: a payload that begins otherwise is no RTF. */
  carve(payload: Payload, _kwargs: Kwargs, context: PluginContext): ExtractedResult {
    if (payload[0] !== 0x7b || payload[1] !== 0x5c) return null
    const found = this.#find(payload, context)
    const first = found.next()
    return first.done ? null : prepend(first.value, found)
  }

  *#find(payload: Payload, { budget }: PluginContext): Generator<Extracted, void> {
    const room = () => budget.remainingBytes
    const minimumDigits = Math.max(0, this.minimum_size)
    for (const blob of new RtfScanner(payload, { minimumDigits, room }).blobs()) {
      if (blob.content) yield* parts(blob, blob.content, minimumDigits / 2)
      else budget.cut('max_bytes', `hex data at offset ${blob.offset} left out: more than ${room()} bytes`)
    }
  }
}

/** The blob itself, or what is in the object that it holds. */
function* parts(blob: Blob, content: Uint8Array, minimum: number): Generator<Extracted> {
  const { offset, destination, isCut } = blob
  const about = { offset, ...(destination !== null && { destination }) }
  const object = readOleObject(content)
  if (!object || object.kind === 'linked') {
    const names = object ? namesOf(object) : {}
    yield [{ ...about, size: content.length, ...names, ...(isCut && cutShort) }, content]
    return
  }
  const native = content.subarray(object.start + (isPackage(object) ? 0 : 4), object.end)
  const damage = object.end > content.length ? cutShort : {}
  if (native.length > 0) yield [{ ...about, size: native.length, ...namesOf(object), ...damage }, native]
  const rest = content.subarray(object.end)
  if (rest.length > minimum && rest.some(byte => byte !== 0)) {
    yield [{ ...about, size: rest.length, ...namesOf(object), part: 'after native data' }, rest]
  }
}

const cutShort = { damaged: 'cut short' }

/** What stands in a stream `\x01Ole10Native` begins with its size. */
function isPackage({ class_name }: OleObject): boolean {
  return class_name.toLowerCase() === 'package'
}

function namesOf({ kind, class_name, topic_name, item_name }: OleObject): Record<string, string> {
  return { kind, class_name, ...(topic_name && { topic_name }), ...(item_name && { item_name }) }
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
