import { hexBytes, hexDigit, isRegular, isWhite } from './characters.ts'
import { literalBytes, literalEnd } from './strings.ts'
import { type Dict, isDict, type Value } from './values.ts'

/** Bytes that may be read beyond the place where the next object starts. It bounds what is read more than once. */
export interface Allowance {
  left: number
}

/** Where an object is. */
export interface Extent {
  bytes: Buffer
  /** Of its first byte, behind `obj`. */
  start: number
  /** Where the next object starts: a string may go beyond. */
  end: number
}

/** What was read of an object. */
export interface Parsed {
  /** Null too when there is nothing; what is not closed is closed where the object ends. */
  value: Value
  /** Offset behind the word `stream`; -1 when none follows. */
  stream: number
}

/** Values in one object; what is beyond is not read. */
const maxValues = 1_000_000

/** Brackets in brackets; what is deeper is left out, as in every reader. */
const maxDepth = 500

/** Bytes of a name; the format knows 127. */
const maxName = 4096

/** Words that end an object. */
const endings = new Set(['obj', 'endobj', 'endstream', 'xref', 'trailer', 'startxref'])

/** Reads one object (ISO 32000-2, 7.3), however damaged it is. Linear in its bytes and in what it uses of the allowance. */
export function parseObject(extent: Extent, allowance: Allowance): Parsed {
  return new Parser(extent, allowance).read()
}

/** An array or dictionary that is not closed yet. */
interface Open {
  isDict: boolean
  items: Value[]
}

class Parser {
  readonly #bytes: Buffer
  readonly #allowance: Allowance
  readonly #soft: number
  #hard: number
  #at: number
  readonly #open: Open[] = []
  /** Of these, those that are dictionaries. */
  #dicts = 0
  /** Brackets that are open and left out. */
  #tooDeep = 0
  readonly #items: Value[] = []
  #values = 0
  #stream = -1
  #isOver = false

  constructor({ bytes, start, end }: Extent, allowance: Allowance) {
    this.#bytes = bytes
    this.#allowance = allowance
    this.#at = start
    this.#soft = Math.min(end, bytes.length)
    this.#hard = Math.min(bytes.length, this.#soft + Math.max(0, allowance.left))
  }

  read(): Parsed {
    while (!this.#isOver && this.#values < maxValues) {
      this.#skipWhite()
      if (this.#at >= (this.#open.length === 0 ? this.#soft : this.#hard)) break
      this.#readToken()
    }
    while (this.#open.length > 0) this.#close()
    this.#allowance.left -= Math.max(0, Math.min(this.#at, this.#hard) - this.#soft)
    return { value: this.#items.find(isDict) ?? this.#items[0] ?? null, stream: this.#stream }
  }

  #skipWhite(): void {
    while (this.#at < this.#hard) {
      const code = this.#bytes[this.#at]
      if (code === 0x25) this.#skipComment()
      else if (isWhite(code)) this.#at++
      else return
    }
  }

  #skipComment(): void {
    while (this.#at < this.#hard && this.#bytes[this.#at] !== 0x0a && this.#bytes[this.#at] !== 0x0d)
      this.#at++
  }

  #readToken(): void {
    const [code, next] = [this.#bytes[this.#at], this.#bytes[this.#at + 1]]
    if (isRegular(code)) this.#readWord(code ?? 0)
    else this.#readDelimited(code, next)
  }

  #readDelimited(code: number | undefined, next: number | undefined): void {
    this.#at++
    if (code === 0x2f) this.#push(this.#name())
    else if (code === 0x28) this.#push(literalBytes(this.#literal()))
    else if (code === 0x5b) this.#enter(false)
    else if (code === 0x5d) this.#leave(false)
    else if (code === 0x3c && next === 0x3c) this.#enterDict()
    else if (code === 0x3c) this.#push(hexBytes(this.#digits()))
    else if (code === 0x3e && next === 0x3e) this.#leaveDict()
  }

  #enterDict(): void {
    this.#at++
    this.#enter(true)
  }

