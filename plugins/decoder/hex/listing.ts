import { type Line, linesOf } from './listing-line.ts'

/** The bytes of a listing. */
export interface Listed {
  content: Uint8Array
  /** Why it is not whole. */
  damaged?: string
  /** True: it goes on, and no more was asked for. */
  isCut: boolean
}

/** Lines before the first one with an offset. */
const mostTitles = 8
const linesAtOnce = 4096

/**
 * The bytes that a listing of xxd, hexdump, od, certutil, Format-Hex, tcpdump or debug shows: an offset, groups of digits,
 * perhaps the same as text. Null when the payload is none. The offsets say how many bytes a line has, and how often it is
 * repeated where `*` stands; no more than `most` bytes are made.
 */
export function decodeListing(payload: Uint8Array, most: number): Listed | null {
  const listing = new Listing(most)
  for (const line of linesOf(payload)) {
    if (!listing.take(line)) return null
    if (listing.isOver) break
  }
  return listing.end()
}

/** Takes lines; each is written when the offset of the next one is known. */
class Listing {
  #isRepeated = false
  #isCut = false
  #damaged: string | undefined
  #titles = 0
  readonly #most: number
  #previous: Line | null = null
  #radix = 0
  #width = 0
  readonly #innerGaps = new Set<number>()
  #buffer = new Uint8Array(4096)
  #size = 0

  constructor(most: number) {
    this.#most = most
  }

  get isOver(): boolean {
    return this.#isCut || this.#damaged !== undefined
  }

  /** False when this is no listing. */
  take(line: Line | '*' | null): boolean {
    if (line !== null && line !== '*') return this.#add(line)
    if (!this.#previous) return ++this.#titles <= mostTitles
    if (line === '*') this.#isRepeated = true
    else {
      this.#writeLast(this.#previous)
      this.#damaged = 'a line that is none of a listing'
    }
    return true
  }

  #add(line: Line): boolean {
    const previous = this.#previous
    if (!previous) {
      this.#previous = line
      return line.bytes.length > 0
    }
    if (this.#radix === 0 && !this.#findRadix(previous, line)) return false
    const count = this.#offset(line) - this.#offset(previous)
    if (count <= 0) this.#damaged = 'offsets that do not rise'
    else this.#writeLine(previous, count)
    this.#previous = line
    return true
  }

  /** Null when there was too little to tell. */
  end(): Listed | null {
    const last = this.#previous
    if (!last) return null
    const isAlone = this.#radix === 0
    if (isAlone && (this.#damaged !== undefined || !(last.hasColon || /^0+$/.test(last.offset)))) return null
    if (!this.isOver) this.#writeLast(last)
    if (this.#size === 0) return null
    const content = this.#buffer.subarray(0, this.#size)
    return { content, isCut: this.#isCut, ...(this.#damaged !== undefined && { damaged: this.#damaged }) }
  }

  /** Offsets are hexadecimal, but octal where od made them. */
  #findRadix(first: Line, second: Line): boolean {
    const differences = [16, 8].map(radix => this.#offset(second, radix) - this.#offset(first, radix))
    const isLike = (count: number) => count === first.bytes.length
    const isPossible = (count: number) => count > 0 && (count <= first.bytes.length || this.#isRepeated)
    const found = [isLike, isPossible].flatMap(test =>
      differences.flatMap((count, index) => (test(count) ? [index] : [])),
    )
    this.#radix = [16, 8][found[0] ?? -1] ?? 0
    return this.#radix > 0
  }

  #offset(line: Line, radix = this.#radix): number {
    return Number.parseInt(line.offset, radix)
  }

  /** The bytes from one offset to the next: those of the line, and again those where it is repeated. */
  #writeLine(line: Line, count: number): void {
    const isRepeated = this.#isRepeated
    this.#isRepeated = false
    if (!isRepeated) this.#width = count
    else if (this.#width === 0) this.#width = Math.min(count, this.#lengthOfLast(line))
    for (const gap of line.gaps) if (gap < this.#width) this.#innerGaps.add(gap)
    const bytes = Uint8Array.from(line.bytes.slice(0, this.#width))
    if (bytes.length < this.#width) this.#damaged = 'a line of too few bytes'
    this.#write(bytes)
    if (isRepeated && bytes.length > 0) this.#repeat(bytes, count - bytes.length)
  }

  #repeat(bytes: Uint8Array, count: number): void {
    const block = Buffer.alloc(bytes.length * linesAtOnce, bytes)
    for (let left = count; left > 0 && !this.#isCut; left -= block.length)
      this.#write(block.subarray(0, left))
  }

  #writeLast(line: Line): void {
    this.#write(Uint8Array.from(line.bytes.slice(0, this.#lengthOfLast(line))))
  }

  /** Before the text there are more blanks than between groups. */
  #lengthOfLast({ bytes, gaps }: Line): number {
    const isInner = (gap: number) => this.#innerGaps.has(gap) || (this.#width === 0 && gap === 8)
    const end = gaps.find(gap => !isInner(gap)) ?? bytes.length
    return this.#width > 0 ? Math.min(end, this.#width) : end
  }

  #write(bytes: Uint8Array): void {
    const fitting = bytes.subarray(0, this.#most - this.#size)
    if (fitting.length < bytes.length) this.#isCut = true
    if (this.#size + fitting.length > this.#buffer.length) this.#grow(this.#size + fitting.length)
    this.#buffer.set(fitting, this.#size)
    this.#size += fitting.length
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.#buffer)
    this.#buffer = larger
  }
}
