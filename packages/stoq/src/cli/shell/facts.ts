import { hashPayload } from '../../payload/hashes.ts'
import type { ResultEntry } from '../../results/types.ts'

/** Longest value that is shown of one fact. */
const longest = 500

/** What is known of bytes that are here, in the order in which it is shown. */
export function factsOf(bytes: Uint8Array): Record<string, unknown> {
  const { md5, sha1, sha256, sha512 } = hashPayload(bytes)
  return { size: bytes.byteLength, md5, sha1, sha256, sha512 }
}

/** What a document says of a payload that was found. */
export function factsOfEntry(entry: ResultEntry): Record<string, unknown> {
  const { filename, size, md5, sha1, sha256, sha512, magic, source_meta } = entry
  const own = { filename, ...toObject(source_meta), size, md5, sha1, sha256, sha512, magic }
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
}

/** A value on one line: text as it is, anything else as JSON. */
export function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

function toObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
