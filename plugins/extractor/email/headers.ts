import { decodeText } from './text.ts'
import { decodeBase64, decodeQuotedPrintable } from './transfer.ts'

/** The header fields of a message or part (RFC 5322, 2.2) that matter here; the first of each name counts. */
export interface Headers {
  /** Unfolded values, one character for each byte, by lower-case name. */
  readonly fields: ReadonlyMap<string, string>
  /** Fields that only a mail has. */
  readonly known: number
  /** Where the body begins. */
  readonly end: number
}

/** Bytes of a field that are looked at: its name and place do not depend on its length. */
const maxField = 16_384
const maxName = 64

const kept = new Set([
  ...['content-type', 'content-disposition', 'content-transfer-encoding', 'content-id', 'content-location'],
  ...['subject', 'from'],
])

const known = new Set([
  ...['received', 'return-path', 'delivered-to', 'from', 'to', 'cc', 'subject', 'date', 'message-id'],
  ...['mime-version', 'reply-to', 'sender', 'dkim-signature', 'authentication-results', 'arc-seal'],
  ...['content-type', 'content-disposition', 'content-transfer-encoding'],
])

/**
 * Reads up to the first empty line; `stopsAt` tells whether a line belongs to what follows. Lines that are no fields are
 * passed over.
 */
export function readHeaders(
  bytes: Buffer,
  start: number,
  stopsAt: (line: number) => boolean = () => false,
): Headers {
  const places = new FieldPlaces(bytes)
  for (let line = start, next = 0; line < bytes.length; line = next) {
    next = lineAfter(bytes, line)
    const end = withoutBreak(bytes, line, next)
    if (end === line) return places.headers(next)
    if (stopsAt(line)) return places.headers(line)
    places.add(line, end)
  }
  return places.headers(bytes.length)
}

