import type { Task } from './task.ts'

/** Content of unknown size is held up to this many bytes; what is larger is counted first and held in a second run. */
const maxUnsized = 32 * 2 ** 20

/** A declared size up to this is worth its memory at once, a larger one when this much has come: a false one costs little. */
const trustFrom = 2 ** 20

/** Where unpacked bytes go. */
export interface Sink {
  /** Bytes that may still be given. */
  readonly room: number
  /** Takes bytes that nobody else will change. */
  give(bytes: Uint8Array): void
}

/** Takes what an unpacker writes, counted, within the bytes that are left. Never holds much more than the content. */
export class Collector implements Sink {
  readonly #task: Task
  readonly #path: string | null
  readonly #expected: number | null
  readonly #limit: number
  #size = 0
  #peak = 0
  #held: Uint8Array = new Uint8Array()
  #isCounting = false

  /** `expected`: the size that is declared, believed only for how memory is laid out. `waiting`: bytes not handed over yet. */
  constructor(task: Task, path: string | null, expected: number | null, waiting = 0) {
    this.#task = task
    this.#path = path
    this.#expected = expected
    this.#limit = Math.max(0, task.bytesLeft - waiting)
  }

  /** Bytes written so far, held or not. */
  get size(): number {
    return this.#size
  }

  /** The most bytes that there were: what was taken back is written again in a second run. */
  get peak(): number {
    return this.#peak
  }

  get room(): number {
    return this.#limit - this.#size
  }

  /** The content, for one call; null when it was too large to be held without knowing its size. */
  take(): Uint8Array | null {
    if (this.#isCounting) return null
    const held = this.#held
    this.#held = new Uint8Array()
    return held.length === this.#size ? held : new Uint8Array(held.subarray(0, this.#size))
  }

  /** Copies `bytes`. Ends the task when they are more than is left. */
  write(bytes: Uint8Array): void {
    const start = this.#count(bytes.length)
    if (this.#size > this.#held.length) this.#makeRoom()
    if (!this.#isCounting) this.#held.set(bytes, start)
  }

  /** The same, and what comes first is kept as it is. */
  give(bytes: Uint8Array): void {
    const isFirst = this.#size === 0 && !this.#isCounting && bytes.length * 2 > bytes.buffer.byteLength
    if (isFirst) {
      this.#count(bytes.length)
      this.#held = bytes
    } else this.write(bytes)
  }

  /** Takes back everything after the first `size` bytes. */
  rewind(size: number): void {
    this.#size = size
  }

  #count(length: number): number {
    if (length > this.room) this.#task.cutBytes(this.#path)
    const start = this.#size
    this.#size += length
    this.#peak = Math.max(this.#peak, this.#size)
    return start
  }

  #makeRoom(): void {
    const expected = this.#expected ?? 0
    const isBelieved = expected >= this.#size && expected <= this.#limit
    if (isBelieved && (expected <= trustFrom || this.#size > trustFrom)) this.#grow(expected)
    else if (this.#size > maxUnsized) {
      this.#isCounting = true
      this.#held = new Uint8Array()
    } else this.#grow(Math.max(this.#size, Math.min(this.#held.length * 2, maxUnsized)))
  }

  #grow(capacity: number): void {
    const larger = new Uint8Array(capacity)
    larger.set(this.#held)
    this.#held = larger
  }
}

/** Content of what `unpack` writes: one run where that is possible, a second one where its size had to be found first. */
export async function collect(
  task: Task,
  path: string | null,
  expected: number | null,
  unpack: (into: Collector) => Promise<void>,
): Promise<Uint8Array> {
  const first = new Collector(task, path, expected)
  await unpack(first)
  const content = first.take()
  if (content) return content
  const second = new Collector(task, path, first.peak)
  await unpack(second)
  return second.take() ?? new Uint8Array()
}
