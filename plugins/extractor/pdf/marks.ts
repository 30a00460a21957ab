import { isDigit, isWhite } from './characters.ts'

/** Where an object begins: `number generation obj`. */
export interface Mark {
  number: number
  generation: number
  /** Offset of its number. */
  offset: number
  /** Offset behind `obj`. */
  start: number
}

/** Digits of an object number or a generation: more is no object. */
const maxDigits = 10

/** Every place where an object begins, whatever a cross-reference table says. Linear: each `obj` looks back as far as the one before. */
export function* findMarks(bytes: Buffer): Generator<Mark, void> {
  for (let at = bytes.indexOf('obj'); at >= 0; at = bytes.indexOf('obj', at + 3)) {
    const generation = numberBefore(bytes, at)
    const number = generation && isWhite(bytes[generation.at - 1]) && numberBefore(bytes, generation.at)
    if (!number) continue
    yield { number: number.value, generation: generation.value, offset: number.at, start: at + 3 }
  }
}

/** The number that ends before `end`, white space between them. */
function numberBefore(bytes: Buffer, end: number): { value: number; at: number } | null {
  let stop = end
  while (isWhite(bytes[stop - 1])) stop--
  let at = stop
  while (at > stop - maxDigits && isDigit(bytes[at - 1])) at--
  return at === stop ? null : { value: Number(bytes.toString('latin1', at, stop)), at }
}

/** Finds the next of a word from places that mostly increase, in linear time for all of them together. */
export class WordFinder {
  readonly #bytes: Buffer
  readonly #word: string
  /** The first of the words at or behind #from is at #found, or there is none. */
  #from = -1
  #found = -1

  constructor(bytes: Buffer, word: string) {
    this.#bytes = bytes
    this.#word = word
  }

  /** Offset of the first one that begins at `from` or later; -1 when there is none. */
  next(from: number): number {
    const isKnown = this.#from >= 0
    if (isKnown && from >= this.#from && (this.#found < 0 || from <= this.#found)) return this.#found
    if (isKnown && from < this.#from) {
      const before = this.#bytes.subarray(from, this.#from + this.#word.length - 1).indexOf(this.#word)
      if (before >= 0) this.#found = from + before
    } else this.#found = this.#bytes.indexOf(this.#word, from)
    this.#from = from
    return this.#found
  }
}

/** What may be known of where the data of a stream is. */
export interface StreamPlace {
  /** Offset behind the word `stream`. */
  keyword: number
  /** Where the next object starts. */
  end: number
  /** Lengths that the document tells, most likely first. */
  lengths: readonly number[]
}

/** The data of a stream. */
export interface StreamData {
  start: number
  end: number
  /** True when nothing ends it but the payload or the next object. */
  isOpen: boolean
}

/**
 * The data of a stream: as long as it tells where `endstream` stands there, else up to the next `endstream`, or where that is
 * another's, to the end of its object.
 */
export function streamData(
  bytes: Buffer,
  { keyword, end, lengths }: StreamPlace,
  endings: WordFinder,
): StreamData {
  const start = dataStart(bytes, keyword)
  const told = lengths.find(length => isEnd(bytes, start + length))
  const upTo = (stop: number) => ({ start, end: withoutLineEnd(bytes, start, stop), isOpen: false })
  if (told !== undefined) return { start, end: start + told, isOpen: false }
  const word = endings.next(start)
  if (word >= 0 && word <= end) return upTo(word)
  const closing = start < end ? bytes.subarray(start, end).lastIndexOf('endobj') : -1
  if (closing >= 0) return upTo(start + closing)
  if (word >= 0) return upTo(word)
  return { start, end: Math.max(start, end), isOpen: true }
}

/** Behind the line end that follows `stream`; blanks before it are no data. */
function dataStart(bytes: Buffer, keyword: number): number {
  let at = keyword
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++
  if (bytes[at] === 0x0d) return bytes[at + 1] === 0x0a ? at + 2 : at + 1
  return bytes[at] === 0x0a ? at + 1 : keyword
}

/** Whether data that ends here is followed by the words that end a stream. */
function isEnd(bytes: Buffer, end: number): boolean {
  let at = end
  while (at < end + 4 && isWhite(bytes[at])) at++
  const word = bytes.toString('latin1', at, at + 9)
  return word === 'endstream' || word.startsWith('endobj')
}

function withoutLineEnd(bytes: Buffer, start: number, end: number): number {
  if (end > start && bytes[end - 1] === 0x0d) return end - 1
  if (end <= start || bytes[end - 1] !== 0x0a) return end
  return end - 1 > start && bytes[end - 2] === 0x0d ? end - 2 : end - 1
}
