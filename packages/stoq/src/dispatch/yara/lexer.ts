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
  /** The first line break that is not counted in `#line`. */
  #break: number

  constructor(text: string) {
    this.#text = text
    this.#break = indexOr(text, '\n', 0)
  }

  next(): Token {
    const start = endOfBlanks(this.#text, this.#position)
    const line = this.#countLines(start)
    const [kind, end, inset] = this.#measure(start)
    this.#position = end
    return { kind, value: this.#text.slice(start + inset, end - inset), start, end, line }
  }

  #countLines(position: number): number {
    while (this.#break < position) {
      this.#line++
      this.#break = indexOr(this.#text, '\n', this.#break + 1)
    }
    return this.#line
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
}

// Sticky: a rule file is read before anything else can be done, with code that is not compiled yet.
const blanks = /[\t-\r \u00a0\ufeff]*/y
const word = /\w*/y

function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  pattern.test(text)
  return pattern.lastIndex
}

/** Behind blanks and comments. */
function endOfBlanks(text: string, from: number): number {
  for (let at = from; ; ) {
    at = endOf(blanks, text, at)
    if (text.charAt(at) !== '/') return at
    const second = text.charAt(at + 1)
    if (second === '/') at = indexOr(text, '\n', at)
    else if (second === '*') at = Math.min(indexOr(text, '*/', at + 2) + 2, text.length)
    else return at
  }
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
  return endOf(word, text, from)
}

/** `1`, `0x1F`, `2MB`, `1_000`, `1.5`; the dots of `(1..5)` are not part of it. */
function endOfNumber(text: string, from: number): number {
  const end = endOfWord(text, from)
  return text.charAt(end) === '.' && isDigit(text.charAt(end + 1)) ? endOfWord(text, end + 1) : end
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}
