import { callKnown, howCalled, isGlobal } from './callee.ts'
import type { Dialect } from './dialects.ts'
import { Expression, type Hidden, hidden, type Operand } from './expression.ts'
import { type Found, merged } from './found.ts'
import { argumentsOf, closings, type Frame } from './frames.ts'
import { memberOf, nameOf, nothing } from './operands.ts'
import { Scanner, type TokenKind } from './scanner.ts'
import { Statements, wordOf } from './statements.ts'
import { patternOf, type Value, Work } from './values.ts'

/** What is known of a script without running it. */
export interface Folded {
  /** Texts in place of the expressions that made them, none within another. */
  texts: Found[]
  /** Known texts that the script runs, or writes into a page. */
  evaluated: Found[]
}

/** Deeper ones are not followed: what is open then stays as it is. */
const deepest = 500
/** What runs a text that it is given. */
const evaluators = new Set('eval execute executeglobal iex invoke-expression function settimeout'.split(' '))
const writers = new Set(['write', 'writeln'])

/** Puts together the texts that a script has in pieces. Time and memory grow with its length. */
export function fold(text: string, dialect: Dialect, work: Work): Folded {
  const folder = new Folder(text, dialect, work, new Set())
  const folded = folder.run()
  // Loops changed what they had used: once more, without that.
  const { unsure } = folder
  return unsure.size === 0 ? folded : new Folder(text, dialect, new Work(text.length), unsure).run()
}

class Folder {
  readonly #text: string
  readonly #dialect: Dialect
  readonly #work: Work
  readonly #scanner: Scanner
  readonly #statements: Statements
  readonly #texts: Found[] = []
  readonly #evaluated: Found[] = []
  #frames: Frame[] = []
  #frame: Frame
  #isMember = false

  constructor(text: string, dialect: Dialect, work: Work, unsure: ReadonlySet<string>) {
    this.#text = text
    this.#dialect = dialect
    this.#work = work
    this.#scanner = new Scanner(text, dialect)
    this.#statements = new Statements(text, dialect, work, unsure)
    this.#frame = this.#open('', 0, null)
  }

  get unsure(): ReadonlySet<string> {
    return this.#statements.variables.changed
  }

  run(): Folded {
    for (;;) {
      const kind = this.#scanner.next(this.#frame.expression.current === null)
      if (kind === 'end') break
      this.#take(kind)
    }
    this.#endStatement()
    for (let outer = this.#frames.pop(); outer; outer = this.#frames.pop()) {
      this.#frame = outer
      this.#endStatement()
    }
    return { texts: merged(this.#texts, this.#statements.variables.end()), evaluated: this.#evaluated }
  }

  #take(kind: TokenKind): void {
    const { start, value } = this.#scanner
    const sign = this.#text[start] ?? ''
    const word = wordOf(kind, sign, value, this.#isMember)
    if (kind === 'operator') this.#takeOperator(String(value), this.#frame.opened)
    else if (kind === 'dot') this.#isMember = true
    else if (kind === 'open') this.#takeOpen(sign)
    else if (kind === 'close') this.#takeClose(sign)
    else if (kind === 'barrier') this.#takeBarrier(word || this.#text.slice(start, this.#scanner.end))
    else if (kind === 'newline') this.#takeNewline()
    else this.#takeOperand(kind, value)
    this.#statements.after(kind, sign, word)
  }

  #takeOperand(kind: TokenKind, value: string | number): void {
    const { start } = this.#scanner
    if (kind === 'string') this.#takeString()
    else if (kind === 'number') this.#addOperand(value)
    else if (kind === 'pattern') this.#addOperand(patternOf(String(value)))
    else if (kind === 'name') this.#takeName(String(value))
    else if (kind === 'opaque') this.#takeOpaque()
    else if (kind === 'cast' || kind === 'prefix')
      this.#frame.expression.addPrefix({ start, word: String(value) })
  }

  /** In JavaScript a comma between statements is as good as a semicolon. */
  #takeOperator(operator: string, opened: string): void {
    const isBetween = this.#dialect.name === 'js' && (opened === '' || opened === '{')
    if (operator === ',' && isBetween) this.#takeBarrier(operator)
    else this.#frame.expression.addOperator(operator)
  }

