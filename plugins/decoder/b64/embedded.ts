import { pack } from './base64.ts'
import { Characters, isLetter, lineStart, six, urlSafe } from './characters.ts'
import { type Head, isKnown, isScript } from './known.ts'

/** A file that stands in a payload as Base64. */
export interface Embedded {
  /** Of its first character in the payload. */
  offset: number
  /** Of the first character of the run that it is in. */
  run: number
  /** Bytes that it decodes to. */
  size: number
  /** Valid until the next one is asked for. */
  decode(): Uint8Array
}

/**
 * Every file that stands as Base64 in a payload of any kind: in ASCII or UTF-16, in lines or not, in either alphabet, what
 * was before it in the run or not. `shortest`: characters that it has at least. Time is linear, and so is memory in the
 * longest run.
 */
export function* findEmbedded(payload: Uint8Array, shortest: number): Generator<Embedded, void> {
  const run = new Run()
  for (let at = 0; at < payload.length; at++) {
    if (!isLetter(payload[at] ?? 0)) continue
    const end = run.read(payload, at)
    if (run.count >= shortest) yield* filesIn(run, payload, at, shortest)
    at = end - 1
  }
}

function* filesIn(run: Run, payload: Uint8Array, start: number, shortest: number): Generator<Embedded, void> {
  const place = new Characters(payload, start)
  let passed = 0
  for (let index = 0; index + shortest <= run.count; index++) {
    run.start = index
    if (!(isKnown(run) || (index === 0 && isScript(run)))) continue
    const end = run.endOfText()
    if (end - index < shortest) continue
    for (; passed <= index; passed++) place.read()
    const size = Math.floor(((end - index) * 3) / 4)
    yield { offset: place.offset, run: start, size, decode: () => run.decode(index, end) }
    index = end - 1
  }
}

/** The characters of one run; `start` moves along it. */
class Run implements Head {
  start = 0
  count = 0
  #values = new Uint8Array(4096)
  #isPadded = false

  get length(): number {
    return Math.floor(((this.count - this.start) * 3) / 4)
  }

  get isStart(): boolean {
    return this.start === 0 || this.#value(this.start) >= lineStart
  }

  /** Gives the offset of what ended it. */
  read(payload: Uint8Array, start: number): number {
    const characters = new Characters(payload, start)
    this.count = 0
    while (characters.read()) {
      if (this.count === this.#values.length) this.#grow()
      this.#values[this.count++] = characters.value
    }
    this.#isPadded = isPadding(payload, characters.at)
    return characters.at
  }

  byte(index: number): number {
    if (index < 0 || index >= this.length) return -1
    const at = this.start + Math.floor(index / 3) * 4 + (index % 3)
    const shift = (index % 3) * 2
    return ((this.#value(at) << (shift + 2)) | ((this.#value(at + 1) & six) >> (4 - shift))) & 0xff
  }

  /** Where the text ends that begins at `start`: the two alphabets do not mix, and the lines must be alike. */
  endOfText(): number {
    const lines = new Lines(this.start)
    let alphabet = -1
    for (let at = this.start; at < this.count; at++) {
      const value = this.#value(at)
      if (value >= lineStart && at > this.start) {
        const end = lines.next(at)
        if (end >= 0) return end
      }
      if ((value & six) < 62) continue
      if (alphabet >= 0 && (value & urlSafe) !== alphabet) return at
      alphabet = value & urlSafe
    }
    return lines.last(this.count, this.#isPadded)
  }

  decode(start: number, end: number): Uint8Array {
    return pack(this.#values.subarray(start, end), end - start)
  }

  #value(at: number): number {
    return this.#values[at] ?? 0
  }

  #grow(): void {
    const larger = new Uint8Array(this.#values.length * 2)
    larger.set(this.#values)
    this.#values = larger
  }
}

/**
 * Tells a word on the next line from the text: after two lines of one length a shorter one is the last, and a last line that
 * breaks up the groups of four is left out.
 */
class Lines {
  readonly #start: number
  #line: number
  #width = -1
  #alike = 0

  constructor(start: number) {
    this.#start = start
    this.#line = start
  }

  /** A line ends at `at`: where the text ends, or -1 when it goes on. */
  next(at: number): number {
    const length = at - this.#line
    if (this.#alike > 1 && length !== this.#width) return length < this.#width ? at : this.#line
    this.#alike = length === this.#width ? this.#alike + 1 : 1
    this.#width = length
    this.#line = at
    return -1
  }

  /** The last line ends at `at`. */
  last(at: number, isPadded: boolean): number {
    if (this.#line === this.#start) return at
    if (this.#alike > 1 && at - this.#line > this.#width) return this.#line
    const isForeign = !isPadded && (at - this.#start) % 4 !== 0 && (this.#line - this.#start) % 4 === 0
    return isForeign ? this.#line : at
  }
}

/** True when "=" comes next, on the next line perhaps. */
function isPadding(payload: Uint8Array, end: number): boolean {
  for (let at = end; at < end + 8; at++) {
    if (payload[at] === 0x3d) return true
    if (!blanks.includes(payload[at] ?? -1)) return false
  }
  return false
}

const blanks = [0, 0x09, 0x0a, 0x0d, 0x20]
