import { setImmediate as nextTurn } from 'node:timers/promises'
import { constants, createInflate, inflateSync } from 'node:zlib'
import { LzmaDecoder, lzmaMemory } from './lzma.ts'

/** An unpacked body. Null content: there is more of it than there is room for. */
export interface Unpacked {
  content: Uint8Array | null
  /** `damaged`: the stream ends before its end, or goes on with what no packer writes; what came before stands. */
  end: 'whole' | 'damaged'
}

/** What unpacking keeps to. */
export interface Bounds {
  /** Bytes that one body may have. */
  room: number
  /** Counts work. */
  spend(bytes: number): void
  signal: AbortSignal
}

/** What is at most this large goes without a stream: many times as fast for small files. */
const maxAtOnce = 8 * 2 ** 20
const pieceSize = 2 ** 20

const nothing: Unpacked = { content: new Uint8Array(), end: 'damaged' }

/** Unpacks the zlib stream (RFC 1950) that `input` begins with; what follows it is not looked at. */
export async function unpackZlib(input: Uint8Array, bounds: Bounds): Promise<Unpacked> {
  // Method deflate, and check bits.
  const head = ((input[0] ?? 0) << 8) | (input[1] ?? 0)
  if ((head & 0x0f00) !== 0x0800 || head % 31 !== 0) return nothing
  const maxOutputLength = Math.max(1, Math.min(maxAtOnce, bounds.room))
  try {
    // With Z_SYNC_FLUSH a stream that is cut short is no error.
    const content = inflateSync(input, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH })
    bounds.spend(content.length)
    return { content, end: 'whole' }
  } catch (error) {
    rethrowForeign(error)
    return unpackInPieces(input, bounds)
  }
}

/** As a stream, what came before the damage is there to be had. */
async function unpackInPieces(input: Uint8Array, bounds: Bounds): Promise<Unpacked> {
  const stream = createInflate({ chunkSize: pieceSize, finishFlush: constants.Z_SYNC_FLUSH })
  const pieces: Uint8Array[] = []
  let size = 0
  stream.end(input)
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      if (bounds.signal.aborted) return nothing
      bounds.spend(piece.length)
      size += piece.length
      if (size > bounds.room) return { content: null, end: 'damaged' }
      pieces.push(piece)
    }
  } catch (error) {
    rethrowForeign(error)
    return { content: Buffer.concat(pieces), end: 'damaged' }
  } finally {
    stream.destroy()
  }
  return { content: Buffer.concat(pieces), end: 'whole' }
}

/** Errors of zlib are no faults of the plugin. */
function rethrowForeign(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!/^(Z_|ERR_BUFFER_TOO_LARGE$)/.test(code)) throw error
}

/**
 * Unpacks an LZMA body: bytes of the packed stream, properties, size of the dictionary, stream. It may have no end mark:
 * then it ends after `length` bytes.
 */
export async function unpackLzma(input: Uint8Array, length: number, bounds: Bounds): Promise<Unpacked> {
  const properties = input[lzmaHeader.properties] ?? 0xff
  const memory = lzmaMemory(properties)
  if (memory === null) return nothing
  bounds.spend(memory)
  const room = Math.min(length, bounds.room + 1)
  const decoder = new LzmaDecoder(properties, input.subarray(lzmaHeader.stream), room)
  let size = 0
  while (decoder.end === null && size < room) {
    decoder.run(size + pieceSize)
    bounds.spend(decoder.output.length - size)
    size = decoder.output.length
    await nextTurn()
    if (bounds.signal.aborted) return nothing
  }
  if (size > bounds.room) return { content: null, end: 'damaged' }
  return {
    content: decoder.output,
    end: decoder.end === 'damaged' || decoder.end === 'cut short' ? 'damaged' : 'whole',
  }
}

/** Offsets in what follows the header of the file (SWF File Format Specification 19, "LZMA compression"). */
const lzmaHeader = { properties: 4, stream: 9 }
