import { setImmediate as nextTurn } from 'node:timers/promises'
import { printable } from '../../results/printable.ts'

/** Where lines go: results to standard output, the rest to standard error. */
export interface Streams {
  out: (text: string) => void
  err: (text: string) => void
  /** True: a person watches. */
  isInteractive: boolean
}

/** Lines after which whoever wants to stop the command gets a turn. */
const linesOfTurn = 200

/** How one command speaks: safe for a terminal, and not any more once it is stopped. */
export class Voice {
  /** True: the command went wrong. */
  failed = false
  readonly #streams: Streams
  readonly #signal: AbortSignal

  constructor(streams: Streams, signal: AbortSignal) {
    this.#streams = streams
    this.#signal = signal
  }

  /** Aborted when the command is to stop. */
  get signal(): AbortSignal {
    return this.#signal
  }

  /** A line of what was asked for. */
  line(text: string): void {
    if (!this.#signal.aborted) this.#streams.out(`${printable(text)}\n`)
  }

  /** Many lines: they can be stopped in between. */
  async lines(lines: Iterable<string | null>): Promise<void> {
    let count = 0
    for (const line of lines) {
      if (this.#signal.aborted) return
      if (line !== null) this.line(line)
      // null: the maker of the lines has worked for a while without one.
      if (line === null || ++count % linesOfTurn === 0) await nextTurn()
    }
  }

  /** `[*]`: what was done. */
  done(text: string): void {
    this.line(`[*] ${text}`)
  }

  /** `[!]`: nothing to show for it, and no fault. */
  hint(text: string, mark = '[!]'): void {
    if (!this.#signal.aborted) this.#streams.err(`${mark} ${printable(text)}\n`)
  }

  /** `[!]`: it went wrong. */
  trouble(text: string, mark?: string): void {
    this.failed = true
    this.hint(text, mark)
  }

  /** What a person who waits wants to know. */
  progress(text: string): void {
    if (this.#streams.isInteractive) this.hint(text)
  }
}
