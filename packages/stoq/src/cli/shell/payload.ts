import { rmSync } from 'node:fs'
import { StoqError } from '../../errors.ts'
import { readLeft } from '../../ingest/archive.ts'
import type { ResultDocument } from '../../results/types.ts'

/** A payload that is looked at: read by a person, or found inside of another one. */
export interface Payload {
  name: string
  /** What is known of it, in the order in which it is shown. */
  facts: Record<string, unknown>
  /** Its bytes, or the file that holds them; null: nobody has kept them. */
  content: Uint8Array | { file: string } | null
  /** What it was found in. */
  parent: Payload | null
  /** What the last command found in it. */
  results: Results | null
}

/** What a plugin, or everything that the rules choose, made of a payload. */
export interface Results {
  /** What a worker or reader said. */
  value: unknown
  /** Payloads that were found, by the number that they are shown with; the payload itself is number 0 of a document. */
  items: ReadonlyMap<number, Payload>
  /** Of a whole scan. */
  document: ResultDocument | null
}

/** The bytes of a payload. Throws when they were not kept. */
export function bytesOf({ name, content }: Payload): Uint8Array {
  if (content instanceof Uint8Array) return content
  if (content) return readLeft(content.file)
  throw new StoqError('STOQ_PAYLOAD_MISSING', [name, 'its bytes were not kept'])
}

/** The results that its numbers mean: its own, else those of what it was found in. */
export function resultsOf(payload: Payload | null): Results | null {
  for (let at = payload; at; at = at.parent) if (at.results) return at.results
  return null
}

/** The payload of a number; null: there is none. */
export function itemOf(payload: Payload | null, id: number): Payload | null {
  for (let at = payload; at; at = at.parent) {
    if (!at.results) continue
    return (id === 0 && at.results.document ? at : at.results.items.get(id)) ?? null
  }
  return null
}

/** Replaces the results of a payload; the bytes of those before are let go of. */
export function setResults(payload: Payload, results: Results | null): void {
  const dropped = payload.results ? [payload.results] : []
  payload.results = results
  for (let next = dropped.pop(); next; next = dropped.pop()) {
    for (const item of next.items.values()) {
      if (item.content && 'file' in item.content) rmSync(item.content.file, { force: true })
      if (item.results) dropped.push(item.results)
    }
  }
}