  #leaveDict(): void {
    this.#at++
    this.#leave(true)
  }

  /** A name, with each `#xx` replaced by the character that it stands for. */
  #name(): string {
    const start = this.#at
    this.#skipRegular()
    const raw = this.#text(start, maxName)
    if (!raw.includes('#')) return raw
    return raw.replace(/#([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  }

  #skipRegular(): void {
    while (this.#at < this.#hard && isRegular(this.#bytes[this.#at])) this.#at++
  }

  #literal(): Uint8Array {
    return this.#until(literalEnd(this.#bytes, this.#at, this.#hard))
  }

  #digits(): Uint8Array {
    const length = this.#bytes.subarray(this.#at, this.#hard).indexOf(0x3e)
    return this.#until(length < 0 ? -1 : this.#at + length)
  }

  /** What is before `end`, which is behind it then. Without an end: what is before the next object. */
  #until(end: number): Uint8Array {
    const start = this.#at
    if (end >= 0 && end < this.#hard) {
      this.#at = end + 1
      return this.#bytes.subarray(start, end)
    }
    // Looked for in vain: that is paid for, too.
    this.#allowance.left -= this.#hard - Math.max(this.#soft, start)
    this.#at = start < this.#soft ? this.#soft : this.#hard
    this.#hard = Math.max(this.#at, Math.min(this.#hard, this.#soft + Math.max(0, this.#allowance.left)))
    return this.#bytes.subarray(start, this.#at)
  }

  #readWord(first: number): void {
    const start = this.#at
    this.#skipRegular()
    if (isNumeric(first)) this.#push(toNumber(this.#text(start, 32)))
    else this.#obey(this.#text(start, 16), start)
  }

  /** The start of a word. */
  #text(start: number, most: number): string {
    return this.#bytes.toString('latin1', start, Math.min(this.#at, start + most))
  }

  #obey(word: string, start: number): void {
    if (word === 'R') this.#refer()
    else if (word === 'true' || word === 'false') this.#push(word === 'true')
    else if (word === 'null') this.#push(null)
    else if (word.startsWith('stream')) {
      this.#stream = start + 6
      this.#isOver = true
    } else if (endings.has(word) || word.startsWith('endobj')) this.#isOver = true
  }

  /** The two numbers before an `R` are a reference. */
  #refer(): void {
    const items = this.#current
    const [number, generation] = items.slice(-2)
    if (typeof number !== 'number' || typeof generation !== 'number') return
    items.length -= 2
    items.push({ ref: number, generation })
  }

  get #current(): Value[] {
    return this.#open.at(-1)?.items ?? this.#items
  }

  #push(value: Value): void {
    this.#values++
    if (this.#tooDeep === 0) this.#current.push(value)
  }

  #enter(isDict: boolean): void {
    this.#values++
    if (this.#open.length >= maxDepth) {
      this.#tooDeep++
      return
    }
    if (isDict) this.#dicts++
    this.#open.push({ isDict, items: [] })
  }

  /** Closes the innermost one of this kind and what is open in it; without one the bracket means nothing. */
  #leave(isDict: boolean): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep--
      return
    }
    if ((isDict ? this.#dicts : this.#open.length - this.#dicts) === 0) return
    while (this.#close() !== isDict);
  }

  #close(): boolean {
    const { isDict, items } = this.#open.pop() ?? { isDict: false, items: [] }
    if (isDict) this.#dicts--
    this.#current.push(isDict ? toDict(items) : items)
    return isDict
  }
}

function toDict(flat: readonly Value[]): Dict {
  const dict: Dict = { names: [], items: [] }
  for (let index = 0; index < flat.length; index++) {
    const name = flat[index]
    if (typeof name !== 'string') continue
    dict.names.push(name)
    dict.items.push(flat[++index] ?? null)
  }
  return dict
}

function isNumeric(code: number): boolean {
  return (hexDigit(code) >= 0 && hexDigit(code) < 10) || code === 0x2b || code === 0x2d || code === 0x2e
}

function toNumber(text: string): number {
  const value = parseFloat(text)
  return Number.isFinite(value) ? value : 0
}
