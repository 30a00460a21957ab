import { join } from 'node:path'
import { loadSettings } from '../../config/settings.ts'
import { errorText, StoqError } from '../../errors.ts'
import { version } from '../../plugin/version.ts'
import { takeFound } from '../../pool/early-start.ts'
import { exitStatus } from '../main.ts'
import { nearest } from '../nearest.ts'
import { watchOutput } from '../output.ts'
import { commands, leave } from './commands.ts'
import { completeLine } from './complete.ts'
import { mistake } from './faults.ts'
import { History } from './history.ts'
import { isSecret } from './secrets.ts'
import { Session } from './session.ts'
import { Terminal } from './terminal.ts'
import { Voice } from './voice.ts'
import { splitLine } from './words.ts'

/** Exit status after so many signals: 128 + N. */
const ends = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** `stoq shell`: one payload at a time, one step at a time. Reads commands from a pipe as well. */
export async function shell(words: string[]): Promise<number> {
  if (words.some(word => word === '-h' || word === '--help')) return showHelp()
  if (words.length > 0)
    throw new StoqError('STOQ_CLI_USAGE', ['shell takes no words: commands are typed or piped in'])
  return new Shell().run()
}

function showHelp(): number {
  const rows = [...new Set(commands.values())].map(
    ({ usage, summary }) => `  ${usage.padEnd(38)} ${summary}\n`,
  )
  process.stdout.write(`usage: stoq shell\n\nCommands are typed, or come from a pipe.\n\n${rows.join('')}`)
  return exitStatus.ok
}

class Shell {
  readonly #terminal: Terminal
  readonly #session: Session
  #running: AbortController | null = null
  /** True: Ctrl-C was pressed, and nothing typed since. */
  #isWarned = false
  #hasFailed = false
  #status: number | null = null

  constructor() {
    const { settings } = loadSettings()
    this.#session = new Session(line => this.#terminal.err(line), takeFound())
    this.#terminal = new Terminal({
      history: new History(join(settings.base_dir, 'shell_history')),
      complete: line => completeLine(this.#session, line),
      isSecret: line => isSecretLine(line),
      onInterrupt: line => this.#interrupt(line),
    })
  }

  async run(): Promise<number> {
    const { isInteractive } = this.#terminal
    if (isInteractive)
      this.#terminal.out(`stoQ v${version}: help lists the commands, Tab completes, Ctrl-D leaves\n`)
    const watched = this.#watch()
    try {
      for await (const line of this.#terminal.lines()) {
        if (this.#status !== null || (await this.#execute(line)) === 'leave') break
      }
    } finally {
      this.#terminal.close()
      if (isInteractive) this.#terminal.out(`${this.#status === exitStatus.ok ? '' : '\n'}Exiting...\n`)
      await this.#session.close()
      watched.end()
    }
    if (this.#status !== null) return this.#status
    return this.#hasFailed && !isInteractive ? exitStatus.trouble : exitStatus.ok
  }

  /** Runs one line; whatever happens, the next one can be typed. */
  async #execute(line: string): Promise<'leave' | 'go on'> {
    const words = splitLine(line)
    const [name = '', ...rest] = words.map(({ text }) => text)
    if (name === '' || name.startsWith('#')) return 'go on'
    this.#isWarned = false
    const command = commands.get(name)
    if (command === leave) {
      this.#status = this.#hasFailed && !this.#terminal.isInteractive ? exitStatus.trouble : exitStatus.ok
      return 'leave'
    }
    const controller = new AbortController()
    const voice = new Voice(this.#terminal, controller.signal)
    if (!command) {
      voice.trouble(unknown(name), '***')
      this.#hasFailed = true
      return 'go on'
    }
    this.#running = controller
    try {
      if (words.some(({ quote }) => quote !== '')) throw mistake('a quote is not closed')
      const work = Promise.resolve(command.run({ session: this.#session, voice, words: rest }))
      await Promise.race([work, stopped(controller.signal)])
    } catch (error) {
      if (!controller.signal.aborted) voice.trouble(text(error))
    }
    this.#running = null
    if (voice.failed || controller.signal.aborted) this.#hasFailed = true
    return 'go on'
  }

  /** The first Ctrl-C stops the command, the second leaves. */
  #interrupt(line: string): void {
    if (!this.#terminal.isInteractive || this.#isWarned) {
      this.#leave(ends.SIGINT)
      return
    }
    if (this.#running) {
      this.#isWarned = true
      this.#running.abort()
      this.#terminal.err('\n[!] Stopped. Ctrl-C once more leaves\n')
    } else if (line) {
      this.#terminal.drop()
    } else {
      this.#isWarned = true
      this.#terminal.err('[!] Ctrl-C once more leaves\n')
    }
  }

  #leave(status: number): void {
    this.#status = status
    this.#running?.abort()
    this.#terminal.close()
  }

  /** Signals, a reader that goes away, and what plugins leave behind: none of them ends the process by itself. */
  #watch(): { end(): void } {
    const interrupt = () => this.#interrupt('')
    const terminate = () => this.#leave(ends.SIGTERM)
    const hangUp = () => this.#leave(ends.SIGHUP)
    const stray = (reason: unknown) => {
      this.#hasFailed = true
      new Voice(this.#terminal, new AbortController().signal).trouble(
        `Error: a plugin left a failure behind: ${errorText(reason)}`,
      )
    }
    watchOutput().addEventListener('abort', () => this.#leave(exitStatus.ok), { once: true })
    const handlers = {
      SIGINT: interrupt,
      SIGTERM: terminate,
      SIGHUP: hangUp,
      unhandledRejection: stray,
      uncaughtException: stray,
    }
    for (const [event, handler] of Object.entries(handlers)) process.on(event, handler)
    return {
      end() {
        for (const [event, handler] of Object.entries(handlers)) process.off(event, handler)
      },
    }
  }
}

/** Rejects when the signal is aborted. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new StoqError('STOQ_RUN_STOPPED', ['Ctrl-C']))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

function unknown(name: string): string {
  return `Unknown syntax: ${name}${nearest(name, [...commands.keys()])}; 'help' lists the commands`
}

/** What a person did otherwise than expected is said as it is; any other fault is an error. */
function text(error: unknown): string {
  const isHint = error instanceof StoqError && error.code === 'STOQ_CLI_USAGE'
  return `${isHint ? '' : 'Error: '}${errorText(error)}`
}

/** A line that sets a password stays out of the history. */
function isSecretLine(line: string): boolean {
  const [command, name, ...values] = splitLine(line).map(({ text: word }) => word)
  if (command === 'set') return values.length > 0 && isSecret(name ?? '')
  return command === 'run' && values.some(word => isSecret(word.split('=', 1)[0] ?? ''))
}
