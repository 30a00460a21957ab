import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Logger, type Payload, type PluginContext, printable } from 'stoq'

/** A file that came out of an archive, whole or as far as it goes. */
export interface Member {
  /** Path as told in the archive; null where it tells none. */
  path: string | null
  /** Its name, where that is not the last part of the path. */
  name?: string | null
  content: Uint8Array
  /** The password that opened it. */
  password?: string
  /** What is wrong with the content: its CRC, or that it is cut short. */
  damaged?: string
}

/** What one call works on. */
export interface TaskInput {
  payload: Payload
  /** Name of the payload, where it has one. */
  filename: string | null
  passwords: readonly string[]
  /** Tried after those, while there is time for guesses. */
  guesses?: readonly string[]
}

/** Ends the work because a limit is reached; the budget has been told already. */
export class Cut extends Error {}

/** How often other work of the process gets its turn, in milliseconds. */
const turnEvery = 50

/** Faults that are told in words; of the others the number is told. */
const maxTold = 5

/** Share of the time of a step that goes into guesses: an archive may ask for a second for each. */
const guessingShare = 0.4

/** Links and the like that are told one by one. */
const maxLeftOut = 100

/** One call of the plugin: what it works on, what it may use, and what went wrong on the way. */
export class Task {
  readonly payload: Payload
  readonly filename: string | null
  /** In the order in which they are tried. */
  passwords: readonly string[]
  readonly #guesses: readonly string[]
  #guessed = 0
  #untried = 0
  #guessingTime: number
  readonly #faults: string[] = []
  #faultCount = 0
  #firstLocked: string | null = null
  #lockedCount = 0
  #leftOut = 0
  readonly #budget: PluginContext['budget']
  readonly #signal: AbortSignal
  readonly #log: Logger
  readonly #bytesAtStart: number
  #bytes = 0
  #stepEnd = 0
  #lastTurn = performance.now()

  constructor(input: TaskInput, context: PluginContext, log: Logger) {
    this.payload = input.payload
    this.filename = input.filename
    this.passwords = input.passwords
    this.#guesses = input.guesses ?? []
    this.#guessingTime = context.budget.limits.max_plugin_time * 1000 * guessingShare
    this.#budget = context.budget
    this.#signal = context.signal
    this.#log = log
    this.#bytesAtStart = context.budget.remainingBytes
    this.startStep()
  }

  /** Bytes that may still be produced. What this task made counts, also where the framework drops it as a duplicate. */
  get bytesLeft(): number {
    return Math.max(0, Math.min(this.#budget.remainingBytes, this.#bytesAtStart - this.#bytes))
  }

  /** Called before a member is unpacked, with the number that is unpacked and not yet handed over. */
  admit(path: string | null, waiting = 0): void {
    this.check()
    const { max_children } = this.#budget.limits
    if (this.#budget.remainingChildren > waiting) return
    this.cut('max_children', `${label(path)} and what follows left out: more than ${max_children} children`)
  }

  /** Stops the work when its time is up. Cheap: called for every piece of input and output. */
  check(): void {
    if (this.#signal.aborted) this.cut('max_time', 'decompress was told to stop')
    if (!this.#budget.hasTime()) throw new Cut()
    if (performance.now() < this.#stepEnd) return
    this.cut('max_plugin_time', `decompress took longer than ${this.#budget.limits.max_plugin_time} s`)
  }

  /** The framework measures each step of an iterable on its own; so do we, as no timer ends synchronous work. */
  startStep(): void {
    this.#stepEnd = performance.now() + this.#budget.limits.max_plugin_time * 1000
  }

  /** Books a member that was handed over. */
  handedOver(size: number): void {
    this.#bytes += size
    this.startStep()
  }

  /** Lets timers and signals of the process have their turn now and then. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#lastTurn < turnEvery) return
    await nextTurn()
    this.#lastTurn = performance.now()
  }

  /** Tells the budget that a member is larger than what is left, and ends the work. */
  cutBytes(path: string | null): never {
    this.cut(
      'max_bytes',
      `${label(path ?? 'content')} and what follows left out: more than ${this.bytesLeft} bytes`,
    )
  }

  cut(limit: string, detail: string): never {
    this.#budget.cut(limit, detail)
    throw new Cut(detail)
  }

  /** Remembers what could not be read: the caller is told after everything that could. */
  fault(path: string | null, reason: string): void {
    this.#faultCount++
    if (this.#faultCount <= maxTold) this.#faults.push(path === null ? reason : `${label(path)}: ${reason}`)
  }

  /** Passwords in the order in which they are tried: those that are known, then guesses until their time is up. */
  *tries(): Generator<string, void> {
    yield* this.passwords
    for (const [index, guess] of this.#guesses.entries()) {
      if (this.#guessingTime <= 0) {
        this.#untried = Math.max(this.#untried, this.#guesses.length - index)
        return
      }
      this.#guessed = Math.max(this.#guessed, index + 1)
      const begin = performance.now()
      yield guess
      this.#guessingTime -= performance.now() - begin
    }
  }

  /** A password that fits is tried first from now on. */
  prefer(password: string): void {
    if (this.passwords[0] === password) return
    this.passwords = [password, ...this.passwords.filter(other => other !== password)]
  }

  /** Counts a member that no password opens. */
  lock(path: string | null): void {
    this.#firstLocked ??= label(path)
    this.#lockedCount++
  }

  /** What the caller is told at the end, null when everything could be read. */
  get verdict(): string | null {
    const faults = [...this.#faults]
    const more = this.#lockedCount - 1
    const which = more > 0 ? `${this.#firstLocked} and ${more} more need` : `${this.#firstLocked} needs`
    if (more >= 0) faults.unshift(`${which} a password, and ${this.#tried}`)
    if (this.#faultCount > maxTold) faults.push(`and ${this.#faultCount - maxTold} more`)
    return faults.length > 0 ? faults.join('; ') : null
  }

  get #tried(): string {
    const tried = `none of ${this.passwords.length + this.#guessed} known ones fits`
    if (this.#untried === 0) return tried
    return `${tried}; ${this.#untried} words of the mail were left untried: the time for guesses is up`
  }

  /** Links, devices and the like: said in the log, never unpacked. An archive of a million of them does not fill the log. */
  leaveOut(path: string | null, what: string): void {
    this.check()
    this.#leftOut++
    if (this.#leftOut <= maxLeftOut) this.#log.info(`${label(path)} is ${what}: left out`)
    else if (this.#leftOut === maxLeftOut + 1) this.#log.info('more of the kind are left out')
  }
}

/** A name that an attacker chose, short and safe to print. */
function label(path: string | null): string {
  if (path === null) return 'the archive'
  const text = printable(path)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
