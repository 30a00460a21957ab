import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PluginContext } from 'stoq'

/** Ends the work because a limit is reached; the budget has been told already. */
export class Cut extends Error {}

/** How often other work of the process gets its turn, in milliseconds. */
const turnEvery = 50

/** Faults that are told in words; of the others the number is told. */
const maxTold = 5
/** The same for what is left out. */
const maxCuts = 10

/** One call of the plugin: what it may use, and what went wrong on the way. */
export class Task {
  readonly #context: PluginContext
  readonly #bytesAtStart: number
  readonly #faults = new Set<string>()
  readonly #cuts = new Set<string>()
  #untold = 0
  #bytes = 0
  #stepEnd = 0
  #lastTurn = performance.now()

  constructor(context: PluginContext) {
    this.#context = context
    this.#bytesAtStart = context.budget.remainingBytes
    this.startStep()
  }

  /** Bytes that may still be produced. What this task made counts, also where the framework drops it as a duplicate. */
  get bytesLeft(): number {
    return Math.max(0, Math.min(this.#context.budget.remainingBytes, this.#bytesAtStart - this.#bytes))
  }

  /** Stops the work when its time is up. Cheap: called for every object and every piece of output. */
  check(): void {
    const { budget, signal } = this.#context
    if (signal.aborted) this.end('max_time', 'pdf was told to stop')
    if (!budget.hasTime()) throw new Cut()
    if (performance.now() < this.#stepEnd) return
    this.end('max_plugin_time', `pdf took longer than ${budget.limits.max_plugin_time} s`)
  }

  /** The framework measures each step of an iterable on its own; so do we, as no timer ends synchronous work. */
  startStep(): void {
    this.#stepEnd = performance.now() + this.#context.budget.limits.max_plugin_time * 1000
  }

  /** Stops the work when no more children may come. */
  admit(): void {
    this.check()
    const { max_children } = this.#context.budget.limits
    if (this.#context.budget.remainingChildren === 0)
      this.end('max_children', `more than ${max_children} children`)
  }

  /** Books a child that was handed over. */
  handedOver(size: number): void {
    this.#bytes += size
    this.startStep()
  }

  /** Lets timers and signals of the process have their turn now and then. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#lastTurn < turnEvery) return
    await nextTurn()
    this.#lastTurn = performance.now()
    this.check()
  }

  /** Tells the budget what was left out; the work goes on. */
  cut(limit: string, detail: string): void {
    if (this.#cuts.size < maxCuts) this.#cuts.add(detail)
    this.#context.budget.cut(limit, this.#cuts.has(detail) ? detail : 'more of a PDF is left out')
  }

  end(limit: string, detail: string): never {
    this.cut(limit, detail)
    throw new Cut(detail)
  }

  /** Remembers what could not be read: the caller is told after everything that could. */
  fault(reason: string): void {
    if (this.#faults.size < maxTold) this.#faults.add(reason)
    else if (!this.#faults.has(reason)) this.#untold++
  }

  /** What the caller is told at the end, null when everything could be read. */
  get verdict(): string | null {
    if (this.#faults.size === 0) return null
    return [...this.#faults, ...(this.#untold > 0 ? [`and ${this.#untold} more`] : [])].join('; ')
  }
}
