import { after } from 'node:test'
import pty from '@lydell/node-pty'
import { bin, cleanEnvironment, root, scratchFolder } from './stoq.ts'

/** Milliseconds for the shell to answer: two cores may be shared by many. */
const patience = 30_000

/** `stoq shell` in a terminal, as a person uses it. */
export class ShellTerminal {
  readonly home: string
  readonly ended: Promise<number>
  readonly #terminal: ReturnType<typeof pty.spawn>
  #screen = ''
  #seen = 0
  #wake = () => {}

  constructor(options: { home?: string; cwd?: string } = {}) {
    this.home = options.home ?? scratchFolder()
    this.#terminal = pty.spawn(process.execPath, [bin, 'shell'], {
      cols: 160,
      rows: 50,
      cwd: options.cwd ?? root,
      env: { ...cleanEnvironment(this.home), TERM: 'xterm-256color' } as Record<string, string>,
    })
    this.#terminal.onData(text => {
      this.#screen += text
      this.#wake()
    })
    this.ended = new Promise(resolve =>
      this.#terminal.onExit(({ exitCode }) => {
        resolve(exitCode)
        this.#wake()
      }),
    )
  }

  get pid(): number {
    return this.#terminal.pid
  }

  /** Everything that was on the screen. */
  get screen(): string {
    return this.#screen
  }

  type(keys: string): void {
    this.#terminal.write(keys)
  }

  /** Waits for a text that comes after the one that was waited for last; gives what came until then. */
  async until(text: string | RegExp): Promise<string> {
    const limit = AbortSignal.timeout(patience)
    for (;;) {
      const rest = this.#screen.slice(this.#seen)
      const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text)
      if (at >= 0) {
        const length = typeof text === 'string' ? text.length : (text.exec(rest)?.[0].length ?? 0)
        this.#seen += at + length
        return rest.slice(0, at + length)
      }
      if (limit.aborted) throw new Error(`${text} did not come; the screen is:\n${this.#screen}`)
      await new Promise<void>(resolve => {
        this.#wake = resolve
        setTimeout(resolve, 100)
      })
    }
  }

  /** Types a line and gives what it printed. */
  async line(text: string): Promise<string> {
    this.type(`${text}\r`)
    await this.until('\n')
    return (await this.until(prompt)).replaceAll('\r', '').replace(prompt, '')
  }

  /** Ends it where a test did not come to that. */
  kill(): void {
    this.#terminal.kill('SIGKILL')
  }

  async leave(): Promise<number> {
    this.type('exit\r')
    return this.ended
  }
}

/** The prompt, as readline writes it: at the beginning of a line that is cleared. */
const prompt = '\x1b[1G\x1b[0J[stoQ] > '

/** A shell that has come up. */
export async function openShell(options: { home?: string; cwd?: string } = {}): Promise<ShellTerminal> {
  const shell = new ShellTerminal(options)
  after(() => shell.kill())
  await shell.until('[stoQ] > ')
  return shell
}
