import type { Dialect } from './dialects.ts'

/** Lines that may run once, never, or often, or a function. Those that are opened later have a greater number. */
export interface Block {
  id: number
  isLoop: boolean
}

/** Statement or braces that a word tells of, such as `if`. */
interface Announced {
  block: Block
  word: string
  /** Whether it has begun: it is not there yet, it is what comes next, or the place is in a statement without braces. */
  state: 'ahead' | 'next' | 'begun'
  /** What the braces of a function stand in. */
  outer: Announced | null
}

/** A bracket of JavaScript or PowerShell, or lines of Visual Basic. */
interface Open {
  block: Block
  /** What goes on behind it. */
  after: Announced | null
  isDo: boolean
}

const loops = new Set(['for', 'foreach', 'foreach-object', 'while', 'do', 'until'])
const branches = new Set(['if', 'else', 'elseif', 'switch', 'catch', 'function'])
/** Words of JavaScript that are no part of a statement that began in a line before. */
const beginning = new Set(['var', 'let', 'const', 'return', 'throw'])
const outermost: Block = { id: 0, isLoop: false }
const deepest = 500

/** The blocks of conditions, loops and functions that a place of a script is in. */
export class Blocks {
  readonly #language: Dialect['name']
  #count = 0
  #open: Open[] = []
  #next: Announced | null = null
  /** Behind the braces of `do`. */
  #isDone = false
  /** JavaScript: no token was in this line. */
  #isLineStart = false
  /** Visual Basic: the word before, and whether `then` was the last one, or its commands stand in the same line. */
  #previous = ''
  #isThen = false
  #isSingleLine = false

  constructor(language: Dialect['name']) {
    this.#language = language
  }

  get current(): Block {
    return this.#next?.block ?? this.#open.at(-1)?.block ?? outermost
  }

  /** True for a block that the place is in. */
  isOpen(id: number): boolean {
    if (id === 0 || id === this.#next?.block.id) return true
    return this.#open.findLast(({ block }) => block.id <= id)?.block.id === id
  }

  /** A name or a word of the language, in small letters. `isFirst`: a statement begins with it. */
  word(word: string, isFirst: boolean): void {
    if (this.#language === 'vbs') this.#basicWord(word, isFirst)
    else this.#scriptWord(word)
  }

  /** True when a word has said what the next braces are. */
  get isAnnounced(): boolean {
    return this.#next !== null && this.#next.state !== 'begun'
  }

  /** `before`: the sign before the bracket, which tells functions and loops that no word tells. */
  open(bracket: string, before: string): void {
    const next = this.#next
    if (bracket === '{' && next && this.isAnnounced) {
      this.#push(next.block, next.outer, next.word === 'do')
    } else {
      this.sign()
      if (this.#language === 'vbs') return
      this.#push(bracket === '{' ? this.#unannounced(before) : this.current, this.#next)
    }
    this.#next = null
    this.#isDone = false
  }

  close(bracket: string): void {
    this.sign()
    if (this.#language === 'vbs') return
    const { after = null, isDo = false } = this.#open.pop() ?? {}
    this.#next = after
    this.#isDone = isDo
    if (bracket === ')' && after?.state === 'ahead') after.state = 'next'
  }

  endStatement(): void {
    this.#next = null
  }

  /** Another statement of JavaScript begins without a semicolon before it. */
  nextStatement(): void {
    if (this.#next?.state === 'begun') this.#next = null
  }

  endLine(): void {
    if (this.#isSingleLine) this.#open.pop()
    this.#isThen = false
    this.#isSingleLine = false
    this.#previous = ''
    this.#isLineStart = true
  }

  reset(): void {
    this.#open = []
    this.#next = null
    this.#isSingleLine = false
  }

  /** A token that is no word. A statement of PowerShell that a word tells of has braces. */
  sign(): void {
    if (this.#isThen) this.#isSingleLine = true
    this.#isThen = false
    this.#previous = ''
    this.#isDone = false
    this.#isLineStart = false
    if (this.#next?.state !== 'next') return
    if (this.#language === 'js') this.#next.state = 'begun'
    else this.#next = null
  }

  /** In PowerShell all braces have variables of their own, and those that a command is given may run often. */
  #unannounced(before: string): Block {
    if (this.#language === 'powershell') return this.#made(before !== '' && '%?(-'.includes(before))
    return before === ')' || before === '>' ? this.#made(false) : this.current
  }

  #scriptWord(word: string): void {
    const isEnd = this.#isDone && (word === 'while' || word === 'until')
    if (this.#isLineStart && beginning.has(word)) this.nextStatement()
    this.sign()
    if (isEnd) return
    if (loops.has(word) || branches.has(word)) this.#announce(word)
    else if (this.#language === 'js' && (word === 'case' || word === 'default')) this.#swap()
  }

  #announce(word: string): void {
    const state = word === 'else' || word === 'do' ? 'next' : 'ahead'
    const outer = word === 'function' && this.#next?.state === 'begun' ? this.#next : null
    this.#next = { block: this.#made(loops.has(word)), word, state, outer }
  }

  #basicWord(word: string, isFirst: boolean): void {
    const previous = this.#previous
    this.sign()
    this.#previous = word
    this.#isThen = word === 'then'
    if (previous === 'end') this.#endBasic(word)
    else if (word === 'sub' || word === 'function') this.#beginFunction(previous)
    else if (word === 'if' || (word === 'case' && previous === 'select')) this.#push(this.#made(false))
    else if (word === 'else' || word === 'elseif' || word === 'case') this.#swap()
    else if (isFirst && loops.has(word)) this.#push(this.#made(true))
    else if (isFirst && (word === 'next' || word === 'wend' || word === 'loop')) this.#open.pop()
  }

  #endBasic(word: string): void {
    if (word === 'if' || word === 'select') this.#open.pop()
    else if (word === 'sub' || word === 'function' || word === 'property') this.reset()
  }

  #beginFunction(previous: string): void {
    if (previous === 'exit' || previous === 'declare') return
    this.reset()
    this.#push(this.#made(false))
  }

  #swap(): void {
    const isLoop = this.#open.pop()?.block.isLoop
    if (isLoop !== undefined) this.#push(this.#made(isLoop))
  }

  #push(block: Block, after: Announced | null = null, isDo = false): void {
    if (this.#open.length >= deepest) this.reset()
    this.#open.push({ block, after, isDo })
  }

  #made(isLoop: boolean): Block {
    return { id: ++this.#count, isLoop: isLoop || this.current.isLoop }
  }
}
