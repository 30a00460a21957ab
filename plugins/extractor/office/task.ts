import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Extracted, type PluginContext, printable } from 'stoq'

/** Ends the work because time or children are used up; the budget has been told already. */
export class Cut extends Error {}

/** How often other work of the process gets its turn, in milliseconds. */
const turnEvery = 50
/** Faults that are told in words; of the others the number is told. */
const maxTold = 5

/** One call of the plugin: what it may use, and what went wrong on the way. */
export class Task {
  readonly #budget: PluginContext['budget']
  readonly #signal: AbortSignal
  readonly #faults: string[] = []
  #faultCount = 0
  #bytesLeft: number
  #stepEnd = 0
  #lastTurn = performance.now()

  constructor({ budget, signal }: PluginContext) {
    this.#budget = budget
    this.#signal = signal
    this.#bytesLeft = budget.remainingBytes
    this.startStep()
  }

  /** Bytes that may still be produced. What was given counts, also where the framework drops it as a duplicate. */
  get room(): number {
    return Math.max(0, Math.min(this.#budget.remainingBytes, this.#bytesLeft))
  }

  /** The child, booked; nothing, and told in `truncated`, when it is larger than what is left. */
  *give(meta: Record<string, unknown>, content: Uint8Array): Generator<Extracted, void> {
    if (!this.#budget.hasChildren()) throw new Cut()
    if (content.length > this.room) return this.leaveOut(String(meta['filename']))
    this.#bytesLeft -= content.length
    yield [{ ...meta, size: content.length }, content]
    this.startStep()
  }

  /** A child of text, a line for each entry and their `count`; nothing without any. */
  giveLines(meta: Record<string, unknown>, lines: Lines): Iterable<Extracted> {
    if (lines.list.length === 0) return []
    if (lines.isCut)
      this.#budget.cut('max_bytes', `${meta['filename']} ends after ${lines.list.length} lines`)
    const text = `${lines.list.join('\n').toWellFormed()}\n`
    return this.give({ ...meta, count: lines.list.length }, Buffer.from(text))
  }

  /** Tells that something was left out because it is too large; the rest may still fit. */
  leaveOut(name: string): void {
    this.#budget.cut('max_bytes', `${label(name)} left out: more than ${this.room} bytes`)
  }

  /** Tells that a limit of an option ended something. */
  limit(option: string, detail: string): void {
    this.#budget.cut(option, detail)
  }

  /** Stops the work when its time is up. */
  check(): void {
    if (this.#signal.aborted) this.#stop('max_time', 'office was told to stop')
    if (!this.#budget.hasTime()) throw new Cut()
    if (performance.now() > this.#stepEnd)
      this.#stop('max_plugin_time', `office took longer than ${this.#budget.limits.max_plugin_time} s`)
  }

  /** The framework measures each step of an iterable on its own; so do we, as no timer ends synchronous work. */
  startStep(): void {
    this.#stepEnd = performance.now() + this.#budget.limits.max_plugin_time * 1000
  }

  /** Lets timers and signals of the process have their turn now and then; stops when time is up. */
  async breathe(): Promise<void> {
    this.check()
    if (performance.now() - this.#lastTurn < turnEvery) return
    await nextTurn()
    this.#lastTurn = performance.now()
  }

  /** Remembers what could not be read: it is told after everything that could. */
  fault(where: string | null, reason: string): void {
    this.#faultCount++
    if (this.#faultCount <= maxTold) this.#faults.push(where === null ? reason : `${label(where)}: ${reason}`)
  }

  /** What is told at the end, null when everything could be read. */
  get verdict(): string | null {
    const more = this.#faultCount - this.#faults.length
    return this.#faultCount === 0
      ? null
      : [...this.#faults, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  }

  #stop(limit: string, detail: string): never {
    this.#budget.cut(limit, detail)
    throw new Cut()
  }
}

/** More characters than these are no list that a document of any use has. */
const maxText = 2 ** 23

/** Lines of a text, as many as are of use; the fields of each have tabs between. */
export class Lines {
  readonly list: string[] = []
  isCut = false
  #size = 0

  /** Breaks and tabs inside a field become blanks. */
  add(...fields: string[]): void {
    this.#size += fields.reduce((sum, field) => sum + field.length + 1, 0)
    this.isCut ||= this.#size > maxText
    if (!this.isCut) this.list.push(fields.map(field => field.replace(/\p{Cc}/gu, ' ')).join('\t'))
  }
}

/** A name that an attacker chose, short and safe to print. */
export function label(name: string): string {
  const text = printable(name)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

/** Last part of a path; both kinds of slash separate. */
export function baseName(path: string): string | undefined {
  return path.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..')
}
