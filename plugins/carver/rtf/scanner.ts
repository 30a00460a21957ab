import {
  dataDestinations,
  destinations,
  isLetter,
  readControlWord,
  transparentWords,
} from './control-words.ts'
import { blank, classes, decodeHex, HexSink, Run, special } from './hex.ts'

/** Data that was found in a document. */
export interface Blob {
  /** Where its first digit or byte is. */
  offset: number
  /** Null: more than may be produced. */
  content: Uint8Array | null
  /** The control word that it belongs to; null: it stands in the text. */
  destination: string | null
  /** True: the document ended before the group that holds it. */
  isCut: boolean
}

/** What a scan keeps to. */
export interface ScanLimits {
  /** Hex digits that a blob must have more than. */
  minimumDigits: number
  /** Bytes that may still be produced. */
  room: () => number
}

/** A group with a destination of its own. `sink`: its text is data; null: it is text. */
interface Destination {
  level: number
  name: string
  sink: HexSink | null
}

/** More destinations within each other than any document has; deeper ones are not told apart. */
const deepest = 10_000

const apostrophe = 0x27
const asterisk = 0x2a
const openBrace = 0x7b
const closeBrace = 0x7d
const backslash = 0x5c

/**
 * Finds data in an RTF document in one pass: hex digits of data destinations, however they are interrupted, runs of hex
 * digits in any other text, and binary data. It reads as Word does, not as the specification has it.
 */
export class RtfScanner {
  readonly #payload: Buffer
  readonly #limits: ScanLimits
  readonly #stack: Destination[] = []
  readonly #run = new Run()
  #found: Blob[] = []
  #at = 0
  #level = 0

  constructor(payload: Uint8Array, limits: ScanLimits) {
    this.#payload = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    this.#limits = limits
  }

  *blobs(): Generator<Blob, void> {
    while (this.#at < this.#payload.length) {
      this.#step()
      if (this.#found.length > 0) yield* this.#take()
    }
    for (let last = this.#stack.pop(); last; last = this.#stack.pop()) {
      this.#finish(last, true)
      yield* this.#take()
    }
  }

  #take(): Blob[] {
    const found = this.#found
    this.#found = []
    return found
  }

  #step(): void {
    const byte = this.#payload[this.#at]
    if (byte === backslash) this.#control()
    else if (byte === openBrace) {
      this.#level++
      this.#at++
    } else if (byte === closeBrace) this.#close()
    else if (this.#sink) this.#readData(this.#sink)
    else this.#readText()
  }

  get #sink(): HexSink | null {
    return this.#stack.at(-1)?.sink ?? null
  }

  #close(): void {
    const last = this.#stack.at(-1)
    if (last && last.level === this.#level) {
      this.#stack.pop()
      this.#finish(last, false)
    }
    this.#level = Math.max(0, this.#level - 1)
    this.#at++
  }

  #finish({ name, sink }: Destination, isCut: boolean): void {
    if (!sink || sink.size * 2 <= this.#limits.minimumDigits) return
    this.#found.push({ offset: sink.offset, content: sink.content, destination: name, isCut })
  }

  #control(): void {
    const symbol = this.#payload[this.#at + 1]
    if (isLetter(symbol)) this.#word(false)
    else if (symbol === apostrophe) {
      // Word forgets half a byte in front of \'hh, and takes hh for nothing.
      this.#sink?.dropHalf()
      this.#at += 4
    } else {
      this.#at += 2
      if (symbol === asterisk) this.#starred()
    }
  }

  /** Behind `\*`: a control word that Word does not know makes it pass over the group. */
  #starred(): void {
    let next = this.#at
    while (classes[this.#payload[next] ?? openBrace] === blank) next++
    if (this.#payload[next] !== backslash || !isLetter(this.#payload[next + 1])) return
    this.#at = next
    this.#word(true)
  }

  #word(isStarred: boolean): void {
    const { name, parameter, end } = readControlWord(this.#payload, this.#at)
    this.#at = end
    const small = name.toLowerCase()
    if (small === 'bin') this.#binary(Math.max(0, parameter ?? 0))
    else if (dataDestinations.has(small)) this.#divert(small, new HexSink(this.#limits.room()))
    else if (this.#sink && this.#isDiverting(name, isStarred)) this.#divert(name, null)
  }

  #isDiverting(name: string, isStarred: boolean): boolean {
    if (destinations.has(name)) return true
    const isNested = this.#level > (this.#stack.at(-1)?.level ?? 0)
    return isStarred && isNested && !transparentWords.has(name)
  }

  /** A second destination in a group ends the first. */
  #divert(name: string, sink: HexSink | null): void {
    const last = this.#stack.at(-1)
    if (last && last.level === this.#level) {
      this.#stack.pop()
      this.#finish(last, false)
    }
    if (this.#stack.length < deepest) this.#stack.push({ level: this.#level, name, sink })
  }

  #binary(size: number): void {
    const rest = this.#payload.length - this.#at
    const data = this.#payload.subarray(this.#at, this.#at + Math.min(size, rest))
    const offset = this.#at
    if (this.#sink) {
      this.#sink.binary(data, offset)
      this.#at += data.length
    } else if (size <= rest) {
      this.#at += data.length
      if (size * 2 > this.#limits.minimumDigits) {
        this.#found.push({ offset, content: data, destination: 'bin', isCut: false })
      }
    }
  }

  /** In a data destination everything but digits is passed over. */
  #readData(sink: HexSink): void {
    const payload = this.#payload
    let at = this.#at
    for (; at < payload.length; at++) {
      const value = classes[payload[at] ?? 0] ?? special
      if (value < blank) sink.digit(value, at)
      else if (value === special) break
    }
    this.#at = at
  }

  /** Text up to the next brace or backslash. */
  #readText(): void {
    const payload = this.#payload
    const run = this.#run
    let at = this.#at
    for (; at < payload.length; at++) {
      const value = classes[payload[at] ?? 0] ?? special
      if (value < blank) run.digit(value, at)
      else if (value === special) break
      else if (run.digits > 0 && !(value === blank && run.blank())) this.#endRun(at)
    }
    this.#endRun(at)
    this.#at = at
  }

  #endRun(end: number): void {
    const { start, digits, isHex } = this.#run
    this.#run.restart()
    if (digits <= this.#limits.minimumDigits || !isHex) return
    const size = digits >> 1
    const content = size > this.#limits.room() ? null : decodeHex(this.#payload.subarray(start, end), size)
    this.#found.push({ offset: start, content, destination: null, isCut: false })
  }
}
