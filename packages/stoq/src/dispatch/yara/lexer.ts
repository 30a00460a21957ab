/** A piece of rule text. `pattern` is `$a`, `#a`, `@a` or `!a`; `end` is the end of the text. */
export interface Token {
  kind: 'word' | 'number' | 'text' | 'regexp' | 'pattern' | 'mark' | 'end'
  /** As written; of a `text` what is between the quotes, escapes as written. */
  value: string
  start: number
  end: number
  /** 1-based line of its first character. */
  line: number
}

/**
 * Cuts YARA rules into tokens, one pass, constant memory, comments left out.
 * Never throws: what the language does not know comes as a `mark` of one character, what is not closed ends with its line or the text.
 */
export class Lexer {
  readonly #text: string
  #position = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  next(): Token {
    this.#skipBlanks()
    const start = this.#position
    const line = this.#line
    const [kind, end, inset] = this.#measure(start)
    this.#advance(end)
    return { kind, value: this.#text.slice(start + inset, end - inset), start, end, line }
  }

  /** Kind, end and width of the quotes of the token that starts at `start`. */
  #measure(start: number): [kind: Token['kind'], end: number, inset: number] {
    const text = this.#text
    const first = text.charAt(start)
    if (first === '') return ['end', start, 0]
    if (first === '"') return this.#measureText(start)
    // Division is `\` in YARA, and comments are skipped already.
    if (first === '/') return ['regexp', endOfQuoted(text, start + 1, '/'), 0]
    if ('$#@!'.includes(first)) return ['pattern', endOfWord(text, start + 1), 0]
    if (isDigit(first)) return ['number', endOfNumber(text, start), 0]
    const end = endOfWord(text, start)
    return end > start ? ['word', end, 0] : ['mark', start + 1, 0]
  }

  #measureText(start: number): ['text', number, number] {
    const text = this.#text
    if (text.startsWith('"""', start)) {
      const end = endOfLongText(text, start + 3)
      return ['text', end, text.startsWith('"""', end - 3) && end - start >= 6 ? 3 : 0]
    }
    const end = endOfQuoted(text, start + 1, '"')
    return ['text', end, end - start >= 2 && text.charAt(end - 1) === '"' ? 1 : 0]
  }

  #skipBlanks(): void {
    const text = this.#text
    for (;;) {
      while (isBlank(text.charCodeAt(this.#position))) this.#advance(this.#position + 1)
      if (text.startsWith('//', this.#position)) this.#advance(indexOr(text, '\n', this.#position))
      else if (text.startsWith('/*', this.#position)) {
        this.#advance(Math.min(indexOr(text, '*/', this.#position + 2) + 2, text.length))
      } else return
    }
  }

  #advance(end: number): void {
    for (let at = this.#position; at < end; at++) if (this.#text.charCodeAt(at) === 0x0a) this.#line++
    this.#position = end
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0xfeff
}

function indexOr(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from)
  return index < 0 ? text.length : index
}

/** Behind the closing quote, or at the end of the line where there is none. */
function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === quote) return at + 1
    if (char === '\n') return at
    if (char === '\\') at++
  }
  return text.length
}

function endOfLongText(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('"""', at)) return at + 3
    if (text.charAt(at) === '\\') at++
  }
  return text.length
}

function endOfWord(text: string, from: number): number {
  let at = from
  while (isWordCode(text.charCodeAt(at))) at++
  return at
}

/** `1`, `0x1F`, `2MB`, `1_000`, `1.5`; the dots of `(1..5)` are not part of it. */
function endOfNumber(text: string, from: number): number {
  const end = endOfWord(text, from)
  return text.charAt(end) === '.' && isDigit(text.charAt(end + 1)) ? endOfWord(text, end + 1) : end
}

function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f
  )
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}
