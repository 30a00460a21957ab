import { hash, randomUUID } from 'node:crypto'
import { getSha1 } from '../payload/hashes.ts'
import type { ResultDocument } from '../results/types.ts'
import type { Message } from './message.ts'

/** Not part of what a message is: an id of the run, or why the message failed before. */
const passing = new Set(['payload', 'err', 'ratelimit'])

/**
 * Ids of the documents of a message: the same for the same worker, message and payload, however often it is delivered, so that
 * a store can tell a repeat. 32 hexadecimal digits. Made by the supervisor: a scan process could claim any.
 */
export function documentIds(
  worker: string,
  message: Message,
  documents: readonly ResultDocument[],
): readonly string[] {
  const known = Object.entries(message).filter(([key, value]) => !passing.has(key) && value != null)
  const payload = payloadSha1(message, documents[0])
  // A worker that makes data of its own is told nothing: each of its documents is new.
  const given = known.length === 0 && payload === null ? randomUUID() : sorted(Object.fromEntries(known))
  const identity = JSON.stringify([worker, given, payload])
  return documents.map((_, index) => idOf(index === 0 ? identity : `${identity} ${index}`))
}

/** The root entry tells it, unless payloads are not hashed. */
function payloadSha1({ payload }: Message, document: ResultDocument | undefined): string | null {
  return document?.results[0]?.sha1 ?? (payload ? getSha1(payload) : null)
}

/** Keys in order, at every depth: publishers need not write them in one. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([key, part]) => [key, sorted(part)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

function idOf(text: string): string {
  return hash('sha256', text).slice(0, 32)
}
