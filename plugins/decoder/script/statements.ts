import type { Dialect } from './dialects.ts'
import type { Operand } from './expression.ts'
import { Scanner, type TokenKind } from './scanner.ts'
import { shellEscape } from './strings.ts'
import type { Work } from './values.ts'
import { type Target, Variables } from './variables.ts'

/** What a name stands in. */
export interface Place {
  /** The parenthesis or brace that is open around it. */
  opened: string
  /** The names in it are those of parameters. */
  isParameters: boolean
  target: Target | null
  /** Nothing else is in its expression. */
  isBare: boolean
}

const words = (text: string) => new Set(text.split(' '))
/** Words of Visual Basic that a statement may follow. */
const leading = words('then else let const set public private')
/** Words that begin another statement. */
const beginning = words('else var let const return function throw case do delete')
/** Words that the names of parameters follow. */
const declaring = words('function sub param catch')
/** Characters of parameters, and of names that are assigned to together, that are looked at. */
const longestParameters = 300
/** What changes the variable before it. */
const changing = /^(?:(?:<<|>>>?|\*\*|&&|\|\||\?\?|[-+*/%&|^])?=(?!=)|\+\+|--)/
/** What gives the variable before it values of something else. */
const giving = /^(?:=>|(?:in|of)\b)/i

