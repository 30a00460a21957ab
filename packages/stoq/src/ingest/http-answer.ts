import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { StoqError } from '../errors.ts'

/** The body of an answer, unpacked. Throws STOQ_PAYLOAD_TOO_LARGE, or when it does not come whole. `name` is for messages. */
export async function readBody(answer: IncomingMessage, maxBytes: number, name: string): Promise<Uint8Array> {
  const collected = new Collected(maxBytes, name)
  const { 'content-length': claimed, 'content-encoding': encoding } = answer.headers
  if (Number(claimed) > maxBytes) {
    answer.destroy()
    throw tooLarge(name, maxBytes)
  }
  const { pipeline } = await import('node:stream/promises')
  const isEmpty = claimed === '0' || answer.statusCode === 204
  const unpacker = isEmpty ? null : await unpackerFor(encoding)
  const collect = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) collected.add(chunk)
  }
  if (unpacker) await pipeline(answer, unpacker, collect)
  else await pipeline(answer, collect)
  return collected.bytes
}

/** One growing array: a list of chunks would let a server that sends single bytes use a hundred times their size. */
class Collected {
  readonly #maxBytes: number
  readonly #name: string
  #array = new Uint8Array(64 * 1024)
  #length = 0

  constructor(maxBytes: number, name: string) {
    this.#maxBytes = maxBytes
    this.#name = name
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length
    if (length > this.#maxBytes) throw tooLarge(this.#name, this.#maxBytes)
    if (length > this.#array.length) this.#grow(length)
    this.#array.set(chunk, this.#length)
    this.#length = length
  }

  get bytes(): Uint8Array {
    return this.#array.slice(0, this.#length)
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, Math.min(this.#array.length * 2, this.#maxBytes)))
    larger.set(this.#array.subarray(0, this.#length))
    this.#array = larger
  }
}

/** We ask for plain bytes; some servers pack them all the same. What is not known here stays as it came. */
async function unpackerFor(encoding: string | undefined): Promise<Transform | null> {
  const word = encoding?.trim().toLowerCase() ?? ''
  const zlib = await import('node:zlib')
  if (word === 'gzip' || word === 'x-gzip' || word === 'deflate') return zlib.createUnzip()
  if (word === 'br') return zlib.createBrotliDecompress()
  if (word === 'zstd') return zlib.createZstdDecompress()
  return null
}

function tooLarge(name: string, maxBytes: number): StoqError {
  return new StoqError('STOQ_PAYLOAD_TOO_LARGE', [name, maxBytes])
}