  #takeBarrier(sign: string): void {
    this.#endStatement(sign === '|', this.#statements.isEnd(sign))
    this.#frame.target = this.#statements.assignment(sign, this.#scanner.start)
  }

  #takeString(): void {
    const { start, end, value, isEncoded } = this.#scanner
    const operand: Operand = { start, end, value, how: isEncoded ? hidden.escaped : hidden.plain }
    this.#place(operand)
    if (isEncoded) this.#addText(operand)
  }

  /** A string of PowerShell in which variables are named may be known. */
  #takeOpaque(): void {
    const { start, end } = this.#scanner
    const { target, expression } = this.#frame
    const value = this.#statements.interpolated(start, end, expression.current ? null : target)
    const operand: Operand = { start, end, value, how: hidden.text }
    this.#place(operand)
    this.#addText(operand)
  }

  #addOperand(value: Value | undefined): void {
    const { start, end } = this.#scanner
    this.#place({ start, end, value, how: hidden.plain })
  }

  #takeName(written: string): void {
    const { start, end, isEncoded } = this.#scanner
    if (isEncoded) this.#texts.push({ start, end, value: written, how: hidden.text, quote: '' })
    const name = written.toLowerCase()
    const { current } = this.#frame.expression
    if (!this.#isMember || !current) {
      const operand: Operand = { start, end, how: hidden.plain, name, ...nothing(name) }
      this.#place(operand)
      const { opened, target, isParameters, expression } = this.#frame
      this.#statements.name(operand, written, { opened, target, isParameters, isBare: expression.isBare })
      return
    }
    this.#isMember = false
    this.#frame.expression.current = memberOf(current, name, end)
  }

  /** An operand that no operator leads to begins another expression. */
  #place(operand: Operand): void {
    const { expression } = this.#frame
    this.#isMember = false
    if (expression.current) {
      const { isSingle, current } = expression
      const isApart = this.#statements.isApart(current.end, operand.start)
      this.#endStatement(false, isApart)
      if (isApart) this.#statements.variables.blocks.nextStatement()
      this.#frame.command = isSingle ? nameOf(current) : ''
    }
    expression.current = operand
  }

  #takeNewline(): void {
    const { opened, expression } = this.#frame
    if (this.#dialect.name === 'js') return
    if (this.#dialect.name === 'vbs' && opened !== '') this.#reset()
    if (opened === '(' || opened === '[') return
    if (expression.current || this.#dialect.name === 'vbs') this.#endStatement()
  }

  /** Ends the expression; with more to come, what is open around it is not known. */
  #endStatement(isPipe = false, isEnd = true): void {
    const frame = this.#frame
    this.#isMember = false
    const result = frame.expression.finish()
    this.#assign(frame, isEnd ? result : null)
    if (frame.opened !== '') frame.isUnknown = true
    this.#noteCommand(frame, result)
    frame.command = ''
    frame.piped = isPipe && result && typeof result.value === 'string' ? result : null
  }

  #assign(frame: Frame, result: Operand | null): void {
    if (frame.target) this.#statements.variables.assign(frame.target, result)
    frame.target = null
  }

  #takeOpen(opened: string): void {
    const { expression } = this.#frame
    const { start } = this.#scanner
    let { current } = expression
    if (opened === '{' || (current && !this.#isCall(opened))) {
      const { isSingle } = expression
      this.#endStatement(false, false)
      this.#frame.command = isSingle && current && opened === '(' ? nameOf(current) : ''
      current = null
    }
    expression.current = null
    if (this.#frames.length >= deepest) this.#reset()
    const frame = this.#open(opened, start, current)
    this.#frames.push(this.#frame)
    this.#frame = frame
  }

  /** PowerShell calls what a parenthesis follows at once; a blank before it begins an argument. */
  #isCall(opened: string): boolean {
    if (this.#dialect.name !== 'powershell') return true
    return opened === '[' || !/\s/.test(this.#text[this.#scanner.start - 1] ?? ' ')
  }

  #open(opened: string, start: number, callee: Operand | null): Frame {
    const expression = new Expression(this.#dialect, this.#work, operand => this.#addText(operand))
    const isWithin = this.#frames.length > 0 && this.#frame.isParameters
    const isParameters = opened === '(' ? this.#statements.isDeclaring : isWithin
    const nothingYet = { isUnknown: false, command: '', piped: null, target: null }
    return { opened, start, expression, callee, isParameters, ...nothingYet }
  }

  /** Nothing that is open is followed any more. */
  #reset(): void {
    for (const frame of [...this.#frames, this.#frame]) {
      frame.expression.finish()
      this.#assign(frame, null)
    }
    this.#statements.variables.blocks.reset()
    this.#frames = []
    this.#frame = this.#open('', 0, null)
  }

  #takeClose(closed: string): void {
    const frame = this.#frame
    const result = frame.expression.finish()
    this.#assign(frame, result)
    this.#noteCommand(frame, result)
    if (frame.opened === '' || closed !== closings[frame.opened]) {
      if (frame.opened !== '') this.#reset()
      return
    }
    this.#frame = this.#frames.pop() ?? this.#frame
    const end = this.#scanner.end
    this.#statements.closed(frame.start, end, frame.callee?.name)
    if (closed === '}') return
    if (closed === ')') this.#statements.parenthesis = { start: frame.start, end }
    const operand = closed === ')' ? this.#closed(frame, result, end) : this.#indexed(frame, result, end)
    this.#frame.expression.current = operand
  }

  /** What a parenthesis is known to be: a value, or what a call gives. */
  #closed(frame: Frame, result: Operand | null, end: number): Operand {
    const { callee, start } = frame
    const args = argumentsOf(frame, result)
    const how = result?.how ?? hidden.plain
    if (!callee) return { start, end, value: frame.isUnknown ? undefined : result?.value, how }
    if (args) this.#noteCall(callee, args, how)
    const value = args && callKnown(callee, args, this.#dialect.name, this.#work)
    const operand: Operand = { start: callee.start, end, value, how: howCalled(callee, how) }
    if (typeof value === 'string') this.#addText(operand)
    return operand
  }

  /** A list, an item of one, or a member whose name is a text. */
  #indexed(frame: Frame, result: Operand | null, end: number): Operand {
    const { callee, start } = frame
    const args = argumentsOf(frame, result)
    if (!callee) return { start, end, value: args && [...args], how: result?.how ?? hidden.plain }
    const unknown: Operand = { start: callee.start, end, how: hidden.plain }
    const [index] = args?.length === 1 ? args : []
    if (typeof index === 'string') return memberOf(callee, index.toLowerCase(), end)
    const { value } = callee
    if (typeof index !== 'number' || !(typeof value === 'string' || Array.isArray(value))) return unknown
    const item = value.at(index)
    const operand = { ...unknown, value: item, how: Math.max(callee.how, hidden.text) as Hidden }
    if (typeof item === 'string') this.#addText(operand)
    return operand
  }

  #noteCall({ name = '', owner, start, end }: Operand, args: readonly Value[], how: Hidden): void {
    const value = name === 'function' ? args.at(-1) : args[0]
    const isRun = evaluators.has(name) && isGlobal(owner)
    const isWritten = writers.has(name) && owner === 'document' && how !== hidden.plain
    if (isRun || isWritten) this.#addEvaluated({ start, end, value, how })
  }

  #noteCommand(frame: Frame, result: Operand | null): void {
    if (!result) return
    if (evaluators.has(frame.command)) this.#addEvaluated(result)
    if (frame.piped && evaluators.has(nameOf(result))) this.#addEvaluated(frame.piped)
  }

  #addEvaluated({ start, end, value, how }: Operand): void {
    if (typeof value === 'string') this.#evaluated.push({ start, end, value, how, quote: '' })
  }

  /** Texts within this one, and what it was before more was added, are part of it. */
  #addText({ start, end, value, how }: Operand): void {
    if (typeof value !== 'string') return
    while ((this.#texts.at(-1)?.start ?? -1) >= start) this.#texts.pop()
    this.#texts.push({ start, end, value, how, quote: this.#text[start] === "'" ? "'" : '"' })
  }
}
