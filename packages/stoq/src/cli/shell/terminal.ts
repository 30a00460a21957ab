import { createInterface, type Interface } from 'node:readline/promises'
import type { History } from './history.ts'
import type { Streams } from './voice.ts'

const prompt = '[stoQ] > '

/** Whole words that fit, and what of the line they replace. */
type Completed = [hits: string[], typed: string]

export interface TerminalOptions {
  history: History
  complete: (line: string) => Promise<Completed>
  /** True for a line that is not written to the history. */
  isSecret: (line: string) => boolean
  /** Ctrl-C; `line` is what stands behind the prompt. */
  onInterrupt: (line: string) => void
}

/** Where lines come from and go to: a terminal with prompt, history and completion, or pipes without. */
export class Terminal implements Streams {
  readonly isInteractive = Boolean(process.stdin.isTTY && process.stdout.isTTY)
  readonly #readline: Interface
  readonly #options: TerminalOptions
  #isWaiting = false
  #isClosed = false

  constructor(options: TerminalOptions) {
    this.#options = options
    const { history } = options
    this.#readline = createInterface({
      input: process.stdin,
      ...(this.isInteractive && {
        output: process.stdout,
        terminal: true,
        prompt,
        history: history.read(),
        historySize: 1000,
        removeHistoryDuplicates: true,
        completer: (line: string) => options.complete(line).catch((): Completed => [[], line]),
      }),
    })
    this.#readline.on('close', () => {
      this.#isClosed = true
    })
    this.#readline.on('SIGINT', () => options.onInterrupt(this.#readline.line))
  }

  /** The lines that are typed or piped in, until there are no more or the terminal is closed. */
  async *lines(): AsyncGenerator<string> {
    this.ask()
    for await (const line of this.#readline) {
      this.#isWaiting = false
      if (this.isInteractive && !this.#options.isSecret(line)) this.#options.history.add(line)
      yield line
      this.ask()
    }
  }

  /** Shows the prompt, behind it nothing. */
  ask(): void {
    if (!this.isInteractive || this.#isClosed) return
    this.#isWaiting = true
    this.#readline.prompt()
  }

  /** Drops what stands behind the prompt, as shells do. */
  drop(): void {
    this.#readline.write(null, { ctrl: true, name: 'e' })
    this.#readline.write(null, { ctrl: true, name: 'u' })
  }

  out = (text: string): void => this.#write(process.stdout, text)

  err = (text: string): void => this.#write(process.stderr, text)

  /** Ends `lines`. */
  close(): void {
    this.#readline.close()
  }

  /** Above the prompt, where a person types. */
  #write(stream: NodeJS.WriteStream, text: string): void {
    const isAbove = this.#isWaiting && !this.#isClosed
    if (isAbove) process.stdout.write('\r\x1b[K')
    stream.write(text)
    if (isAbove) this.#readline.prompt(true)
  }
}
