import type { Transform } from 'node:stream'
import {
  constants,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'
import type { Sink } from './collector.ts'
import type { Task } from './task.ts'

/** How a stream ended: at its end, before it, or with data that no packer writes. */
export type StreamEnd = 'whole' | 'cut short' | 'damaged'

export interface Inflated {
  end: StreamEnd
  /** Bytes of input that belong to the stream. */
  consumed: number
}

/** What is at most this large goes without a stream: 20 times as fast for small files. */
const maxAtOnce = 8 * 2 ** 20

/** Each piece waits for its turn among all that the process does: many small ones take long where it is busy. */
const pieceSize = 2 ** 21

/** `finishFlush`: with it a stream may end anywhere, and gives what there is. */
const kinds = {
  deflate: { atOnce: inflateRawSync, stream: createInflateRaw, finishFlush: constants.Z_SYNC_FLUSH },
  zlib: { atOnce: inflateSync, stream: createInflate, finishFlush: constants.Z_SYNC_FLUSH },
  zstd: { atOnce: zstdDecompressSync, stream: createZstdDecompress, finishFlush: constants.ZSTD_e_flush },
}

/** `expected`: the size that is declared, for how memory is laid out. */
export interface InflateInput {
  kind: keyof typeof kinds
  input: Uint8Array
  expected?: number | null
}

/** Unpacks one stream into `into`, which counts. Of one that is cut short all that comes before; what a damaged one gave is no content. */
export async function inflate(given: InflateInput, into: Sink, task: Task): Promise<Inflated> {
  const { kind, input, expected } = given
  if ((expected ?? 0) > maxAtOnce) return inflateInPieces(given, into, task)
  const maxOutputLength = Math.max(1, Math.min(maxAtOnce, into.room))
  const options = { maxOutputLength, chunkSize: chunkSizeFor(expected) }
  const { atOnce } = kinds[kind]
  let result: { buffer: Buffer; engine: { bytesWritten: number } }
  try {
    // With `info` zlib gives the engine as well, which knows how much of the input it used.
    result = atOnce(input, { ...options, info: true }) as unknown as typeof result
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return inflateInPieces(given, into, task)
    const end = endOf(error)
    const start = end === 'cut short' ? upToCut(given, options) : new Uint8Array()
    if (start) into.give(start)
    else await inflateUpToCut(given, into, task, 0)
    return { end, consumed: 0 }
  }
  into.give(result.buffer)
  return { end: 'whole', consumed: result.engine.bytesWritten }
}

/** What comes before the cut; null where that is more than may be had at once. */
function upToCut({ kind, input }: InflateInput, options: object): Uint8Array | null {
  const { atOnce, finishFlush } = kinds[kind]
  try {
    return atOnce(input, { ...options, finishFlush })
  } catch {
    return null
  }
}

/** zlib fills pieces of this size and hands the last one over whole: a fitting one wastes nothing. */
function chunkSizeFor(expected: number | null | undefined): number {
  return Math.min(Math.max(expected ?? 16_384, 64), 2 ** 20)
}

async function inflateInPieces(given: InflateInput, into: Sink, task: Task): Promise<Inflated> {
  const stream = kinds[given.kind].stream({ chunkSize: pieceSize })
  let size = 0
  try {
    for await (const piece of piecesOf(stream, given.input, task)) {
      size += piece.length
      into.give(piece)
    }
    return { end: 'whole', consumed: stream.bytesWritten }
  } catch (error) {
    const end = endOf(error)
    if (end === 'cut short') await inflateUpToCut(given, into, task, size)
    return { end, consumed: 0 }
  }
}

/** What comes before the cut: zlib keeps the last of it back, so it is unpacked again, without the bytes that were given. */
async function inflateUpToCut(
  { kind, input }: InflateInput,
  into: Sink,
  task: Task,
  given: number,
): Promise<void> {
  const { stream, finishFlush } = kinds[kind]
  let skip = given
  for await (const piece of piecesOf(stream({ chunkSize: pieceSize, finishFlush }), input, task)) {
    if (piece.length > skip) into.give(piece.subarray(skip))
    skip = Math.max(0, skip - piece.length)
  }
}

async function* piecesOf(stream: Transform, input: Uint8Array, task: Task): AsyncGenerator<Uint8Array> {
  stream.end(input)
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      task.check()
      yield piece
    }
  } finally {
    stream.destroy()
  }
}

/** Errors that are not zlib's (a limit is reached) go on. */
function endOf(error: unknown): StreamEnd {
  const code = codeOf(error)
  if (code === 'Z_BUF_ERROR') return 'cut short'
  if (/^(Z_|ZSTD_|ERR_)/.test(code)) return 'damaged'
  throw error
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
