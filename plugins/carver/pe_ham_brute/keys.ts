/** A repeating XOR key. Its first byte stands for offsets that its length divides. */
export type Key = Uint8Array

/** The shortest run that is no accident. */
const shortestRun = 12
/** Keys that are kept while guessing, and those that are tried. */
const mostKept = 1024
const mostTried = 64

/**
 * Guesses the keys of what was XORed with a repeating key shorter than `limit`, the likeliest first. Programs are full of
 * zeros: where there were as many as two keys are long, a stretch repeats itself at the distance of the length of the key,
 * and is the key. v1 looked for such lengths by the Hamming distance of blocks, hence the name of the plugin.
 */
export class KeyGuesser {
  readonly #limit: number
  readonly #votes = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Looks at the bytes from `start` to `end`. */
  look(payload: Uint8Array, start: number, end: number): void {
    for (let length = 1; length < this.#limit; length++) this.#lookFor(length, payload, start, end)
  }

  /** A run of `least` bytes cannot be missed by looking at every `least`th: most bytes are not looked at. */
  #lookFor(length: number, payload: Uint8Array, start: number, end: number): void {
    const least = Math.max(length, shortestRun)
    const stop = end - length
    let floor = start
    for (let at = start + least - 1; at < stop; at += least) {
      if (payload[at] !== payload[at + length]) continue
      let first = at
      while (first > floor && payload[first - 1] === payload[first - 1 + length]) first--
      while (at < stop && payload[at] === payload[at + length]) at++
      if (at - first >= least) this.#vote(length, payload, first, at - first)
      floor = at
    }
  }

  #vote(length: number, payload: Uint8Array, start: number, run: number): void {
    const key = Buffer.alloc(length)
    for (let at = start; at < start + length; at++) key[at % length] = payload[at] ?? 0
    if (isRepetition(key) || key.every(byte => byte === 0)) return
    const text = key.toString('latin1')
    this.#votes.set(text, (this.#votes.get(text) ?? 0) + run)
    if (this.#votes.size > mostKept) this.#forget()
  }

  /** Leaves the better half. */
  #forget(): void {
    const best = this.#ranked().slice(0, mostKept / 2)
    this.#votes.clear()
    for (const [key, votes] of best) this.#votes.set(key, votes)
  }

  #ranked(): [key: string, votes: number][] {
    return [...this.#votes].sort(([, a], [, b]) => b - a)
  }

  get keys(): Key[] {
    return this.#ranked()
      .slice(0, mostTried)
      .map(([key]) => Buffer.from(key, 'latin1'))
  }
}

/** True for a key that is a shorter one, repeated. */
function isRepetition(key: Key): boolean {
  for (let length = 1; length <= key.length / 2; length++) {
    if (key.length % length === 0 && key.every((byte, index) => byte === key[index % length])) return true
  }
  return false
}

/** The key as it applies from `offset` on. */
export function rotated(key: Key, offset: number): Key {
  return key.map((_, index) => key[(index + offset) % key.length] ?? 0)
}
