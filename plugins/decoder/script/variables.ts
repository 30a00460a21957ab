import { Blocks } from './blocks.ts'
import type { Dialect } from './dialects.ts'
import { type Hidden, hidden, type Operand } from './expression.ts'
import type { Found } from './found.ts'
import { Bytes, type Value, type Work } from './values.ts'

/** Variables that are known at a time, and characters of one. */
const mostVariables = 10_000
const longestValue = 2 ** 24

/** An assignment whose value is being read. */
export interface Target {
  name: string
  written: string
  /** Where its sign stands. */
  start: number
  isAdded: boolean
  /** Variables that were used before it. */
  uses: number
  /** What the variable was is part of what it becomes. */
  isOwn: boolean
}

interface Known {
  value: string | Bytes
  how: Hidden
  block: number
  /** The assignment that gave it this value, as long as nothing has used it: more may be added to it. */
  last: { start: number; end: number; blank: string; text: Found | null } | null
}

/**
 * Texts that the variables of a script hold, as far as the order of its lines tells. What a condition or a loop assigns is
 * known to its end, what a loop makes of variables is not, nor what it uses before it changes it. A function sees what was
 * assigned before it, whenever it is called.
 */
export class Variables {
  readonly blocks: Blocks
  /** Assignments in place of those that are one with a later one, and of the last of each. */
  readonly texts: Found[] = []
  readonly #text: string
  readonly #dialect: Dialect
  readonly #work: Work
  /** Names that loops use before they change them, as far as that was seen, and as it was known before. */
  readonly changed = new Set<string>()
  readonly #unsure: ReadonlySet<string>
  readonly #usedInLoops = new Set<string>()
  readonly #known = new Map<string, Known>()
  #uses = 0

  constructor(text: string, dialect: Dialect, work: Work, unsure: ReadonlySet<string>) {
    this.blocks = new Blocks(dialect.name)
    this.#text = text
    this.#dialect = dialect
    this.#work = work
    this.#unsure = unsure
  }

  /**
   * What a name stands for. `target`: of the assignment that has it as its first operand. Nothing is copied when more is added
   * to that one, unless `isCopied`.
   */
  use(written: string, target: Target | null, isCopied = false): { value: Value; how: Hidden } | undefined {
    const name = this.#key(written)
    const known = this.#known.get(name)
    if (!known || !this.blocks.isOpen(known.block) || !this.#isSure(name, known)) return undefined
    const { value, how } = known
    const isOwn = target?.name === name && !target.isOwn
    if ((!isOwn || isCopied) && !this.#work.take(sizeOf(value))) return undefined
    if (isOwn) {
      target.isOwn = true
      if (this.blocks.current.isLoop) return undefined
    } else this.#show(known)
    this.#uses++
    return { value, how }
  }

  /** False for what an earlier turn of the loop may have changed. */
  #isSure(name: string, { block }: Known): boolean {
    const { id, isLoop } = this.blocks.current
    if (!isLoop || block === id) return true
    this.#usedInLoops.add(name)
    return !this.#unsure.has(name)
  }

  #noteChange(name: string): void {
    if (this.blocks.current.isLoop && this.#usedInLoops.has(name)) this.changed.add(name)
  }

  begin(written: string, start: number, isAdded: boolean): Target {
    return { name: this.#key(written), written, start, isAdded, uses: this.#uses, isOwn: isAdded }
  }

  /** The value of an assignment; null when it is not known. */
  assign(target: Target, result: Operand | null): void {
    this.#noteChange(target.name)
    const old = this.#known.get(target.name)
    const before = old && this.blocks.isOpen(old.block) ? old.value : undefined
    const value = target.isAdded ? joined(before, result?.value) : result?.value
    const isMade = target.isAdded || this.#uses > target.uses
    const isSure = !isMade || !this.blocks.current.isLoop
    if (!result || !isKept(value) || !isSure) this.#forget(target.name)
    else if (result.name === undefined) this.#learn(target, result, value, isMade)
    else if (result.name !== target.name.toLowerCase()) this.#learn(target, result, value, false)
  }

  #learn(target: Target, result: Operand, value: string | Bytes, isMade: boolean): void {
    const old = this.#known.get(target.name)
    const isOwn = old !== undefined && target.isOwn
    const isHere = old?.block === this.blocks.current.id
    // What it was stays in the script, what it becomes is a copy.
    if (isOwn && !isHere && !this.#work.take(sizeOf(value))) {
      this.#forget(target.name)
      return
    }
    if (old?.last && isOwn && isHere) this.#blank(old.last)
    else if (old) this.#show(old)
    else if (this.#known.size >= mostVariables) return
    const how = Math.max(result.how, target.isAdded ? (old?.how ?? hidden.plain) : hidden.plain) as Hidden
    const last = this.#placeOf(target, result, isMade ? value : null, how)
    this.#known.set(target.name, { value, how, block: this.blocks.current.id, last })
  }

  /** It is given a value in a way that is not followed. */
  forget(written: string): void {
    this.#forget(this.#key(written))
  }

  forgetAll(): void {
    for (const name of this.#known.keys()) this.#forget(name)
  }

  end(): readonly Found[] {
    for (const known of this.#known.values()) this.#show(known)
    return this.texts.sort((a, b) => a.start - b.start)
  }

  #key(written: string): string {
    return this.#dialect.name === 'js' ? written : written.toLowerCase().replace(/^\$\{(.*)\}$/, '$$$1')
  }

  #forget(name: string): void {
    this.#noteChange(name)
    const known = this.#known.get(name)
    if (!known) return
    this.#show(known)
    this.#known.delete(name)
  }

  #placeOf(
    { start: sign, written, isAdded }: Target,
    result: Operand,
    made: string | Bytes | null,
    how: Hidden,
  ): Known['last'] {
    const { end } = result
    const start = isAdded ? sign : result.start
    const blank = isAdded ? `= ${written}` : made === null ? '""' : written
    const quote = this.#text[result.start] === "'" ? "'" : '"'
    const isText = typeof made === 'string'
    const before = isAdded ? '= ' : ''
    return { start, end, blank, text: isText ? { start, end, value: made, how, quote, before } : null }
  }

  /** More was added: it stands where that is. */
  #blank({ start, end, blank }: NonNullable<Known['last']>): void {
    this.texts.push({ start, end, value: blank, how: hidden.plain, quote: '' })
  }

  #show(known: Known): void {
    if (known.last?.text) this.texts.push(known.last.text)
    known.last = null
  }
}

function sizeOf(value: string | Bytes): number {
  return value instanceof Bytes ? value.latin1.length : value.length
}

function joined(left: Value | undefined, right: Value | undefined): string | undefined {
  return typeof left === 'string' && typeof right === 'string' ? left + right : undefined
}

function isKept(value: Value | undefined): value is string | Bytes {
  return value instanceof Bytes || (typeof value === 'string' && value.length <= longestValue)
}
