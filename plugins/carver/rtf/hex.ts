/** Classes of bytes beside the values 0 to 15 of hex digits. */
export const blank = 16
/** `{`, `}` and `\`, which end a text. */
export const special = 17
const other = 18

/** The value of a hex digit, or the class of another byte. Every control character is a blank. */
export const classes: Uint8Array = classify()

function classify(): Uint8Array {
  const table = new Uint8Array(256).fill(other).fill(blank, 0, 0x21)
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16)
    table[digit.charCodeAt(0)] = value
    table[digit.toUpperCase().charCodeAt(0)] = value
  }
  for (const character of '{}\\') table[character.charCodeAt(0)] = special
  return table
}

/** The bytes of the hex digits in `text`; everything else is left out, and so is half a byte at the end. */
export function decodeHex(text: Uint8Array, size: number): Uint8Array {
  const content = new Uint8Array(size)
  let half = -1
  for (let at = 0, length = 0; length < size; at++) {
    const value = classes[text[at] ?? 0] ?? other
    if (value >= blank) continue
    if (half < 0) half = value
    else {
      content[length++] = half * 16 + value
      half = -1
    }
  }
  return content
}

/** Collects the bytes of hex digits and of binary data that come one by one. */
export class HexSink {
  /** Where the first digit or byte was; -1: nothing came yet. */
  offset = -1
  /** Bytes that may be kept: what comes after them is counted and lost. */
  readonly #room: number
  #bytes = new Uint8Array()
  #length = 0
  #half = -1

  constructor(room: number) {
    this.#room = room
  }

  /** Whole bytes that came. */
  get size(): number {
    return this.#length
  }

  /** What came; null when that was more than there is room for. */
  get content(): Uint8Array | null {
    return this.#length > this.#room ? null : this.#bytes.subarray(0, this.#length)
  }

  digit(value: number, offset: number): void {
    if (this.offset < 0) this.offset = offset
    if (this.#half < 0) {
      this.#half = value
      return
    }
    this.#reserve(1)
    this.#bytes[this.#length++] = this.#half * 16 + value
    this.#half = -1
  }

  /** Binary data between digits: after half a byte, each of its bytes is two more digits. */
  binary(data: Uint8Array, offset: number): void {
    if (this.offset < 0) this.offset = offset
    if (this.#half < 0) {
      this.#reserve(data.length)
      if (this.#length + data.length <= this.#bytes.length) this.#bytes.set(data, this.#length)
      this.#length += data.length
    } else {
      for (const byte of data) {
        this.digit(byte >> 4, offset)
        this.digit(byte & 15, offset)
      }
    }
  }

  dropHalf(): void {
    this.#half = -1
  }

  /** Writing behind the end of a typed array does nothing: beyond the room no memory is taken. */
  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length || needed > this.#room) return
    const grown = new Uint8Array(Math.min(this.#room, Math.max(64, needed, this.#bytes.length * 2)))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Hex digits in text, with blanks between whole bytes only. */
export class Run {
  start = 0
  digits = 0
  /** Digits since the last blank, and the most that ever were. */
  #streak = 0
  #longest = 0
  #hasLetter = false

  /** Not merely a table of numbers: a digit that no number has, or four bytes without a blank (as v1 wanted). */
  get isHex(): boolean {
    return this.#hasLetter || this.#longest >= 8
  }

  digit(value: number, offset: number): void {
    if (this.digits++ === 0) this.start = offset
    if (value > 9) this.#hasLetter = true
    if (++this.#streak > this.#longest) this.#longest = this.#streak
  }

  /** False: the blank ends the run. */
  blank(): boolean {
    this.#streak = 0
    return this.digits % 2 === 0
  }

  restart(): void {
    this.digits = 0
    this.#streak = 0
    this.#longest = 0
    this.#hasLetter = false
  }
}
