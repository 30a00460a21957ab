import { type Dialect, powershell } from './dialects.ts'
import { type Literal, readHereString, readString } from './strings.ts'

/** `opaque` has a value that is not known; `barrier` ends an expression, `newline` may; `skip` means nothing. */
export type TokenKind =
  | ('string' | 'number' | 'pattern' | 'name' | 'opaque' | 'cast' | 'prefix')
  | ('operator' | 'dot' | 'open' | 'close' | 'barrier' | 'newline' | 'skip' | 'end')

/** Kinds of characters. */
const [other, blank, digit, letter] = [0, 1, 2, 3]
const kinds = new Uint8Array(0x100).fill(letter, 0x80)
for (const code of [0x09, 0x0b, 0x0c, 0x20, 0xa0]) kinds[code] = blank
kinds.fill(digit, 0x30, 0x3a).fill(letter, 0x41, 0x5b).fill(letter, 0x61, 0x7b)
kinds[0x5f] = kinds[0x24] = letter

/** Operators of JavaScript and others that are more than one character, and end an expression. */
const longOperators = /[=!<>&|?+\-*%^~:]/
const backtick = 0x60

/** Signs of PowerShell, where an operand may come and where an operator may: `@(`, `&(`, `..`, `::`. */
const operandSigns = new Map<string, TokenKind>([
  ...['@(', '@{', '&(', '& ', "&'", '&"', '&$'].map(sign => [sign, 'skip'] as const),
  ['..', 'barrier'],
])
const operatorSigns = new Map<string, TokenKind>([
  ...([
    ['@(', 'skip'],
    ['@{', 'skip'],
    ['..', 'barrier'],
    ['::', 'dot'],
  ] as const),
])

/** Reads a script token by token, each once. Fields tell of the last one. */
export class Scanner {
  start = 0
  end = 0
  value: string | number = ''
  /** Of a string: characters are numbers; of a name: backticks are in it. */
  isEncoded = false
  readonly text: string
  readonly #limit: number
  readonly #dialect: Dialect

  constructor(text: string, dialect: Dialect) {
    this.text = text
    this.#limit = text.length
    this.#dialect = dialect
  }

  /** The next token. `wantsOperand`: an operand may come here, so that `/` begins a pattern and `-` a number. */
  next(wantsOperand: boolean): TokenKind {
    const { text } = this
    let at = this.end
    while (at < this.#limit && this.#kind(at) === blank) at++
    this.start = at
    if (at >= this.#limit) return 'end'
    const character = text[at] ?? ''
    if (character === '\n' || character === '\r') return this.#take(1, 'newline')
    const comment = this.#commentEnd(at, character)
    if (comment > at) return this.#take(comment - at, 'skip')
    if (this.#dialect.quotes.includes(character)) return this.#takeString(readString(text, at, this.#dialect))
    const kind = this.#kind(at)
    if (kind === digit || (character === '&' && wantsOperand)) {
      const length = this.#numberLength(at)
      if (length > 0) return this.#take(length, 'number')
    }
    if (kind === letter) return this.#takeName(at, wantsOperand)
    return this.#dialect.name === 'powershell'
      ? this.#shellSign(at, character, wantsOperand)
      : this.#sign(at, character, wantsOperand)
  }

  #kind(at: number): number {
    const code = this.text.charCodeAt(at)
    return code < 0x100 ? (kinds[code] ?? other) : code === 0xfeff ? blank : letter
  }

  #take(length: number, kind: TokenKind): TokenKind {
    this.end = Math.min(this.start + length, this.#limit)
    return kind
  }

  #takeString({ end, value, isEncoded }: Literal): TokenKind {
    this.end = end
    this.value = value ?? ''
    this.isEncoded = isEncoded
    return value === null ? 'opaque' : 'string'
  }

  /** Where a comment that begins here ends; `at` when none does. */
  #commentEnd(at: number, character: string): number {
    const { name } = this.#dialect
    const two = this.text.slice(at, at + 2)
    if (name === 'vbs') return character === "'" ? this.#lineEnd(at) : at
    if (name === 'js') {
      if (two === '//') return this.#lineEnd(at)
      return two === '/*' ? this.#behind('*/', at + 2) : at
    }
    if (two === '<#') return this.#behind('#>', at + 2)
    return character === '#' && !/\S/.test(this.text[at - 1] ?? ' ') ? this.#lineEnd(at) : at
  }

  #lineEnd(from: number): number {
    let at = from
    while (at < this.#limit && this.text[at] !== '\n' && this.text[at] !== '\r') at++
    return at
  }

