import { printable } from '../results/printable.ts'
import { LogFile } from './log-file.ts'

export const logLevels = ['debug', 'info', 'warning', 'error', 'critical'] as const
export type LogLevel = (typeof logLevels)[number]

/** One line of the log; the stack of `error` follows at level debug. */
export type LogMethod = (message: string, error?: unknown) => void

/** What plugins log with: `this.log.info('…')`. */
export type Logger = Record<LogLevel, LogMethod> & {
  /** Name in the log: `stoq` or `stoq.<category>.<name>`. */
  readonly name: string
  child(name: string): Logger
}

export interface LogOptions {
  level: LogLevel
  syntax: 'text' | 'json'
  /** Folder of `stoq.log`; null: no file. */
  directory: string | null
  /** Size at which the file is rotated, in bytes. */
  maxBytes: number
  /** Rotated files that are kept. */
  backupCount: number
  /** Where the lines for people go. */
  stderr: (line: string) => void
  /** Takes every record in place of the two sinks: a scan process has none of its own. */
  forward?: LogForward
}

/** Takes a record of the log: its level, the name of the logger, the text, and what was thrown. */
export type LogForward = (level: LogLevel, name: string, message: string, error?: unknown) => void

/** The two sinks of one stoQ: standard error and a rotating file. Loggers are handed out by `logger`. */
export class LogSinks {
  readonly #options: LogOptions
  readonly #file: LogFile | null

  constructor(options: LogOptions) {
    this.#options = options
    const { directory, stderr } = options
    const onFault = (text: string) =>
      stderr(`stoq: ${printable(text)}
`)
    this.#file = directory === null ? null : new LogFile({ ...options, directory, onFault })
  }

  get level(): LogLevel {
    return this.#options.level
  }

  set level(level: LogLevel) {
    this.#options.level = level
  }

  logger(name: string): Logger {
    const write =
      (level: LogLevel): LogMethod =>
      (message, error) =>
        this.#write(name, level, message, error)
    return {
      name,
      child: suffix => this.logger(`${name}.${suffix}`),
      debug: write('debug'),
      info: write('info'),
      warning: write('warning'),
      error: write('error'),
      critical: write('critical'),
    }
  }

  /** Writes what is left and closes the file. */
  async close(): Promise<void> {
    await this.#file?.close()
  }

  #write(name: string, level: LogLevel, message: string, error: unknown): void {
    if (logLevels.indexOf(level) < logLevels.indexOf(this.#options.level)) return
    if (this.#options.forward) {
      this.#options.forward(level, name, message, error)
      return
    }
    const text = printable(message) + this.#stack(error)
    const now = new Date()
    const json = this.#options.syntax === 'json'
    const asctime = timestamp(now)
    const record = {
      asctime: `${asctime},${milliseconds(now)}`,
      levelname: level.toUpperCase(),
      name,
      message: text,
    }
    const line = json ? JSON.stringify(record) : `[${record.asctime} ${record.levelname}] ${name}: ${text}`
    this.#options.stderr(`${line}\n`)
    this.#file?.add(`${json ? line : `${asctime} ${record.levelname} ${name}: ${text}`}\n`)
  }

  #stack(error: unknown): string {
    if (error === undefined || this.#options.level !== 'debug') return ''
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    // Set in, so that no line of a message passes for one of the log.
    return stack
      .split('\n')
      .map(line => `\n  ${printable(line)}`)
      .join('')
  }
}

/** Local time, `2026-11-23 15:18:02`. */
function timestamp(date: Date): string {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':')}`
}

function milliseconds(date: Date): string {
  return String(date.getMilliseconds()).padStart(3, '0')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
