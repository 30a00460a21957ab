/** A place for the bytes of one payload. */
export interface Hold {
  /** Says how many bytes it really is. */
  settle(size: number): void
  /** The bytes are not needed any more. */
  leave(): void
}

/**
 * Bounds the bytes of payloads that are held at once, where many are fetched at the same time and nobody knows how
 * large the next one is: it is taken to be as large as those before. One alone may always be held.
 */
export class ByteGate {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #held = 0
  #holds = 0
  #expected = 0

  constructor(limit: number = 2 ** 28) {
    this.#limit = limit
  }

  /** Resolves when a payload may be held: of `size` bytes where that is known. */
  async enter(size?: number): Promise<Hold> {
    while (this.#holds > 0 && this.#held + (size ?? this.#expected) > this.#limit) {
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    return this.#open(size ?? this.#expected)
  }

  #open(assumed: number): Hold {
    let mine = assumed
    this.#holds++
    this.#held += mine
    return {
      settle: size => {
        this.#expected = Math.max(size, this.#expected * 0.9)
        this.#held += size - mine
        mine = size
        this.#wake()
      },
      leave: () => {
        this.#holds--
        this.#held -= mine
        this.#wake()
      },
    }
  }

  /** Whoever still has to wait does so again. */
  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
