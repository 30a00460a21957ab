import type { Dialect } from './dialects.ts'

/** Lines that may run once, never, or often, or a function. Those that are opened later have a greater number. */
export interface Block {
  id: number
  isLoop: boolean
}

const loops = new Set(['for', 'foreach', 'foreach-object', 'while', 'do', 'until'])
const branches = new Set(['if', 'else', 'elseif', 'switch', 'catch', 'function'])
const outermost: Block = { id: 0, isLoop: false }
const deepest = 500

/** The blocks of conditions, loops and functions that a place of a script is in. */
export class Blocks {
  readonly #isBasic: boolean
  #count = 0
  #open: Block[] = []
  /** What a word of JavaScript or PowerShell says of the statement or the braces behind it. */
  #next: Block | null = null
  /** Visual Basic: the word before, and whether `then` was the last one, or its commands stand in the same line. */
  #previous = ''
  #isThen = false
  #isSingleLine = false

  constructor(language: Dialect['name']) {
    this.#isBasic = language === 'vbs'
  }

  get current(): Block {
    return this.#next ?? this.#open.at(-1) ?? outermost
  }

  /** True for a block that the place is in. */
  isOpen(id: number): boolean {
    return id === 0 || id === this.#next?.id || this.#open.findLast(block => block.id <= id)?.id === id
  }

  /** A name or a word of the language, in small letters. `isFirst`: a statement begins with it. */
  word(word: string, isFirst: boolean): void {
    if (this.#isBasic) this.#basicWord(word, isFirst)
    else if (loops.has(word) || branches.has(word)) this.#next = this.#made(loops.has(word))
  }

  /** True when a word has said what the next braces are. */
  get isAnnounced(): boolean {
    return this.#next !== null
  }

  /** `before`: the sign before the brace, which tells functions and loops that no word tells. */
  openBrace(before: string): void {
    if (this.#isBasic) return
    const isUnannounced = this.#next === null && (before === ')' || before === '>' || before === '%')
    this.#push(isUnannounced ? this.#made(before === '%') : this.current)
    this.#next = null
  }

  closeBrace(): void {
    if (this.#isBasic) return
    this.#open.pop()
    this.#next = null
  }

  endStatement(): void {
    this.#next = null
  }

  endLine(): void {
    if (this.#isSingleLine) this.#open.pop()
    this.#isThen = false
    this.#isSingleLine = false
    this.#previous = ''
  }

  reset(): void {
    this.#open = []
    this.#next = null
    this.#isSingleLine = false
  }

  /** A token that is no word. */
  sign(): void {
    if (this.#isThen) this.#isSingleLine = true
    this.#isThen = false
    this.#previous = ''
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
    const isLoop = this.#open.pop()?.isLoop
    if (isLoop !== undefined) this.#push(this.#made(isLoop))
  }

  #push(block: Block): void {
    if (this.#open.length >= deepest) this.reset()
    this.#open.push(block)
  }

  #made(isLoop: boolean): Block {
    return { id: ++this.#count, isLoop: isLoop || this.current.isLoop }
  }
}
