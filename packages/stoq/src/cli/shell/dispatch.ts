import { formatSize } from '../../results/printable.ts'
import { reportedRules } from '../../results/reported-rules.ts'
import type { ResultEntry } from '../../results/types.ts'
import type { ShellCommand } from './command.ts'
import { currentPayload, mistake } from './faults.ts'
import { foundPayloads, nameOf, tellFaults } from './found.ts'
import { setResults } from './payload.ts'

/** Levels that are indented; deeper ones say how deep they are. */
const mostIndent = 16
/** Rules that are named on the line of a payload. */
const mostRules = 5

/** `dispatch`. */
export const dispatch: ShellCommand = {
  usage: 'dispatch',
  summary: 'Take the current payload apart, with everything inside it, and show the tree',
  details:
    "'payload 3' makes number 3 of the tree the current payload, 'payload ..' goes back to what it was found in.",
  async run({ session, voice, words }) {
    if (words.length > 0) throw mistake('Usage: dispatch')
    const payload = currentPayload(session)
    setResults(payload, null)
    const scanned = await session.scan({ payload, voice })
    const [document] = scanned.outcome.documents
    if (voice.signal.aborted || !document) return
    const items = foundPayloads(payload, scanned)
    setResults(payload, { value: document.results[0]?.scan ?? null, items, document })
    await voice.lines(treeLines(document.results))
    tellFaults(document, voice)
    const { length } = document.results
    voice.done(length > 1 ? `${length} payloads. View one with 'payload ID'` : 'Nothing was found in it')
  },
}

/** Entries as a tree, each on a line that begins with its number; every entry once, whatever their `parent_id` say. */
export function* treeLines(entries: readonly ResultEntry[]): Generator<string> {
  const children = childrenOf(entries)
  const waiting = [{ id: 0, depth: 0, indent: '', isLast: true }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { id, depth, indent, isLast } = next
    const entry = entries[id]
    if (!entry) continue
    yield `${branch(indent, depth, isLast)}${entryLine(id, entry)}`
    const below = depth === 0 || depth > mostIndent ? indent : `${indent}${isLast ? '   ' : '│  '}`
    const ids = children.get(id) ?? []
    for (const [index, child] of ids.toReversed().entries())
      waiting.push({ id: child, depth: depth + 1, indent: below, isLast: index === 0 })
  }
}

/** Whoever is named as a parent comes before its children, or is not believed. */
function childrenOf(entries: readonly ResultEntry[]): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const [id, { parent_id }] of entries.entries()) {
    if (id === 0) continue
    const parent = typeof parent_id === 'number' && parent_id < id && entries[parent_id] ? parent_id : 0
    const known = children.get(parent)
    if (known) known.push(id)
    else children.set(parent, [id])
  }
  return children
}

function branch(indent: string, depth: number, isLast: boolean): string {
  if (depth === 0) return ''
  return `${indent}${isLast ? '└─' : '├─'} ${depth > mostIndent ? `(depth ${depth}) ` : ''}`
}

function entryLine(id: number, entry: ResultEntry): string {
  const { size, magic, dispatcher, duplicate_of } = entry
  const parts = [
    `#${id}`,
    nameOf(entry),
    typeof size === 'number' ? formatSize(size) : '',
    typeof magic === 'string' ? magic.slice(0, 80) : '',
    typeof dispatcher === 'string' ? dispatcher.slice(0, 80) : '',
    duplicate_of === undefined ? '' : `= #${String(duplicate_of).slice(0, 10)}`,
    rulesOf(entry),
  ]
  return parts.filter(Boolean).join('  ')
}

function rulesOf({ scan, workers }: ResultEntry): string {
  const scans = [scan, ...Object.values(workers ?? {})]
  const rules = [...new Set(scans.flatMap(each => reportedRules(each).map(({ rule }) => rule.slice(0, 80))))]
  const more = rules.length > mostRules ? ` and ${rules.length - mostRules} more` : ''
  return rules.length > 0 ? `◆ ${rules.slice(0, mostRules).join(', ')}${more}` : ''
}
