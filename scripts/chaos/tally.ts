import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Place } from './place.ts'

/** An id, a sha1, a space, a line feed. */
const lineLength = 32 + 1 + 40 + 1

/** Figures of a run. */
export interface Figures {
  messages: number
  /** Documents that were made: more than one where a message was delivered again. */
  scanned: number
  /** Payloads with a document in the store. */
  saved: number
  /** Ids in the store. */
  ids: number
  repeats: number
  /** Payloads whose repeats have different ids. */
  ambiguous: number
  lost: number
}

/** Documents that were made so far. */
export function scannedSoFar({ tally }: Place): number {
  return existsSync(tally) ? Math.floor(statSync(tally).size / lineLength) : 0
}

/** Compares what was published with what is in the store. */
export async function count(place: Place, published: ReadonlySet<string>): Promise<Figures> {
  const saved = await place.savedIds()
  const idsOf = Map.groupBy(readTally(place.tally), ([, sha1]) => sha1)
  const scanned = idsOf.values().reduce((sum, lines) => sum + lines.length, 0)
  const found = [...published].filter(sha1 => idsOf.get(sha1)?.some(([id]) => saved.has(id)))
  const ambiguous = idsOf.values().filter(lines => new Set(lines.map(([id]) => id)).size > 1)
  return {
    messages: published.size,
    scanned,
    saved: found.length,
    ids: saved.size,
    repeats: scanned - idsOf.size,
    ambiguous: ambiguous.toArray().length,
    lost: published.size - found.length,
  }
}

function readTally(file: string): [id: string, sha1: string][] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').match(/^\w{32} \w{40}$/gm) : []
  return (lines ?? []).map(each => [each.slice(0, 32), each.slice(33)])
}
