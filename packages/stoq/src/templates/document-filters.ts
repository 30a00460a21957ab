import { formatSize } from '../results/printable.ts'
import { countRules, reportedRules } from '../results/reported-rules.ts'
import type { ResultEntry } from '../results/types.ts'

/** One payload at its place in the tree. */
export interface TreeRow {
  /** Levels below the root. */
  depth: number
  /** What is drawn before it: `│  ├─ `; empty for a root. */
  branch: string
  entry: ResultEntry
}

/** Levels that are drawn. */
const mostLevels = 16

/** The entries of a document as a tree, from the top to the bottom; each once, whatever their `parent_id` say. */
export function treeRows(value: unknown): TreeRow[] {
  const entries = entriesOf(value)
  const first = new Map(entries.map(entry => [entry.payload_id, entry] as const).reverse())
  const parentOf = (entry: ResultEntry) => {
    const parent = first.get(entry.parent_id ?? Number.NaN)
    return parent === entry ? undefined : parent
  }
  const children = Map.groupBy(entries, parentOf)
  const drawn = new Set<ResultEntry>()
  const rows: TreeRow[] = []
  // Entries that descend from each other in a circle have no root: they come last.
  for (const root of [...(children.get(undefined) ?? []), ...entries]) drawFrom(root, children, drawn, rows)
  return rows
}

interface Waiting {
  entry: ResultEntry
  depth: number
  indent: string
  isLast: boolean
}

function drawFrom(
  root: ResultEntry,
  children: ReadonlyMap<ResultEntry | undefined, ResultEntry[]>,
  drawn: Set<ResultEntry>,
  rows: TreeRow[],
): void {
  const waiting: Waiting[] = [{ entry: root, depth: 0, indent: '', isLast: true }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { entry, depth, indent, isLast } = next
    if (drawn.has(entry)) continue
    drawn.add(entry)
    rows.push({ depth, branch: depth === 0 ? '' : `${indent}${isLast ? '└─ ' : '├─ '}`, entry })
    for (const child of below(next, children.get(entry) ?? [])) waiting.push(child)
  }
}

/** Children, the last one first. */
function below({ depth, indent, isLast }: Waiting, children: readonly ResultEntry[]): Waiting[] {
  const isFlat = depth === 0 || depth > mostLevels
  const inner = isFlat ? indent : `${indent}${isLast ? '   ' : '│  '}`
  return children
    .map((entry, index) => ({
      ...{ entry, depth: depth + 1, indent: inner },
      isLast: index === children.length - 1,
    }))
    .reverse()
}

/** The YARA rules that matched a payload: those that its worker and the workers of rules reported. */
export function rulesOf(value: unknown): unknown[] {
  const { scan, workers } = (plain(value) ?? {}) as Partial<ResultEntry>
  const others = typeof workers === 'object' && workers !== null ? Object.values(workers) : []
  return [scan, ...others].flatMap(each => reportedRules(each))
}

/** `[rule, payloads]` for each rule of a document, most first. */
export function ruleCounts(value: unknown): [string, number][] {
  return [...countRules(entriesOf(value))]
}

/** `[name, result]` for what workers said of a payload, the rules of YARA left out: `rules` has them. */
export function resultsOf(value: unknown): [string, unknown][] {
  const { plugin, scan, workers } = (plain(value) ?? {}) as Partial<ResultEntry>
  const named = Object.entries(typeof workers === 'object' && workers !== null ? workers : {})
  return [[typeof plugin === 'string' ? plugin : 'scan', scan] as [string, unknown], ...named].filter(
    ([, said]) => !isNothing(said) && reportedRules(said).length === 0,
  )
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** A number of bytes for people. */
export function sizeText(value: unknown): string {
  return formatSize(typeof value === 'number' ? value : Number.NaN)
}

function entriesOf(value: unknown): ResultEntry[] {
  const list = plain(value)
  if (!Array.isArray(list)) return []
  return list.filter(entry => typeof entry === 'object' && entry !== null && !Array.isArray(entry))
}

/** The engine hands objects over as maps, and takes them back only as objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!(value instanceof Map)) return value ?? null
  return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]))
}
