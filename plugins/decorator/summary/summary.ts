import { countRules, type ResultDocument, type ResultEntry, StoqDecoratorPlugin } from 'stoq'

/** What the summary says of one payload. */
interface Child {
  payload_id: number
  filename: string | null
}

/** The document at a glance; the value of its key `summary`. */
export interface Summary {
  payloads: number
  /** Levels below the root. */
  depth: number
  /** Sizes of all payloads together. */
  bytes: number
  /** Absent children are null. */
  largest: (Child & { size: number }) | null
  deepest: (Child & { depth: number }) | null
  /** Magic, else extension, else `unknown` -> payloads; the most frequent, the rest is `other`. */
  types: Record<string, number>
  /** `category:name` -> payloads that it produced. */
  dispatchers: Record<string, number>
  /** YARA rule -> payloads that it matched. */
  rules: Record<string, number>
  errors: number
  /** Names of the limits that were met. */
  truncated: string[]
  duplicates: number
}

/** Types that get a key of their own: they come from names that an attacker chose, and keys become fields of an index. */
const maxTypes = 20

/** Adds `summary` as the first key of each document. */
export class SummaryDecorator extends StoqDecoratorPlugin {
  override decorate(results: ResultDocument): ResultDocument {
    const { summary: _, ...document } = results
    return { summary: summarize(results), ...document } as ResultDocument
  }
}

/** Sums a document up, whatever its shape. */
export function summarize(document: ResultDocument): Summary {
  const entries = recordsOf<ResultEntry>(document.results)
  const children = entries.filter(entry => entry.parent_id !== null && entry.parent_id !== undefined)
  const depths = depthsOf(entries)
  const depthOf = (entry: ResultEntry) => depths.get(entry) ?? 0
  const largest = highest(children, sizeOf)
  const deepest = highest(children, depthOf)
  return {
    payloads: entries.length,
    depth: deepest ? depthOf(deepest) : 0,
    bytes: entries.reduce((sum, entry) => sum + sizeOf(entry), 0),
    largest: largest && { ...childOf(largest), size: sizeOf(largest) },
    deepest: deepest && { ...childOf(deepest), depth: depthOf(deepest) },
    types: toRecord(mostFrequent(count(entries.map(typeOf)))),
    dispatchers: toRecord(count(entries.map(entry => entry.dispatcher).filter(isText))),
    rules: toRecord(countRules(entries)),
    errors: recordsOf(document.errors).length,
    truncated: [...new Set(recordsOf(document.truncated).map(cut => cut.limit))].filter(isText).sort(),
    duplicates: entries.filter(entry => entry.duplicate_of !== undefined).length,
  }
}

function recordsOf<T>(list: readonly T[]): T[] {
  return Array.isArray(list) ? list.filter(item => typeof item === 'object' && item !== null) : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function sizeOf({ size }: ResultEntry): number {
  return typeof size === 'number' && size > 0 && Number.isFinite(size) ? size : 0
}

function childOf({ payload_id, filename }: ResultEntry): Child {
  return { payload_id, filename: isText(filename) ? filename : null }
}

/** The first of the entries that have the most. */
function highest(
  entries: readonly ResultEntry[],
  measure: (entry: ResultEntry) => number,
): ResultEntry | null {
  let found: ResultEntry | null = null
  for (const entry of entries) if (!found || measure(entry) > measure(found)) found = entry
  return found
}

/** Steps from each entry to its root. Every entry is walked once; one that is its own ancestor counts as a root. */
function depthsOf(entries: readonly ResultEntry[]): Map<ResultEntry, number> {
  const byId = new Map(entries.map(entry => [entry.payload_id, entry]))
  const depths = new Map<ResultEntry, number>()
  for (const start of entries) {
    const way: ResultEntry[] = []
    const onWay = new Set<ResultEntry>()
    let at: ResultEntry | undefined = start
    while (at && !depths.has(at) && !onWay.has(at)) {
      way.push(at)
      onWay.add(at)
      at = at.parent_id === null ? undefined : byId.get(at.parent_id)
    }
    let depth = at && depths.has(at) ? (depths.get(at) ?? 0) : -1
    for (const entry of way.reverse()) depths.set(entry, ++depth)
  }
  return depths
}

function typeOf({ magic, filename }: ResultEntry): string {
  if (isText(magic) && magic !== '') return magic
  const extension = isText(filename) ? /\.[a-z0-9]{1,10}$/i.exec(filename)?.[0] : undefined
  return extension?.toLowerCase() ?? 'unknown'
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].sort(([a, times], [b, more]) => more - times || (a < b ? -1 : 1)))
}

function mostFrequent(counts: ReadonlyMap<string, number>): Map<string, number> {
  const kept = new Map([...counts].slice(0, maxTypes))
  const rest = [...counts.values()].slice(maxTypes).reduce((sum, times) => sum + times, 0)
  return rest > 0 ? kept.set('other', (kept.get('other') ?? 0) + rest) : kept
}

/** Names are data: `__proto__` becomes a key like any other. */
function toRecord(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(counts)
}