/** Remembers where the fields that matter lie, and nothing of the others. */
class FieldPlaces {
  readonly #bytes: Buffer
  readonly #places = new Map<string, { from: number; to: number }>()
  /** The field that the next line may continue. */
  #current: { from: number; to: number } | null = null
  #known = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  add(line: number, to: number): void {
    const first = this.#bytes[line]
    if (first === 0x20 || first === 0x09) {
      if (this.#current) this.#current.to = to
      return
    }
    this.#current = null
    const name = fieldName(this.#bytes, line, to)
    if (name === null) return
    if (known.has(name) || name.startsWith('x-')) this.#known++
    if (!kept.has(name) || this.#places.has(name)) return
    this.#current = { from: line + name.length, to }
    this.#places.set(name, this.#current)
  }

  headers(end: number): Headers {
    const fields = new Map(
      [...this.#places].map(([name, { from, to }]) => [name, unfold(this.#bytes, from, to)]),
    )
    return { fields, known: this.#known, end }
  }
}

/** Start of the line that follows the one at `line`. */
export function lineAfter(bytes: Buffer, line: number): number {
  const found = bytes.indexOf(0x0a, line)
  return found < 0 ? bytes.length : found + 1
}

/** End of the text of a line, without LF or CR LF. */
export function withoutBreak(bytes: Buffer, line: number, next: number): number {
  const end = next > line && bytes[next - 1] === 0x0a ? next - 1 : next
  return end > line && bytes[end - 1] === 0x0d ? end - 1 : end
}

/** Lower-case name of the field in a line, null when there is none. */
function fieldName(bytes: Buffer, line: number, end: number): string | null {
  const head = bytes.toString('latin1', line, Math.min(end, line + maxName))
  return /^[!-9;-~]+(?=:)/.exec(head)?.[0].toLowerCase() ?? null
}

/** The value from the colon on. */
function unfold(bytes: Buffer, from: number, to: number): string {
  const raw = bytes.toString('latin1', from, Math.min(to, from + maxField))
  return raw
    .slice(raw.indexOf(':') + 1)
    .replace(/[\r\n]/g, '')
    .trim()
}

/** Text of a value: RFC 2047 words decoded, bytes beyond ASCII as UTF-8 where they are. */
export function decodeHeader(value: string): string {
  return decodeWords(decodeText(Buffer.from(value, 'latin1')))
}

const encodedWord = /=\?([^?\s]{1,64})\?([bq])\?([^?]{0,4096})\?=/gi

/** Encoded words (RFC 2047, 2); blanks between two of them are none, and a character may be split between them. */
function decodeWords(text: string): string {
  const pieces: { charset: string | null; bytes: Uint8Array }[] = []
  let at = 0
  for (const { 0: word, 1: label = '', 2: encoding = '', 3: content = '', index } of text.matchAll(
    encodedWord,
  )) {
    const between = text.slice(at, index)
    if (at === 0 || between.trim() !== '') pieces.push({ charset: null, bytes: Buffer.from(between) })
    const charset = label.replace(/\*.*/, '').toLowerCase()
    const bytes = decodeWord(encoding, content)
    const last = pieces.at(-1)
    if (last?.charset === charset) last.bytes = Buffer.concat([last.bytes, bytes])
    else pieces.push({ charset, bytes })
    at = index + word.length
  }
  const decoded = pieces.map(({ charset, bytes }) =>
    charset === null ? Buffer.from(bytes).toString() : decodeText(bytes, charset),
  )
  return decoded.join('') + text.slice(at)
}

function decodeWord(encoding: string, content: string): Uint8Array {
  const bytes = Buffer.from(encoding.toLowerCase() === 'b' ? content : content.replaceAll('_', ' '), 'latin1')
  return encoding.toLowerCase() === 'b' ? decodeBase64(bytes).content : decodeQuotedPrintable(bytes)
}

/** A value with parameters, such as `text/plain; charset=utf-8` (RFC 2045, 5.1). */
export interface Structured {
  /** In lower case. */
  readonly value: string
  /** The first of each name counts; names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

const maxParameters = 200

/** Comments are left out where they stand before a value; `name=invoice (1).pdf` holds none, whatever the standard says. */
export function parseStructured(text: string): Structured {
  const scanner = new Scanner(text)
  const value = scanner.value().toLowerCase()
  const parameters = new Map<string, string>()
  while (!scanner.isAtEnd && parameters.size < maxParameters) {
    const name = scanner.name().trim().toLowerCase()
    const given = scanner.value()
    if (name !== '' && !parameters.has(name)) parameters.set(name, given)
  }
  return { value: value.split('(')[0]?.trim() ?? '', parameters }
}

/** Reads a structured value piece by piece, each character once. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** Up to `=`, or to the `;` of a parameter without value. */
  name(): string {
    this.#skipComments()
    const start = this.#at
    while (!this.isAtEnd && this.#char !== '=' && this.#char !== ';') this.#at++
    const name = this.#text.slice(start, this.#at)
    if (this.#char === '=') this.#at++
    return name
  }

  /** Token or quoted text, and behind the `;` that ends it. */
  value(): string {
    this.#skipComments()
    const value = this.#char === '"' ? this.#quoted() : ''
    const start = this.#at
    while (!this.isAtEnd && this.#char !== ';') this.#at++
    const rest = this.#text.slice(start, this.#at).trim()
    this.#at++
    return value === '' ? rest : value
  }

  get #char(): string | undefined {
    return this.#text[this.#at]
  }

  #quoted(): string {
    let value = ''
    for (this.#at++; !this.isAtEnd && this.#char !== '"'; this.#at++) {
      // Not an escape but a path, in the names that Windows programs write.
      if (this.#char === '\\' && /["\\]/.test(this.#text[this.#at + 1] ?? '')) this.#at++
      value += this.#char
    }
    this.#at++
    return value
  }

  #skipComments(): void {
    for (let depth = 0; !this.isAtEnd; this.#at++) {
      if (this.#char === '(') depth++
      else if (this.#char === ')' && depth > 0) depth--
      else if (depth === 0 && !/\s/.test(this.#char ?? '')) return
    }
  }
}

/** A parameter as text: RFC 2231 (parts, charset, percent signs), RFC 2047 or plain. Null when it is absent. */
export function parameter({ parameters }: Structured, name: string): string | null {
  const plain = parameters.get(name)
  const whole = parameters.get(`${name}*`)
  if (whole !== undefined) return decodeExtended([[whole, true]])
  const parts = [...sections(parameters, name)]
  if (parts.length > 0) return decodeExtended(parts)
  return plain === undefined ? null : decodeHeader(plain)
}

/** `name*0`, `name*1*` … : what each says and whether it has percent signs. */
function* sections(parameters: ReadonlyMap<string, string>, name: string): Generator<[string, boolean]> {
  for (let index = 0; index < maxParameters; index++) {
    const encoded = parameters.get(`${name}*${index}*`)
    const literal = parameters.get(`${name}*${index}`)
    if (encoded === undefined && literal === undefined) return
    yield [encoded ?? literal ?? '', encoded !== undefined]
  }
}

function decodeExtended(parts: readonly [string, boolean][]): string {
  const [[first, isFirstEncoded] = ['', false], ...rest] = parts
  const prefix = isFirstEncoded ? /^([^']*)'[^']*'/.exec(first) : null
  const start: [string, boolean] = [first.slice(prefix?.[0].length ?? 0), isFirstEncoded]
  const bytes = [start, ...rest].map(([text, isEncoded]) =>
    isEncoded ? decodePercent(text) : Buffer.from(text, 'latin1'),
  )
  return decodeText(Buffer.concat(bytes), prefix?.[1] || null)
}

function decodePercent(text: string): Buffer {
  const decoded = text.replace(/%([\da-f]{2})/gi, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Buffer.from(decoded, 'latin1')
}
