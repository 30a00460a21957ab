const none = 0xff
/** A blank behind more bytes than this ends the text: nobody writes such groups. */
const longestGroup = 32
const longestJoint = 40
const quotes = codes('"\'`')
const blanks = codes(' \t\r\n')
const plainMarks = codes(',;:-')
const prefixedMarks = codes(',;:"\'+._|')
const values = classify()

/** How a byte is written: two digits alone, or one or two behind `0x`, `\x`, `&H`. */
type Style = '' | '0x' | '\\x' | '&h'

/** Bytes that are written as hexadecimal digits in a payload. */
export interface Digits {
  /** Of the first character, and of what follows the last one. */
  start: number
  end: number
  /** Valid until the next are read. */
  content: Uint8Array
  /** True: there is a letter among the digits. */
  hasLetters: boolean
  /** True: a digit is left over. */
  isOdd: boolean
}

/** Reads hexadecimal text in ASCII or UTF-16. */
export class DigitsReader {
  readonly #payload: Uint8Array
  /** 2 in UTF-16 text, of either order of bytes. */
  #width = 1
  #at = 0
  #style: Style = ''
  #buffer = new Uint8Array(4096)
  #size = 0
  /** Bytes since the last blank or mark. */
  #grouped = 0
  #hasLetters = false
  #isOdd = false

  constructor(payload: Uint8Array) {
    this.#payload = payload
  }

  /** As many bytes as follow one another from `start` on, written alike; null when none does. Linear in what it reads. */
  read(start: number): Digits | null {
    this.#begin(start)
    let end = start
    while (this.#readByte()) {
      end = this.#at
      if (this.#isOdd) break
      this.#skipBetween()
    }
    if (this.#size === 0) return null
    const content = this.#buffer.subarray(0, this.#size)
    return { start, end, content, hasLetters: this.#hasLetters, isOdd: this.#isOdd }
  }

  #begin(start: number): void {
    this.#width = this.#payload[start + 1] === 0 && this.#payload[start + 3] === 0 ? 2 : 1
    this.#at = start
    this.#style = this.#styleAt(start)
    // One number of many digits, as SQL has them.
    if (this.#style === '0x' && this.#digit(start + 4 * this.#width) !== none) {
      this.#style = ''
      this.#at += 2 * this.#width
    }
    this.#size = 0
    this.#grouped = 0
    this.#hasLetters = false
    this.#isOdd = false
  }

  #styleAt(at: number): Style {
    const [first, second] = [this.#byte(at), this.#byte(at + this.#width) | 0x20]
    if (first === 0x30 && second === 0x78) return '0x'
    if (first === 0x5c && second === 0x78) return '\\x'
    return first === 0x26 && second === 0x68 ? '&h' : ''
  }

  /** False when none comes. */
  #readByte(): boolean {
    const isPrefixed = this.#style !== ''
    if (isPrefixed && this.#styleAt(this.#at) !== this.#style) return false
    const at = isPrefixed ? this.#at + 2 * this.#width : this.#at
    const high = this.#digit(at)
    const low = this.#digit(at + this.#width)
    if (high === none) return false
    if (low === none) return isPrefixed ? this.#give(high, at + this.#width) : this.#leaveOver(at)
    // Three digits behind a prefix are no byte.
    if (isPrefixed && this.#digit(at + 2 * this.#width) !== none) return false
    return this.#give(high * 16 + low, at + 2 * this.#width)
  }

  #leaveOver(at: number): boolean {
    this.#isOdd = true
    this.#at = at
    return this.#size > 0
  }

  #give(value: number, end: number): true {
    if (this.#size === this.#buffer.length) this.#grow()
    this.#buffer[this.#size++] = value
    this.#grouped++
    if ((value & 15) > 9 || value >= 0xa0) this.#hasLetters = true
    this.#at = end
    return true
  }

  /** One mark, or those that join strings and lists behind a prefix, with blanks around them. Text is in groups, or in lines. */
  #skipBetween(): void {
    const [marks, most] = this.#style === '' ? [plainMarks, 1] : [prefixedMarks, 16]
    let [at, count, isLine] = [this.#at, 0, false]
    for (;;) {
      const byte = this.#byte(at)
      if (marks.includes(byte) ? count++ === most : !blanks.includes(byte)) break
      if (byte === 0x0a || byte === 0x0d) isLine = true
      at += this.#width
    }
    if (this.#style === '\\x') at = this.#nextString(at)
    if (at === this.#at || (this.#grouped > longestGroup && !isLine)) return
    this.#at = at
    this.#grouped = 0
  }

  /** Behind a string: where the next one begins, when little is between them (`buf += b`). */
  #nextString(start: number): number {
    if (this.#styleAt(start) === '\\x') return start
    for (let at = start; at < start + longestJoint * this.#width; at += this.#width) {
      const byte = this.#byte(at)
      if (byte < 0) break
      if (quotes.includes(byte) && this.#styleAt(at + this.#width) === '\\x') return at + this.#width
    }
    return start
  }

  #digit(at: number): number {
    return values[this.#byte(at)] ?? none
  }

  /** -1 where UTF-16 text ends, or the payload. */
  #byte(at: number): number {
    if (this.#width === 2 && (this.#payload[at + 1] ?? 0) !== 0) return -1
    return this.#payload[at] ?? -1
  }

  #grow(): void {
    const larger = new Uint8Array(this.#buffer.length * 2)
    larger.set(this.#buffer)
    this.#buffer = larger
  }
}

/** True for characters that hexadecimal text may begin with. */
export function mayBegin(byte: number): boolean {
  return values[byte] !== none || byte === 0x5c || byte === 0x26
}

function codes(characters: string): number[] {
  return [...Buffer.from(characters, 'latin1')]
}

function classify(): Uint8Array {
  const table = new Uint8Array(256).fill(none)
  const digits = '0123456789abcdef'
  for (let value = 0; value < 16; value++) {
    table[digits.charCodeAt(value)] = value
    table[digits.toUpperCase().charCodeAt(value)] = value
  }
  return table
}