  #behind(closing: string, from: number): number {
    const found = this.text.indexOf(closing, from)
    return found < 0 ? this.#limit : found + closing.length
  }

  /** `65`, `65.5`, `0x41`, `&H41`, `&H41&`; 0 when it is none. */
  #numberLength(at: number): number {
    const isBasic = this.#dialect.name === 'vbs'
    const found =
      /^(?:&h([\da-f]{1,8})(&(?![\w "]))?|&o?([0-7]{1,10})|0x([\da-f]{1,8})|(\d{1,15}(?:\.\d{1,15})?)(?:e\d{1,2})?)/i.exec(
        this.text.slice(at, Math.min(at + 34, this.#limit)),
      )
    if (!found || (found[0].startsWith('&') && !isBasic)) return 0
    const hex = found[1] ?? found[4]
    this.value = hex ? Number.parseInt(hex, 16) : found[3] ? Number.parseInt(found[3], 8) : Number(found[5])
    return found[0].length
  }

  #takeName(at: number, wantsOperand: boolean): TokenKind {
    const { name, keywords } = this.#dialect
    const isShell = name === 'powershell'
    if (isShell && this.text[at] === '$') return this.#takeVariable(at)
    let end = at + 1
    while (end < this.#limit && (this.#kind(end) >= digit || (isShell && this.#joins(end)))) end++
    const written = this.text.slice(at, end)
    this.isEncoded = isShell && written.includes('`')
    const word = this.isEncoded ? written.replaceAll('`', '') : written
    this.value = word
    this.#take(end - at, 'name')
    if (name === 'vbs') return this.#basicName(at, word.toLowerCase(), wantsOperand)
    return keywords.has(name === 'js' ? word : word.toLowerCase()) ? 'barrier' : 'name'
  }

  /** Visual Basic has words for operators and for comments, and joins lines with one. */
  #basicName(at: number, word: string, wantsOperand: boolean): TokenKind {
    if (word === 'rem') return this.#take(this.#lineEnd(at) - at, 'skip')
    if (word === '_') {
      const end = this.#lineEnd(at)
      return this.#take(end + (this.text.startsWith('\r\n', end) ? 2 : 1) - at, 'skip')
    }
    if (this.#dialect.keywords.has(word)) return 'barrier'
    if (wantsOperand || !this.#dialect.precedence.has(word)) return 'name'
    this.value = word
    return 'operator'
  }

  /** Within a name of PowerShell: `New-Object`, and backticks that mean nothing. */
  #joins(at: number): boolean {
    const code = this.text.charCodeAt(at)
    return (code === 0x2d || code === backtick) && this.#kind(at + 1) === letter && this.text[at + 1] !== '$'
  }

  #takeVariable(at: number): TokenKind {
    const after = this.text[at + 1] ?? ''
    if (after === '(') return this.#take(1, 'skip')
    let end = at + 1
    if (after === '{') end = Math.min(this.#behind('}', end), at + 200)
    else while (end < this.#limit && (this.#kind(end) >= digit || this.text[end] === ':')) end++
    this.value = this.text.slice(at, end)
    this.isEncoded = false
    return this.#take(end - at, 'name')
  }

  #sign(at: number, character: string, wantsOperand: boolean): TokenKind {
    if ('([{'.includes(character)) return this.#take(1, 'open')
    if (')]}'.includes(character)) return this.#take(1, 'close')
    if (character === '.') return this.#take(1, wantsOperand ? 'skip' : 'dot')
    const isScript = this.#dialect.name === 'js'
    if (isScript && character === '/' && wantsOperand) return this.#takePattern(at)
    const next = this.text[at + 1] ?? ''
    if (isScript && next !== '' && longOperators.test(character) && (next === '=' || next === character))
      return this.#take(2, 'barrier')
    if (character === '+' && next === '=' && this.#dialect.name === 'powershell')
      return this.#take(2, 'barrier')
    return this.#operator(character, wantsOperand)
  }

  #operator(character: string, wantsOperand: boolean): TokenKind {
    this.value = character
    if (wantsOperand && (character === '-' || character === '+')) return this.#take(1, 'prefix')
    return this.#take(1, this.#dialect.precedence.has(character) && !wantsOperand ? 'operator' : 'barrier')
  }

  /** `/pattern/flags`, within its line; else a sign. */
  #takePattern(at: number): TokenKind {
    let end = patternEnd(this.text, at)
    if (end < 0) return this.#take(1, 'barrier')
    while (end < this.#limit && this.#kind(end) === letter) end++
    this.value = this.text.slice(at, end)
    return this.#take(end - at, 'pattern')
  }

  #shellSign(at: number, character: string, wantsOperand: boolean): TokenKind {
    const next = this.text[at + 1] ?? ''
    const two = character + next
    if (two === "@'" || two === '@"') return this.#takeString(readHereString(this.text, at))
    if (character === '`') return this.#take(next === '\r' ? 3 : 2, 'skip')
    if (character === '-' && this.#kind(at + 1) === letter) return this.#takeDash(at, wantsOperand)
    if (wantsOperand && character === '[') return this.#takeType(at)
    const kind = wantsOperand ? operandSigns.get(two) : operatorSigns.get(two)
    if (kind) return this.#take(kind === 'skip' ? 1 : 2, kind)
    return this.#sign(at, character, wantsOperand)
  }

  /** `[char]` before a value, `[Convert]::` before a method. */
  #takeType(at: number): TokenKind {
    const found = /^\[\s{0,4}([\w.`]{1,80}(?:\[\s{0,4}\])?)\s{0,4}\]/.exec(this.text.slice(at, at + 100))
    if (!found) return this.#take(1, 'open')
    this.value = (found[1] ?? '')
      .replace(/[`\s]/g, '')
      .toLowerCase()
      .replace(/^system\./, '')
    this.isEncoded = false
    const end = at + found[0].length
    return this.#take(found[0].length, this.text.startsWith('::', end) ? 'name' : 'cast')
  }

  /** An operator such as `-join`, before a value too; else the name of a parameter. */
  #takeDash(at: number, wantsOperand: boolean): TokenKind {
    const word = (/^-[a-z]{1,20}/i.exec(this.text.slice(at, at + 24))?.[0] ?? '-').toLowerCase()
    this.value = word
    if (powershell.precedence.has(word)) {
      if (!wantsOperand) return this.#take(word.length, 'operator')
      if (word === '-join' || word === '-split') return this.#take(word.length, 'prefix')
    }
    return this.#take(word.length, 'opaque')
  }
}

/** Behind the slash that ends a pattern; -1 when none does in its line. */
function patternEnd(text: string, start: number): number {
  let isClass = false
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '/' && !isClass) return at + 1
    if (character === '\n' || character === '\r') return -1
    if (character === '\\') at++
    else if (character === '[' || character === ']') isClass = character === '['
  }
  return -1
}
