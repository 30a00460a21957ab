import {
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

const kinds = {
  deflate: { atOnce: inflateRawSync, stream: createInflateRaw },
  zlib: { atOnce: inflateSync, stream: createInflate },
  zstd: { atOnce: zstdDecompressSync, stream: createZstdDecompress },
}

/** `expected`: the size that is declared, for how memory is laid out. */
export interface InflateInput {
  kind: keyof typeof kinds
  input: Uint8Array
  expected?: number | null
}

/** Unpacks one stream into `into`, which counts. What a stream gave before its damage was found is no content. */
export async function inflate(given: InflateInput, into: Sink, task: Task): Promise<Inflated> {
  const { kind, input, expected } = given
  if ((expected ?? 0) > maxAtOnce) return inflateInPieces(given, into, task)
  const maxOutputLength = Math.max(1, Math.min(maxAtOnce, into.room))
  let result: { buffer: Buffer; engine: { bytesWritten: number } }
  try {
    // With `info` zlib gives the engine as well, which knows how much of the input it used.
    const options = { info: true, maxOutputLength, chunkSize: chunkSizeFor(expected) }
    result = kinds[kind].atOnce(input, options) as unknown as typeof result
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return inflateInPieces(given, into, task)
    return { end: endOf(error), consumed: 0 }
  }
  into.give(result.buffer)
  return { end: 'whole', consumed: result.engine.bytesWritten }
}

/** zlib fills pieces of this size and hands the last one over whole: a fitting one wastes nothing. */
function chunkSizeFor(expected: number | null | undefined): number {
  return Math.min(Math.max(expected ?? 16_384, 64), 2 ** 20)
}

async function inflateInPieces({ kind, input }: InflateInput, into: Sink, task: Task): Promise<Inflated> {
  const stream = kinds[kind].stream({ chunkSize: pieceSize })
  stream.end(input)
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      task.check()
      into.give(piece)
    }
  } catch (error) {
    return { end: endOf(error), consumed: 0 }
  } finally {
    stream.destroy()
  }
  return { end: 'whole', consumed: stream.bytesWritten }
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
