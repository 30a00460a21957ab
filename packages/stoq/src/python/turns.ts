/** One after the other: who comes waits until all before him are done. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when it is one's turn, to what ends it. Throws the reason of `signal` when that is aborted first. */
  async take(signal: AbortSignal | null): Promise<() => void> {
    const before = this.#last
    const own = Promise.withResolvers<void>()
    this.#last = before.then(() => own.promise)
    try {
      await unlessAborted(before, signal)
    } catch (error) {
      own.resolve()
      throw error
    }
    return own.resolve
  }
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal | null): Promise<void> {
  if (!signal) return work
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
