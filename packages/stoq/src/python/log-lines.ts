import { type Logger, type LogLevel, logLevels } from '../config/logger.ts'
import type { LogLine } from './protocol.ts'

/** Writes what a plugin logs or prints: the loggers of libraries are named in the text. */
export function writeLine({ log, name, message, stack }: LogLine, plugin: Logger, core: Logger): void {
  const level: LogLevel = logLevels.find(known => known === log) ?? 'warning'
  const error = stack === undefined ? undefined : Object.assign(new Error(message), { stack })
  if (name === 'stoq') core[level](message, error)
  else if (name === '' || name.startsWith('stoq.')) plugin[level](message, error)
  else plugin[level](`${name}: ${message}`, error)
}
