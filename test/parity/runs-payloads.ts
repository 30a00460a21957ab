import type { ResultDocument, ResultEntry } from 'stoq'
import type { Difference } from './runs-compare.ts'
import { known } from './runs-known.ts'

/** What v1 found in one root payload. */
export interface Payloads {
  /** null: the sample is empty. */
  sha256: string | null
  /** Names of the worker's rules that hit. */
  rules: string[]
  payloads: number
  children: Child[]
}

/** One payload that came out of another. */
export interface Child {
  dispatcher: string
  sha256: string
  filename: string
  parent_sha256: string
  depth: number
  rules: string[]
  save: string
  key?: string
  source_meta?: Record<string, unknown>
}

/** One of our documents, and the dispatch rules that chose a plugin for one of its payloads. */
export interface Scanned {
  document: ResultDocument
  chosenBy(payloadId: number, plugin: string): string[]
}

/**
 * How the payloads that we found differ from v1's, as sets. Left out on both sides, with all that came out of them: what
 * a plugin found that this release has not got, or that is known to answer otherwise. Left out of ours: what rules
 * chose that v1 has not got, and repetitions of contents that v1 tells of at another place of the same tree.
 */
export function unlikePayloads(wanted: Payloads, { document, chosenBy }: Scanned): Difference[] {
  const [root, ...ours] = ourPayloads(document, (entry, parent) => {
    const rules = chosenBy(parent.payload_id, String(entry.dispatcher))
    return rules.some(known.isRuleOfV1) && !isLeftOut(String(entry.dispatcher), String(parent.sha256))
  })
  const theirs = theirPayloads(wanted)
  const found: Difference[] = []
  if (wanted.sha256 !== null && root?.sha256 !== wanted.sha256) {
    found.push({ path: 'sha256', what: 'is of other content' })
  }
  found.push(...unlikeRules('rules', wanted.rules, root?.rules ?? []))
  for (const child of theirs) found.push(...takeLike(child, ours))
  const told = new Set([wanted.sha256, ...wanted.children.map(child => child.sha256)])
  const extra = ours.filter(child => !told.has(child.sha256))
  return [...found, ...extra.map(child => ({ path: placeOf(child), what: 'is not in the record' }))]
}

function isLeftOut(plugin: string, sha256: string): boolean {
  return !known.isPresent(plugin) || known.isAnsweredElsewhere(plugin, sha256)
}

/** v1's children, top down: one whose parent is left out is left out as well. */
function theirPayloads({ sha256, children }: Payloads): Child[] {
  const kept = new Set([sha256])
  return children
    .toSorted((a, b) => a.depth - b.depth)
    .filter(child => {
      const isKept = kept.has(child.parent_sha256) && !isLeftOut(child.dispatcher, child.parent_sha256)
      if (isKept) kept.add(child.sha256)
      return isKept
    })
}

/** Our root and our children in v1's form; a child that is not wanted is left out with all that came out of it. */
function ourPayloads(
  document: ResultDocument,
  isWanted: (entry: ResultEntry, parent: ResultEntry) => boolean,
): Child[] {
  const kept = new Map<number | null, { entry: ResultEntry; depth: number }>()
  for (const entry of document.results) {
    const parent = kept.get(entry.parent_id)
    if (entry.parent_id === null) kept.set(entry.payload_id, { entry, depth: 0 })
    else if (parent && isWanted(entry, parent.entry))
      kept.set(entry.payload_id, { entry, depth: parent.depth + 1 })
  }
  return [...kept.values()].map(({ entry, depth }) => {
    return toChild(entry, depth, kept.get(entry.parent_id)?.entry.sha256)
  })
}

function toChild(entry: ResultEntry, depth: number, parent = ''): Child {
  const hits = Array.isArray(entry.scan) ? (entry.scan as { rule: string }[]) : []
  return {
    dispatcher: entry.dispatcher ?? '',
    sha256: entry.sha256 ?? '',
    filename: entry.filename ?? '',
    parent_sha256: parent,
    depth,
    rules: hits.map(hit => hit.rule),
    save: String(entry['save']),
    ...(typeof entry['key'] === 'string' && { key: entry['key'] }),
    source_meta: entry.source_meta,
  }
}

/** Takes the payload that a child of v1 stands for out of ours, and says how it differs. */
function takeLike(child: Child, ours: Child[]): Difference[] {
  const candidates = ours.filter(
    ({ dispatcher, sha256, parent_sha256 }) =>
      dispatcher === child.dispatcher && sha256 === child.sha256 && parent_sha256 === child.parent_sha256,
  )
  const like = candidates.find(({ filename }) => filename === child.filename) ?? candidates[0]
  const path = placeOf(child)
  if (!like) return [{ path, what: 'is missing' }]
  ours.splice(ours.indexOf(like), 1)
  const fields = (['filename', 'depth', 'save', 'key'] as const)
    .filter(field => like[field] !== child[field])
    .map(field => ({ path: `${path}.${field}`, what: `is ${like[field]}, not ${child[field]}` }))
  const meta = Object.entries(child.source_meta ?? {})
    .filter(([key, value]) => JSON.stringify(like.source_meta?.[key]) !== JSON.stringify(value))
    .map(([key, value]) => ({ path: `${path}.source_meta.${key}`, what: `is not ${JSON.stringify(value)}` }))
  return [...fields, ...meta, ...unlikeRules(`${path}.rules`, child.rules, like.rules)]
}

/** Rules that v1 has not got are no difference, nor are its rules for XOR keys, which here are one search of the dispatcher. */
function unlikeRules(path: string, wanted: string[], ours: string[]): Difference[] {
  const theirs = wanted.filter(rule => !rule.startsWith('xor_')).sort()
  const own = ours.filter(rule => known.isRuleOfV1(rule) || theirs.includes(rule)).sort()
  return theirs.join() === own.join() ? [] : [{ path, what: `are ${own.join()}, not ${theirs.join()}` }]
}

function placeOf({ parent_sha256, dispatcher, sha256 }: Child): string {
  return `${parent_sha256.slice(0, 8)}/${dispatcher}/${sha256.slice(0, 8)}`
}
