import type { Extracted } from 'stoq'
import { nameMeta } from './names.ts'
import type { Decoded } from './transfer.ts'

/** What holds parts: a message of any format, a mailbox. It can be read again and again. */
export interface Mail {
  /** For the words in it. */
  subject: string
  parts(): Iterable<Part>
  /** What was wrong with it, once its parts were read. */
  readonly faults: readonly string[]
}

/** What a mail holds: one child of it, unless it is empty. */
export interface Part {
  /** Name as the mail tells it. */
  name: string | null
  /** Name where neither mail nor encoding tell one. */
  otherwise: string
  kind: PartKind
  /** Bytes that `read` will give at most, where that is known; elsewhere no more than the mail itself has. */
  size?: number
  read(): Decoded
  /** Where it comes from and what is said of it; what is undefined, null or empty is left out. */
  meta: Readonly<Record<string, string | number | null | undefined>>
}

/**
 * `headers`: those of an Outlook message, as they came. `preamble`, `epilogue`: text before and behind the parts, which
 * mail programs do not show. `partial`: a fragment of a message that was sent in pieces. `external`: it lies elsewhere.
 */
export type PartKind =
  | 'body'
  | 'attachment'
  | 'inline'
  | 'message'
  | 'headers'
  | 'preamble'
  | 'epilogue'
  | 'partial'
  | 'external'

/** Kinds whose text is read for words. */
export const textKinds: ReadonlySet<PartKind> = new Set(['body', 'preamble', 'epilogue'])

/** The child of a part, null for none. Everything inside it is told the words. */
export function extractedOf(part: Part, password_words: readonly string[]): Extracted | null {
  const { content, name, damaged } = part.read()
  if (content.length === 0) return null
  const told = Object.entries({ ...part.meta, damaged: part.meta['damaged'] ?? damaged }).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  const meta = {
    ...nameMeta(part.name ?? name ?? null, part.otherwise),
    size: content.length,
    kind: part.kind,
    ...Object.fromEntries(told),
    ...(password_words.length > 0 && { kwargs: { password_words } }),
  }
  return [meta, content]
}
