import type { Range } from './sectors.ts'

/** What the header of a compound file begins with ([MS-CFB] 2.2). */
const magic = Buffer.from('D0CF11E0A1B11AE1', 'hex')

/** Where compound files may begin in a payload, in order, without those that lie in what was given. */
export class Starts {
  readonly #places: number[] = []
  readonly #given: Uint8Array

  constructor(bytes: Buffer) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + magic.length))
      this.#places.push(at)
    this.#given = new Uint8Array(this.#places.length)
  }

  /** A file inside of a stream that was given is found there, whole. */
  give({ start, end }: Range): void {
    const places = this.#places
    for (let index = firstAbove(places, start - 1); (places[index] ?? end) < end; index++)
      this.#given[index] = 1
  }

  *[Symbol.iterator](): Generator<number, void> {
    for (const [index, place] of this.#places.entries()) if (!this.#given[index]) yield place
  }
}

/** Index of the first number above `value` in a sorted list. */
export function firstAbove(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}
