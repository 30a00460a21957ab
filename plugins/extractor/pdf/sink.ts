/** What came out of a filter. */
export interface Filtered {
  content: Uint8Array
  /** `cut`: there is more than was asked for. `damaged`: as much as could be read. */
  end: 'whole' | 'cut short' | 'damaged' | 'cut'
}

/** How much is asked for. */
export interface Wanted {
  /** Most bytes that may come out. */
  limit: number
  /** True when the first bytes are enough: a filter gets what the one before it gives of them. */
  isGlance: boolean
  /** Called now and then; it may throw. */
  check: () => void
}

const firstSize = 4096
const checkEvery = 2 ** 20

/** Collects what a filter writes, never more than the limit: memory grows with what is really written. */
export class Sink {
  #bytes: Uint8Array = new Uint8Array(0)
  #size = 0
  #nextCheck = checkEvery
  readonly #wanted: Wanted

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  get size(): number {
    return this.#size
  }

  /** Everything up to now. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** Makes room for `count` bytes and gives where they go; null when that is more than the limit. */
  reserve(count: number): { bytes: Uint8Array; at: number } | null {
    const at = this.#size
    if (at + count > this.#wanted.limit) return null
    if (at + count > this.#bytes.length) this.#grow(at + count)
    this.#size += count
    if (this.#size >= this.#nextCheck) this.#tick()
    return { bytes: this.#bytes, at }
  }

  /** False when the limit is reached. */
  put(byte: number): boolean {
    const place = this.reserve(1)
    if (place) place.bytes[place.at] = byte
    return place !== null
  }

  #grow(least: number): void {
    const capacity = Math.max(
      least,
      Math.min(this.#wanted.limit, Math.max(firstSize, this.#bytes.length * 2)),
    )
    const larger = new Uint8Array(capacity)
    larger.set(this.#bytes)
    this.#bytes = larger
  }

  #tick(): void {
    this.#nextCheck = this.#size + checkEvery
    this.#wanted.check()
  }
}
