import { logLevels } from '../config/logger.ts'
import { StoqError } from '../errors.ts'
import type { ArchiveItem } from '../pipeline/environment.ts'
import { rights } from '../pipeline/rights.ts'
import type { FromProcess } from './messages.ts'

type Said = Record<string, unknown>

/** What each kind of message must hold; whatever else it holds is not looked at. */
const forms: { [K in FromProcess['kind']]: (said: Said) => boolean } = {
  ready: said => isCount(said['faults']),
  unusable: said => areTexts(said['code'], said['message']),
  done: isDone,
  failed: said => isCount(said['id']) && areTexts(said['code'], said['message']),
  needs: said => isCount(said['id']) && isListOf(said['rights'], right => rights.includes(right as never)),
  log: said => logLevels.includes(said['level'] as never) && areTexts(said['name'], said['message']),
  trace: said => isObject(said['event']),
  absent: said => areTexts(said['rule'], said['plugin']),
  stray: said => areTexts(said['message']),
  closed: () => true,
  revoked: said => isCount(said['ask']) && isListOf(said['ids'], isCount),
  statistics: said => isObject(said['plugins']) && Object.values(said['plugins']).every(isCounted),
}

/** A message of a scan process, which may have been taken over by what it scans. Throws STOQ_POOL_DIED for what is none. */
export function checkedMessage(value: unknown): FromProcess {
  const kind = isObject(value) ? String(value['kind']) : ''
  const isFit = Object.hasOwn(forms, kind) && forms[kind as FromProcess['kind']](value as Said)
  if (!isFit) throw new StoqError('STOQ_POOL_DIED', [`what it said is no message '${kind.slice(0, 20)}'`])
  return value as FromProcess
}

function isDone({ id, documents, archive }: Said): boolean {
  if (!isCount(id) || !isListOf(documents, isDocument) || !Array.isArray(archive)) return false
  const [first] = documents as { results: unknown[] }[]
  return archive.every(item => isArchiveItem(item, first?.results.length ?? 1))
}

function isDocument(value: unknown): boolean {
  if (!isObject(value)) return false
  const { results, errors, truncated } = value
  return isListOf(results, isEntry) && isListOf(errors, isObject) && isListOf(truncated, isObject)
}

function isEntry(value: unknown): boolean {
  return isObject(value) && (value['size'] === undefined || isCount(value['size']))
}

function isArchiveItem(value: unknown, entries: number): value is ArchiveItem {
  if (!isObject(value)) return false
  const { payload_id, content, facts } = value
  const isPlace = content === 'given' || (isObject(content) && areTexts(content['file']))
  const isKnown = isCount(payload_id) && payload_id < entries
  return isPlace && isKnown && isObject(facts) && areTexts(facts['ssdeep'], facts['content-type'])
}

function isCounted(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['buckets'])) return false
  const { calls, time, bytes, errors, buckets } = value
  return [calls, time, bytes, errors, ...Object.keys(buckets).map(Number), ...Object.values(buckets)].every(
    isCount,
  )
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
}

function areTexts(...values: unknown[]): boolean {
  return values.every(value => typeof value === 'string')
}

function isListOf(value: unknown, isFit: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isFit)
}

function isObject(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
