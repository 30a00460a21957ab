export const logLevels = ['debug', 'info', 'warning', 'error', 'critical'] as const
export type LogLevel = (typeof logLevels)[number]

/** One line of the log; `error` adds its stack at level debug. */
export type LogMethod = (message: string, error?: unknown) => void

/** What plugins log with: `this.log.info('…')`. */
export type Logger = Record<LogLevel, LogMethod> & {
  /** Name in the log, `stoq` or `stoq.<category>.<name>`. */
  readonly name: string
  child(name: string): Logger
}
