import {
  type Extracted,
  type ExtractedResult,
  type Payload,
  type Stoq,
  StoqCarverPlugin,
  StoqError,
} from 'stoq'
import { peExtent } from './pe-file.ts'

const defaultHeaders = '\\x4d\\x5a|\\x5a\\x4d'

/**
 * Carves every PE file out of a payload, one at its very start included. meta: `offset` and `size` in bytes; `overlay`, the
 * bytes behind a file that is at the very start: a signature, an archive, or what an installer unpacks; `damaged` where sections
 * are missing.
 */
export class PeCarver extends StoqCarverPlugin {
  /** Regular expression of the bytes that a PE file may start with. */
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

  carve(payload: Payload): ExtractedResult {
    const found = this.#find(payload)
    const first = found.next()
    return first.done ? null : prepend(first.value, found)
  }

  /** v1: a PE file inside another one is reported as well. */
  *#find(payload: Payload): Generator<Extracted, void> {
    for (const offset of this.#starts(payload)) {
      const extent = peExtent(payload, offset)
      if (!extent) continue
      const { size, isCut } = extent
      const overlay = offset === 0 && !isCut ? payload.length - size : 0
      const about = { ...(overlay > 0 && { overlay }), ...(isCut && { damaged: 'cut short' }) }
      yield [{ offset, size, ...about }, payload.subarray(offset, offset + size)]
    }
  }

  /** Of the default headers, `ZM` starts no PE file that any system loads: only `MZ` is looked for. */
  *#starts(payload: Payload): Generator<number, void> {
    if (this.headers === defaultHeaders) yield* findMz(payload)
    else for (const [start] of this.carvePayload(this.headers, payload)) yield start
  }
}

function* findMz(payload: Payload): Generator<number, void> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  for (let offset = nextMz(bytes, 0); offset >= 0; offset = nextMz(bytes, offset + 2)) yield offset
}

/** A native search costs as much as 60 steps: in a payload full of `MZ` it would be the slow way. */
function nextMz(bytes: Buffer, from: number): number {
  const near = Math.min(from + 60, bytes.length)
  for (let offset = from; offset < near; offset++) {
    if (bytes[offset] === 0x4d && bytes[offset + 1] === 0x5a) return offset
  }
  return bytes.indexOf('MZ', near, 'latin1')
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
