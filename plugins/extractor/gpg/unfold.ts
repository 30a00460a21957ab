import { constants, createInflate, createInflateRaw, inflateRawSync, inflateSync } from 'node:zlib'
import { loadOpenPgp } from './library.ts'
import type { Limits } from './limits.ts'
import { rawConfig } from './raw-packets.ts'

/** Compression algorithms (RFC 9580, 9.4). */
const algorithms = { uncompressed: 0, zip: 1, zlib: 2, bzip2: 3 }

/** What is at most this large goes without a stream. */
const maxAtOnce = 2 ** 23

/** What openpgp unfolds at most: it does so in JavaScript. */
const maxBzip2 = 2 ** 25

/**
 * The packets inside a compressed one, by the body of that (RFC 9580, 5.6): what comes before damage, null when nothing
 * does. What the budget does not hold is cut.
 */
export async function unfold(body: Uint8Array, limits: Limits): Promise<Uint8Array | null> {
  limits.check()
  const content = await unfoldBody(body, limits)
  if (!content || content.length === 0) return null
  limits.unfolded(content.length)
  return content
}

function unfoldBody(body: Uint8Array, limits: Limits): Promise<Uint8Array | null> | Uint8Array | null {
  const [algorithm] = body
  const data = body.subarray(1)
  if (algorithm === algorithms.uncompressed) return data
  if (algorithm === algorithms.zip) return inflate(inflateRawSync, createInflateRaw, data, limits)
  if (algorithm === algorithms.zlib) return inflate(inflateSync, createInflate, data, limits)
  return algorithm === algorithms.bzip2 ? unfoldBzip2(body, limits) : null
}

/** A stream that ends early gives what it has. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH }

async function inflate(
  atOnce: typeof inflateSync,
  stream: typeof createInflate,
  data: Uint8Array,
  limits: Limits,
): Promise<Uint8Array | null> {
  const maxOutputLength = Math.max(1, Math.min(maxAtOnce, limits.bytesLeft))
  try {
    return atOnce(data, { ...lenient, maxOutputLength })
  } catch (error) {
    if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') return null
  }
  return inflateInPieces(stream({ ...lenient, chunkSize: 2 ** 20 }), data, limits)
}

async function inflateInPieces(
  stream: ReturnType<typeof createInflate>,
  data: Uint8Array,
  limits: Limits,
): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = []
  let size = 0
  stream.end(data)
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      limits.check()
      size += piece.length
      if (size > limits.bytesLeft) cutBytes(limits)
      pieces.push(piece)
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
  } finally {
    stream.destroy()
  }
  return pieces.length > 0 ? Buffer.concat(pieces, size) : null
}

function cutBytes(limits: Limits): never {
  limits.cut('max_bytes', `a compressed message left out: more than ${limits.bytesLeft} bytes`)
}

/** Empty for what is no error of zlib: a limit. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

async function unfoldBzip2(body: Uint8Array, limits: Limits): Promise<Uint8Array | null> {
  const { CompressedDataPacket, config } = await loadOpenPgp()
  const maxDecompressedMessageSize = Math.min(maxBzip2, limits.bytesLeft)
  const packet = new CompressedDataPacket() as unknown as {
    read(bytes: Uint8Array, settings: object): Promise<void>
    packets: { write(): Uint8Array }
  }
  try {
    await packet.read(body, { ...config, ...rawConfig, maxDecompressedMessageSize })
  } catch (error) {
    if (!/maximum|limit|too large/i.test(String(error))) return null
    cutBytes(limits)
  }
  return packet.packets.write()
}
