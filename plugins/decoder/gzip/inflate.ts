import { constants, createInflateRaw, inflateRawSync } from 'node:zlib'

/** A stream that was inflated. */
export interface Inflated {
  content: Uint8Array
  /** Bytes of the input that belong to it. */
  consumed: number
  /** False: the input ends before the stream does. */
  isWhole: boolean
}

/** What is at most this large is inflated at once, which is faster; the rest piece by piece. */
const mostAtOnce = 8 * 2 ** 20
const pieceSize = 2 ** 20
const probeSize = 1024

/** True when the first kilobyte can be inflated: most of what begins like a stream by chance fails here. Costs little. */
export function seemsDeflated(input: Uint8Array): boolean {
  try {
    inflateRawSync(input.subarray(0, probeSize), { finishFlush: constants.Z_SYNC_FLUSH })
    return true
  } catch {
    return false
  }
}

/** Inflates what begins the input. `damaged`: it is no deflate. `large`: it gives more than `most` bytes. */
export async function inflate(
  input: Uint8Array,
  most: number,
  signal: AbortSignal,
): Promise<Inflated | 'damaged' | 'large'> {
  const maxOutputLength = Math.max(1, Math.min(mostAtOnce, most))
  // The second time for an input that ends too early: what there is.
  for (const finishFlush of [constants.Z_FINISH, constants.Z_SYNC_FLUSH]) {
    try {
      const isWhole = finishFlush === constants.Z_FINISH
      return { ...atOnce(input, { maxOutputLength, finishFlush }), isWhole }
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ERR_BUFFER_TOO_LARGE') return most <= mostAtOnce ? 'large' : inPieces(input, most, signal)
      if (code !== 'Z_BUF_ERROR') return 'damaged'
    }
  }
  return 'damaged'
}

function atOnce(input: Uint8Array, options: object): { content: Uint8Array; consumed: number } {
  // With `info` zlib gives the engine as well, which knows how much of the input it used.
  const { buffer, engine } = inflateRawSync(input, { ...options, info: true } as object) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  return { content: buffer, consumed: engine.bytesWritten }
}

/** Counts first and keeps then: memory is that of the content, never more. */
async function inPieces(
  input: Uint8Array,
  most: number,
  signal: AbortSignal,
): Promise<Inflated | 'damaged' | 'large'> {
  let size = 0
  const counted = await eachPiece(input, signal, piece => {
    size += piece.length
    return size <= most
  })
  if (size > most) return 'large'
  if (counted === 'damaged') return 'damaged'
  const content = new Uint8Array(size)
  let filled = 0
  const { isWhole, consumed } = counted
  await eachPiece(input, signal, piece => {
    content.set(piece, filled)
    filled += piece.length
    return true
  })
  return { content, consumed, isWhole }
}

/** Until `take` says that it is enough, or time is up. */
async function eachPiece(
  input: Uint8Array,
  signal: AbortSignal,
  take: (piece: Uint8Array) => boolean,
): Promise<{ isWhole: boolean; consumed: number } | 'damaged'> {
  const stream = createInflateRaw({ chunkSize: pieceSize })
  stream.end(input)
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      if (signal.aborted || !take(piece)) return 'damaged'
    }
    return { isWhole: true, consumed: stream.bytesWritten }
  } catch (error) {
    return codeOf(error) === 'Z_BUF_ERROR' ? { isWhole: false, consumed: input.length } : 'damaged'
  } finally {
    stream.destroy()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
