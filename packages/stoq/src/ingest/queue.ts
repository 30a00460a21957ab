/** Messages between a source and the scanners: `put` waits while it is full, `take` while it is empty. */
export class MessageQueue<T> {
  readonly #limit: number
  readonly #items: T[] = []
  readonly #takers: (() => void)[] = []
  readonly #putters: (() => void)[] = []
  #closed = false

  constructor(limit: number) {
    this.#limit = Math.max(1, limit)
  }

  /** Resolves when the item is in the queue, which is the back-pressure of a source; false: the queue is closed. */
  async put(item: T): Promise<boolean> {
    while (!this.#closed && this.#items.length >= this.#limit) await waitIn(this.#putters)
    if (this.#closed) return false
    this.#items.push(item)
    this.#takers.shift()?.()
    return true
  }

  /** The next item; undefined when the queue is closed and empty. */
  async take(): Promise<T | undefined> {
    while (!this.#closed && this.#items.length === 0) await waitIn(this.#takers)
    const item = this.#items.shift()
    this.#putters.shift()?.()
    return item
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
