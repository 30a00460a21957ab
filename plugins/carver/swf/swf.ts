import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  type Stoq,
  StoqCarverPlugin,
  StoqError,
} from 'stoq'
import { type FlashHeader, findSignatures, headerSize, looksLikeBody, readFlashHeader } from './flash.ts'
import { type Bounds, type Unpacked, unpackLzma, unpackZlib } from './unpack.ts'

const defaultHeaders = 'CWS|ZWS|FWS'

/** Work is counted in bytes: those unpacked, and these for every beginning that is looked into. */
const costOfStart = 2 ** 14
const leastWork = 2 ** 26

/**
 * Carves SWF files wherever they stand in a payload, and gives them unpacked, as files with signature `FWS`.
 * meta: `offset` and `size` in bytes, `swf_version`, `compression`; `damaged` and `declared_size` where a file is not as
 * long as it says, because it was cut short for example.
 */
export class SwfCarver extends StoqCarverPlugin {
  /** Regular expression of the bytes that a SWF file may start with. */
  headers = defaultHeaders

  override activate(stoq: Stoq): boolean | Promise<boolean> {
    try {
      new RegExp(this.headers)
    } catch (cause) {
      const values = [this.id, 'headers', this.manifest.config, 'a regular expression', this.headers]
      throw new StoqError('STOQ_PLUGIN_OPTION', values, { cause })
    }
    return super.activate(stoq)
  }

  async carve(payload: Payload, _kwargs: Kwargs, context: PluginContext): Promise<ExtractedResult> {
    const found = this.#find(payload, context)
    const first = await found.next()
    return first.done ? null : prepend(first.value, found)
  }

  /** v1: a file inside another one is reported as well. */
  async *#find(payload: Payload, { budget, signal }: PluginContext): AsyncGenerator<Extracted, void> {
    let work = 2 * budget.remainingBytes + leastWork
    for (const offset of this.#starts(payload)) {
      const header = readFlashHeader(payload, offset)
      if (!header) continue
      if (work <= 0) {
        budget.cut('max_bytes', `Flash from offset ${offset} on not looked for: too much was unpacked`)
        return
      }
      work -= costOfStart
      const spend = (bytes: number) => {
        work -= bytes
      }
      const bounds = { room: Math.max(0, budget.remainingBytes - headerSize), spend, signal }
      const body = await bodyOf(payload, header, bounds)
      if (signal.aborted || !budget.hasTime()) return
      if (body.content) yield* whole(payload, header, body.content, body.end)
      else budget.cut('max_bytes', `Flash at offset ${offset} left out: more than ${bounds.room} bytes`)
    }
  }

  #starts(payload: Payload): Iterable<number> {
    if (this.headers === defaultHeaders) return findSignatures(payload)
    return Iterator.from(this.carvePayload(this.headers, payload)).map(([start]) => start)
  }
}

async function bodyOf(
  payload: Payload,
  { offset, compression, length }: FlashHeader,
  bounds: Bounds,
): Promise<Unpacked> {
  const rest = payload.subarray(offset + headerSize)
  if (compression === 'zlib') return unpackZlib(rest, bounds)
  if (compression === 'lzma') return unpackLzma(rest, length - headerSize, bounds)
  return { content: rest.subarray(0, length - headerSize), end: 'whole' }
}

/** A file that is as long as it says is believed; another has to look like one. */
function* whole(
  payload: Payload,
  { offset, compression, version, length }: FlashHeader,
  body: Uint8Array,
  end: Unpacked['end'],
): Generator<Extracted> {
  const size = headerSize + body.length
  const damage = damageOf(size, length, end)
  if (damage && !looksLikeBody(body)) return
  const content =
    compression === 'none' ? payload.subarray(offset, offset + size) : plainFile(payload, offset, body)
  const told = damage ? { damaged: damage, declared_size: length } : {}
  yield [{ offset, swf_version: version, size, compression, ...told }, content]
}

function damageOf(size: number, length: number, end: Unpacked['end']): string | null {
  if (size !== length) return size < length ? 'shorter than it says' : 'longer than it says'
  return end === 'damaged' ? 'end of the stream' : null
}

function plainFile(payload: Payload, offset: number, body: Uint8Array): Uint8Array {
  const content = Buffer.concat([payload.subarray(offset, offset + headerSize), body])
  content.write('FWS', 'latin1')
  return content
}

async function* prepend(first: Extracted, rest: AsyncIterable<Extracted>): AsyncGenerator<Extracted, void> {
  yield first
  yield* rest
}
