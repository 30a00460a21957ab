/** Beside the six bits of a character: it is of the alphabet for URLs, it begins a line. */
export const urlSafe = 0x40
export const lineStart = 0x80
export const six = 0x3f

const none = 0xff
const values = classify()

const [lineFeed, carriageReturn, slash, backslash] = [0x0a, 0x0d, 0x2f, 0x5c]
const blanks = [0x09, lineFeed, carriageReturn, 0x20]

/** Reads the characters of one run of Base64, over its line breaks, from where it starts. */
export class Characters {
  readonly #payload: Uint8Array
  /** 2 in UTF-16 text, of either order of bytes. */
  readonly #width: number
  /** Offset of the next character, or of what ended the run. */
  at: number
  /** The character that was read last, and where it is. */
  value = 0
  offset = 0
  /** How many of these the characters read end with. */
  #hyphens = 0

  constructor(payload: Uint8Array, start: number) {
    this.#payload = payload
    this.at = start
    this.#width =
      payload[start + 1] === 0 && isLetter(payload[start + 2] ?? 0) && payload[start + 3] === 0 ? 2 : 1
  }

  /** False at the end of the run. */
  read(): boolean {
    const value = this.#valueAt(this.at)
    if (value !== none) return this.#take(value)
    const next = this.#nextLine()
    const first = next < 0 ? none : this.#valueAt(next)
    if (first === none) return false
    // The last line of PEM and of a part of a mail begins with two hyphens, the first one of PEM ends so.
    const isBorder = first === dash && this.#valueAt(next + this.#width) === dash
    if (isBorder || this.#hyphens >= 2) return false
    this.at = next
    return this.#take(first | lineStart)
  }

  #take(value: number): true {
    this.#hyphens = (value & ~lineStart) === dash ? this.#hyphens + 1 : 0
    this.value = value
    this.offset = this.at
    this.at += this.#lengthAt(this.at)
    return true
  }

  /** JSON and JavaScript may write "/" as "\\/". */
  #valueAt(at: number): number {
    const byte = this.#byte(at)
    if (byte === backslash && this.#byte(at + this.#width) === slash) return 63
    return values[byte] ?? none
  }

  /** Offset of what follows one line break, an escaped one too, and the blanks around it; -1 where none is. */
  #nextLine(): number {
    let [at, feeds, returns] = [this.at, 0, 0]
    for (;;) {
      const blank = this.#blankAt(at)
      if (blank === none) break
      if (blank === lineFeed) feeds++
      if (blank === carriageReturn) returns++
      at += this.#lengthAt(at)
    }
    return feeds === 1 || (feeds === 0 && returns === 1) ? at : -1
  }

  /** The blank that is there or stands for it; the backslash before a line break counts as one. */
  #blankAt(at: number): number {
    const byte = this.#byte(at)
    if (byte !== backslash) return blanks.includes(byte) ? byte : none
    const escaped = this.#byte(at + this.#width)
    if (escaped === 0x6e) return lineFeed
    if (escaped === 0x72) return carriageReturn
    return blanks.includes(escaped) ? 0x20 : none
  }

  #lengthAt(at: number): number {
    const isEscape = this.#byte(at) === backslash && !blanks.includes(this.#byte(at + this.#width))
    return isEscape ? 2 * this.#width : this.#width
  }

  /** -1 where UTF-16 text ends, or the payload. */
  #byte(at: number): number {
    if (this.#width === 2 && (this.#payload[at + 1] ?? 0) !== 0) return -1
    return this.#payload[at] ?? -1
  }
}

/** True for the characters that Base64 is written with, in either alphabet. */
export function isLetter(byte: number): boolean {
  return values[byte] !== none
}

const dash = urlSafe | 62

function classify(): Uint8Array {
  const table = new Uint8Array(256).fill(none)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (let value = 0; value < alphabet.length; value++) table[alphabet.charCodeAt(value)] = value
  table['-'.charCodeAt(0)] = urlSafe | 62
  table['_'.charCodeAt(0)] = urlSafe | 63
  return table
}
