/** Bytes that may wait in a queue. */
const maxBytes = 2 ** 28

/** Messages between a source and the scanners: `put` waits while it is full, `take` while it is empty. */
export class MessageQueue<T> {
  readonly #limit: number
  readonly #sizeOf: (item: T) => number
  readonly #items: T[] = []
  readonly #takers: (() => void)[] = []
  readonly #putters: (() => void)[] = []
  #closed = false
  #bytes = 0

  /** `sizeOf`: bytes that an item holds; more than 256 MiB in all do not wait. */
  constructor(limit: number, sizeOf: (item: T) => number = () => 0) {
    this.#limit = Math.max(1, limit)
    this.#sizeOf = sizeOf
  }

  /** Resolves when the item is in the queue, which is the back-pressure of a source; false: the queue is closed. */
  async put(item: T): Promise<boolean> {
    while (!this.#closed && this.#isFull) await waitIn(this.#putters)
    if (this.#closed) return false
    this.#items.push(item)
    this.#bytes += this.#sizeOf(item)
    this.#takers.shift()?.()
    return true
  }

  /** The next item; undefined when the queue is closed and empty. */
  async take(): Promise<T | undefined> {
    while (!this.#closed && this.#items.length === 0) await waitIn(this.#takers)
    const item = this.#items.shift()
    if (item !== undefined) this.#bytes -= this.#sizeOf(item)
    this.#putters.shift()?.()
    return item
  }

  get #isFull(): boolean {
    return this.#items.length >= this.#limit || this.#bytes > maxBytes
  }

  /** Items may come again after `close`. */
  open(): void {
    this.#closed = false
  }

  /** No more items come: those that wait are still taken. */
  close(): void {
    this.#closed = true
    for (const wake of [...this.#takers.splice(0), ...this.#putters.splice(0)]) wake()
  }
}

/** Woken ones look again: whoever came in between may have been faster. */
function waitIn(line: (() => void)[]): Promise<void> {
  return new Promise(resolve => line.push(resolve))
}
