/** An object under construction whose keys are never lost: not to `__proto__`, not to a second value of the same key. */
export class DistinctKeys {
  readonly target: Record<string, unknown> = {}
  readonly #joiner: string
  /** The next number to try for a key that was taken: without it, many equal keys would take quadratic time. */
  readonly #next = new Map<string, number>()

  constructor(joiner: string) {
    this.#joiner = joiner
  }

  /** Puts the value under `key`, or where that is taken under the first free of `key<joiner>2`, `key<joiner>3` … */
  add(key: string, value: unknown): void {
    const own = Object.hasOwn(this.target, key) ? this.#freeKey(key) : key
    if (own === '__proto__') {
      Object.defineProperty(this.target, own, { value, enumerable: true, writable: true, configurable: true })
    } else {
      this.target[own] = value
    }
  }

  #freeKey(key: string): string {
    let number = this.#next.get(key) ?? 2
    while (Object.hasOwn(this.target, `${key}${this.#joiner}${number}`)) number++
    this.#next.set(key, number + 1)
    return `${key}${this.#joiner}${number}`
  }
}
