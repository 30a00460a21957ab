import type { ResultEntry } from './types.ts'

/** One YARA rule that a worker reported in its `scan`. */
export interface ReportedRule {
  rule: string
  tags: string[]
  meta: Record<string, unknown>
  /** `[offset, identifier, data]` each, as the worker wrote them. */
  strings: unknown[]
}

/** The YARA rules in what a worker said; empty when it said anything else. Takes any value and never fails. */
export function reportedRules(scan: unknown): ReportedRule[] {
  // v1: a list of matches may be wrapped in one more list, and a list of one element may be bare.
  const items = (Array.isArray(scan) ? scan : [scan]).flat()
  return items.every(isMatch) ? items.map(toRule) : []
}

/** Every rule that a worker reported, and in how many payloads; most first, then by name. */
export function countRules(entries: readonly ResultEntry[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    for (const rule of rulesOf(entry)) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  return new Map([...counts].sort(([a, times], [b, more]) => more - times || (a < b ? -1 : 1)))
}

/** Names of the rules of one payload, each once; entries of any shape are understood. */
function rulesOf(entry: ResultEntry | null): Set<string> {
  const { scan, workers } = entry ?? {}
  const scans = [scan, ...Object.values(workers ?? {})]
  return new Set(scans.flatMap(each => reportedRules(each).map(({ rule }) => rule)))
}

function isMatch(item: unknown): item is Record<string, unknown> & { rule: string } {
  return typeof item === 'object' && item !== null && 'rule' in item && typeof item.rule === 'string'
}

function toRule(match: Record<string, unknown> & { rule: string }): ReportedRule {
  const { rule, tags, meta, strings } = match
  return {
    rule,
    tags: Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [],
    meta: typeof meta === 'object' && meta !== null ? { ...meta } : {},
    strings: Array.isArray(strings) ? strings : [],
  }
}
