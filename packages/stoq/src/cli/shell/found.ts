import type { ResultDocument, ResultEntry } from '../../results/types.ts'
import { factsOfEntry } from './facts.ts'
import type { Payload } from './payload.ts'
import type { Scanned } from './session.ts'
import type { Voice } from './voice.ts'

/** Characters of a name that are shown. */
const longestName = 120
/** Faults and cuts of one document that are shown. */
const mostTold = 20

/** The payloads that a scan found, by `payload_id`; each knows what it came out of, down to the payload that was scanned. */
export function foundPayloads(root: Payload, { outcome, files }: Scanned): Map<number, Payload> {
  const found = new Map<number, Payload>()
  for (const [id, entry] of (outcome.documents[0]?.results ?? []).entries()) {
    if (id === 0) continue
    const file = files.get(id)
    // Whoever is named as its parent comes before it, or is not believed.
    const parent = found.get(Number(entry.parent_id)) ?? root
    const facts = factsOfEntry(entry)
    const content = file === undefined ? null : { file }
    found.set(id, { name: nameOf(entry), facts, content, parent, results: null })
  }
  return found
}

/** Name of an entry. */
export function nameOf({ filename }: ResultEntry): string {
  return typeof filename === 'string' && filename ? filename.slice(0, longestName) : '(no name)'
}

/** What went wrong and what was cut; the command failed when anything went wrong. */
export function tellFaults({ errors, truncated }: ResultDocument, voice: Voice): void {
  for (const { plugin, message, payload_id } of errors.slice(0, mostTold))
    voice.trouble(`${faultText(String(plugin), String(message))} (#${String(payload_id)})`)
  for (const { limit, detail, payload_id } of truncated.slice(0, mostTold))
    voice.hint(`cut by ${String(limit)}: ${String(detail)} (#${String(payload_id)})`)
  const rest = Math.max(0, errors.length - mostTold) + Math.max(0, truncated.length - mostTold)
  if (rest > 0) voice.hint(`… and ${rest} more`)
}

/** Most messages name the plugin themselves. */
function faultText(plugin: string, message: string): string {
  return message.includes(plugin) ? message : `${plugin}: ${message}`
}
