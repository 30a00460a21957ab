import { StoqError } from '../errors.ts'

/** Length of head and body, 32 bits each, little endian. */
const prefixLength = 8
/** No document is as long as that: a text of JavaScript holds 512 MiB. */
const largestFrame = 2 ** 30

/** One message of a socket: what it says, and the bytes that go with it. */
export interface Frame {
  head: Buffer
  body: Buffer
}

/** The chunks that make a frame. */
export function frameOf(head: Uint8Array, body: Uint8Array = new Uint8Array()): Uint8Array[] {
  const prefix = Buffer.allocUnsafe(prefixLength)
  prefix.writeUInt32LE(head.length, 0)
  prefix.writeUInt32LE(body.length, 4)
  // Small parts go together: every chunk costs a write of its own.
  if (head.length + body.length < 64 * 1024) return [Buffer.concat([prefix, head, body])]
  return body.length > 0 ? [prefix, head, body] : [prefix, head]
}

/** Puts chunks of a socket together to frames. */
export class FrameReader {
  #chunks: Buffer[] = []
  #length = 0

  /** The frames that a chunk completes. Throws STOQ_POOL_DIED for what cannot be one: the sender is out of its mind. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    const frames: Frame[] = []
    for (let size = this.#next(); size !== null && this.#length >= size; size = this.#next()) {
      const frame = this.#take(size)
      const headEnd = prefixLength + frame.readUInt32LE(0)
      frames.push({ head: frame.subarray(prefixLength, headEnd), body: frame.subarray(headEnd) })
    }
    return frames
  }

  /** Length of the frame that comes next; null when not even that is known. */
  #next(): number | null {
    if (this.#length < prefixLength) return null
    let first = this.#chunks[0] as Buffer
    if (first.length < prefixLength) {
      first = Buffer.concat(this.#chunks, this.#length)
      this.#chunks = [first]
    }
    const size = prefixLength + first.readUInt32LE(0) + first.readUInt32LE(4)
    if (size > largestFrame)
      throw new StoqError('STOQ_POOL_DIED', [`a message of ${size} bytes came from it`])
    return size
  }

  /** The first bytes, copied only when they lie in several chunks. */
  #take(size: number): Buffer {
    const [first] = this.#chunks
    const whole = first && first.length >= size ? first : Buffer.concat(this.#chunks, this.#length)
    const others = whole === first ? this.#chunks.slice(1) : []
    const rest = whole.subarray(size)
    this.#chunks = rest.length > 0 ? [rest, ...others] : others
    this.#length -= size
    return whole.subarray(0, size)
  }
}