/** A longer string in which variables are named is not read. */
const longestInterpolated = 0x2000
/** What is no plain text in such a string: escapes, variables, and dollars that may be more than that. */
const marks =
  /`([\s\S])|\$\(\s{0,8}(\$\w{1,80})\s{0,8}\)|(\$\{\w{1,80}\}|\$\w{1,80}(?![:\w]))|\$(?=[\w({?$^])|""/g

/** Where statements begin, and which of them give a variable its value. */
export class Statements {
  readonly variables: Variables
  readonly #text: string
  readonly #language: Dialect['name']
  /** Reads comments and joined lines behind a name. */
  readonly #ahead: Scanner
  #isFirst = true
  #assigned = ''
  /** Names of PowerShell in the same expression. */
  #names: string[] = []
  /** JavaScript: behind a question mark, one of two is done. */
  #isChoice = false
  /** The word that the token before is. */
  #word = ''
  /** The token before was `++` or `--`. */
  #isStep = false
  #previous = ''
  /** Where the last parenthesis stands that was closed. */
  parenthesis = { start: 0, end: 0 }
  /** The next parenthesis has the parameters of a function. */
  isDeclaring = false

  constructor(text: string, dialect: Dialect, work: Work, unsure: ReadonlySet<string>) {
    this.variables = new Variables(text, dialect, work, unsure)
    this.#text = text
    this.#language = dialect.name
    this.#ahead = new Scanner(text, dialect)
  }

  /** A name that is no member: gives the operand what it stands for, or takes note that it is assigned to. */
  name(operand: Operand, written: string, { opened, isParameters, target, isBare }: Place): void {
    if (this.#language === 'powershell' && !written.startsWith('$')) return
    const after = this.#after(operand.end)
    this.#names.push(written)
    if (isParameters || giving.test(after)) this.variables.forget(written)
    else if (changing.test(after)) this.#change(written, after, isBare && (opened === '' || opened === '{'))
    else if (this.#isStep) this.variables.forget(written)
    else if (operand.value === undefined) Object.assign(operand, this.variables.use(written, target))
  }

  /** In Visual Basic the sign of an assignment may be that of a comparison. */
  #change(written: string, after: string, isStatement: boolean): void {
    const isBasic = this.#language === 'vbs'
    const isPlain = isBasic ? after.startsWith('=') : /^\+?=/.test(after)
    if (isPlain && isStatement && !this.#isChoice && (this.#isFirst || !isBasic)) this.#assigned = written
    else if (!isPlain || !isBasic || this.#word === 'for') this.variables.forget(written)
  }

  /** A bracket was closed: `name` is that of what it belongs to. What is assigned to it is not followed. */
  closed(start: number, end: number, name: string | undefined): void {
    if (this.#language === 'vbs') return
    const after = this.#after(end)
    if (!changing.test(after) && !giving.test(after)) return
    if (name === undefined) this.#forgetNames(start, end)
    else this.variables.forget(name)
  }

  /** What is written behind a place, without blanks and comments. */
  #after(place: number): string {
    const blank = this.#language === 'js' ? /\s/ : /[ \t\v\f\xa0\ufeff]/
    for (let at = place; ; at = this.#ahead.end) {
      while (blank.test(this.#text[at] ?? '')) at++
      const after = this.#text.slice(at, at + 8)
      this.#ahead.end = at
      if (!/^(?:\/[/*]|<?#|[`_])/.test(after) || this.#ahead.next(false) !== 'skip') return after
    }
  }

  /** The text of a string of PowerShell in which nothing but known variables is named. */
  interpolated(start: number, end: number, target: Target | null): string | undefined {
    const isRead = this.#language === 'powershell' && this.#text[start] === '"' && this.#text[end - 1] === '"'
    if (!isRead || end - start < 2 || end - start > longestInterpolated) return undefined
    let isKnown = true
    const text = this.#text.slice(start + 1, end - 1).replace(marks, (mark, escaped, inner, name) => {
      if (escaped !== undefined) return shellEscape(escaped)
      if (mark === '""') return '"'
      const value = isKnown ? this.variables.use(inner ?? name ?? '', target, true)?.value : undefined
      isKnown &&= typeof value === 'string'
      return String(value)
    })
    return isKnown ? text : undefined
  }

  /** The assignment that a sign begins; null when it is none. */
  assignment(sign: string, start: number): Target | null {
    const written = this.#assigned
    const names = this.#names
    this.#assigned = ''
    this.#names = []
    this.#isStep = sign === '++' || sign === '--'
    if (sign === '?' || sign === ';') this.#isChoice = sign === '?' && this.#language === 'js'
    if (sign.endsWith('=') && names.length > 1 && this.#language === 'powershell')
      for (const name of names) this.variables.forget(name)
    if (written === '' || (sign !== '=' && sign !== '+=')) return null
    return this.variables.begin(written, start, sign === '+=')
  }

  /** True for a sign or word that an assignment ends with, so that its value is known. */
  isEnd(sign: string): boolean {
    return sign === ';' || sign === ',' || (sign === ':' && this.#language === 'vbs') || beginning.has(sign)
  }

  /** An operand begins another statement: without an operator but with a line between, in JavaScript. */
  isApart(end: number, start: number): boolean {
    const isApart = this.#language === 'js' && /[\n\r]/.test(this.#text.slice(end, start))
    if (isApart) this.#isChoice = false
    return isApart
  }

  /** Goes on to the next token. `word`: in small letters, of a name that is no member, or of the language. */
  after(kind: TokenKind, sign: string, word: string): void {
    if (kind === 'skip') {
      this.#isFirst &&= sign !== '.'
      return
    }
    this.#noteBlock(kind, sign, word)
    if (kind !== 'barrier') this.#isStep = kind === 'prefix' && sign === this.#previous
    if (kind === 'newline' || kind === 'open' || kind === 'close') this.#names = []
    if (kind === 'open' && sign === '{') this.#isChoice = false
    this.#previous = sign
    this.#word = word
    if (kind === 'open' || kind === 'newline') this.isDeclaring = false
    if (declaring.has(word)) this.isDeclaring = true
    this.#isFirst = kind === 'newline' || (kind === 'barrier' && (sign === ':' || leading.has(word)))
  }

  #noteBlock(kind: TokenKind, sign: string, word: string): void {
    const { blocks } = this.variables
    if (sign === '>' && this.#previous === '=') this.#forgetParameters()
    if (kind === 'open') {
      if (sign === '{' && this.#previous === ')' && !blocks.isAnnounced) this.#forgetParameters()
      blocks.open(sign, this.#previous)
    } else if (kind === 'close') blocks.close(sign)
    else if (word !== '') blocks.word(word, this.#isFirst)
    else if (kind === 'newline') blocks.endLine()
    else blocks.sign()
    if (sign === ';') blocks.endStatement()
  }

  /** The names in the parenthesis before a function without a word for it. */
  #forgetParameters(): void {
    const { start, end } = this.parenthesis
    if (this.#language === 'js') this.#forgetNames(start, end)
  }

  /** All names where there are too many to look for. */
  #forgetNames(start: number, end: number): void {
    const names = this.#text.slice(start, Math.min(end, start + longestParameters))
    if (end - start > longestParameters) this.variables.forgetAll()
    for (const [name] of names.matchAll(/\$\{\w+\}|[\w$]+/g)) this.variables.forget(name)
  }
}

/** In small letters the name, or the word of the language, that a token is; empty for others. */
export function wordOf(kind: TokenKind, sign: string, value: string | number, isMember: boolean): string {
  const isWord = kind === 'barrier' ? /\w/.test(sign) : kind === 'name' && !isMember
  return isWord ? String(value).toLowerCase() : ''
}
