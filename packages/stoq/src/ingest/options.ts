import { StoqError } from '../errors.ts'
import type { ScanLimits } from '../pipeline/budget.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'

const limitNames = [
  'max_recursion',
  'max_children',
  'max_bytes',
  'max_time',
  'max_plugin_time',
  'max_memory',
] as const

/** The budget of each payload: options of the worker, else the settings. */
export function readLimits(worker: StoqWorkerPlugin): ScanLimits {
  const limits = {} as ScanLimits
  for (const name of limitNames) {
    const own = worker[name]
    const value = Number(own ?? worker.stoq.settings[name])
    if (own === '' || !Number.isFinite(value) || value < 0) {
      throw new StoqError('STOQ_PLUGIN_OPTION', [
        worker.id,
        name,
        worker.manifest.config,
        'a number',
        String(own),
      ])
    }
    limits[name] = value
  }
  return limits
}

/** More would take gigabytes before the first payload. */
const mostProcesses = 1024

/** A number that may not be negative, of the worker or of the settings; `max_processes` is a whole number up to 1024. */
export function readCount(worker: StoqWorkerPlugin, name: 'max_processes' | 'cron'): number {
  const value = Number(worker[name] || (name === 'cron' ? 0 : worker.stoq.settings.max_processes))
  const isFit = name === 'cron' ? Number.isFinite(value) : Number.isInteger(value) && value <= mostProcesses
  if (isFit && value >= 0) return value
  const wanted = name === 'cron' ? 'a number of seconds' : `a whole number up to ${mostProcesses}`
  throw new StoqError('STOQ_PLUGIN_OPTION', [
    worker.id,
    name,
    worker.manifest.config,
    wanted,
    String(worker[name] || value),
  ])
}

/** `key:value` words, split at the first colon; the first of a key stands. Throws on a word without colon. */
export function readMetadata(given: readonly string[] | Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(given)) return { ...given }
  const metadata: Record<string, unknown> = {}
  for (const word of given) {
    const colon = word.indexOf(':')
    if (colon < 1) throw new StoqError('STOQ_CLI_USAGE', [`--metadata must be KEY:VALUE, got '${word}'`])
    const key = word.slice(0, colon)
    if (!Object.hasOwn(metadata, key)) metadata[key] = word.slice(colon + 1)
  }
  return metadata
}
