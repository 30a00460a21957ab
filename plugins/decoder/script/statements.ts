import type { Dialect } from './dialects.ts'
import type { Operand } from './expression.ts'
import type { TokenKind } from './scanner.ts'
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
/** Characters of parameters that are looked at. */
const longestParameters = 300

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
  #isFirst = true
  #assigned = ''
  #previous = ''
  /** Where the last parenthesis stands that was closed. */
  parenthesis = { start: 0, end: 0 }
  /** The next parenthesis has the parameters of a function. */
  isDeclaring = false

  constructor(text: string, dialect: Dialect, work: Work) {
    this.variables = new Variables(text, dialect, work)
    this.#text = text
    this.#language = dialect.name
  }

  /** A name that is no member: gives the operand what it stands for, or takes note that it is assigned to. */
  name(operand: Operand, written: string, { opened, isParameters, target, isBare }: Place): void {
    if (this.#language === 'powershell' && !written.startsWith('$')) return
    const after = this.#text.slice(operand.end, operand.end + 24)
    const isBasic = this.#language === 'vbs'
    if (isParameters || /^\s{0,8}(?:=>|\s(?:in|of)\s)/i.test(after)) this.variables.forget(written)
    else if (/^[ \t]{0,20}\+?=(?!=)/.test(after)) {
      const isStatement = opened === '' || opened === '{'
      if (isStatement && isBare && (this.#isFirst || !isBasic)) this.#assigned = written
      else if (!isBasic) this.variables.forget(written)
    } else if (operand.value === undefined) Object.assign(operand, this.variables.use(written, target))
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
    this.#assigned = ''
    if (written === '' || (sign !== '=' && sign !== '+=')) return null
    return this.variables.begin(written, start, sign === '+=')
  }

  /** True for a sign or word that an assignment ends with, so that its value is known. */
  isEnd(sign: string): boolean {
    return sign === ';' || sign === ',' || (sign === ':' && this.#language === 'vbs') || beginning.has(sign)
  }

  /** Goes on to the next token. `word`: in small letters, of a name that is no member, or of the language. */
  after(kind: TokenKind, sign: string, word: string, opened: string): void {
    if (kind === 'skip') {
      this.#isFirst &&= sign !== '.'
      return
    }
    this.#noteBlock(kind, sign, word, opened)
    this.#previous = sign
    if (kind === 'open' || kind === 'newline') this.isDeclaring = false
    if (declaring.has(word)) this.isDeclaring = true
    this.#isFirst = kind === 'newline' || (kind === 'barrier' && (sign === ':' || leading.has(word)))
  }

  #noteBlock(kind: TokenKind, sign: string, word: string, opened: string): void {
    const { blocks } = this.variables
    if (word !== '') blocks.word(word, this.#isFirst)
    else if (kind === 'newline') blocks.endLine()
    else blocks.sign()
    if (sign === '>' && this.#previous === '=') this.#forgetParameters()
    if (sign === '{' && kind === 'open') {
      if (this.#previous === ')' && !blocks.isAnnounced) this.#forgetParameters()
      blocks.openBrace(this.#previous)
    }
    if (sign === '}' && kind === 'close') blocks.closeBrace()
    if (sign === ';' && opened !== '(') blocks.endStatement()
  }

  /** The names in the parenthesis before a function without a word for it. */
  #forgetParameters(): void {
    const { start, end } = this.parenthesis
    const names = this.#text.slice(start, Math.min(end, start + longestParameters))
    if (this.#language === 'js') for (const [name] of names.matchAll(/[\w$]+/g)) this.variables.forget(name)
  }
}

/** In small letters the name, or the word of the language, that a token is; empty for others. */
export function wordOf(kind: TokenKind, sign: string, value: string | number, isMember: boolean): string {
  const isWord = kind === 'barrier' ? /\w/.test(sign) : kind === 'name' && !isMember
  return isWord ? String(value).toLowerCase() : ''
}
