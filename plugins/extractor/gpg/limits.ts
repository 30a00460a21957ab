import type { PluginContext } from 'stoq'

/** Ends the work because a limit is reached; the budget has been told already. */
export class Cut extends Error {}

/** Bytes that are hashed and decrypted for attempts: some 15 seconds. */
const maxWork = 2 ** 33

/** What an attempt costs that has little to do. */
const workOfEach = 2 ** 20

/** What one call may still use. */
export class Limits {
  readonly #budget: PluginContext['budget']
  readonly #signal: AbortSignal
  #end = 0
  /** Bytes that were unfolded and are no child: they count all the same. */
  #unfolded = 0
  #work = 0

  constructor({ budget, signal }: PluginContext) {
    this.#budget = budget
    this.#signal = signal
    this.startStep()
  }

  /** The framework measures each step of an iterable on its own; so do we, as no timer ends synchronous work. */
  startStep(): void {
    this.#end = performance.now() + this.#budget.limits.max_plugin_time * 1000
  }

  /** Bytes that may still be unfolded. */
  get bytesLeft(): number {
    return Math.max(0, this.#budget.remainingBytes - this.#unfolded)
  }

  /** Books what was unfolded. */
  unfolded(size: number): void {
    this.#unfolded += size
  }

  /** Called before each costly step; ends the work when its time is up. */
  check(): void {
    if (this.#signal.aborted) this.cut('max_time', 'gpg was told to stop')
    if (!this.#budget.hasTime() || !this.#budget.hasChildren()) throw new Cut()
    if (performance.now() < this.#end) return
    this.cut('max_plugin_time', `gpg took longer than ${this.#budget.limits.max_plugin_time} s`)
  }

  /** Called before an attempt with a key or password that hashes and decrypts so many bytes. */
  attempt(bytes: number): void {
    this.check()
    this.#work += bytes + workOfEach
    if (this.#work > maxWork)
      this.cut('max_plugin_time', 'too many messages that nothing opens: the others left out')
  }

  cut(limit: string, detail: string): never {
    this.#budget.cut(limit, detail)
    throw new Cut(detail)
  }
}
