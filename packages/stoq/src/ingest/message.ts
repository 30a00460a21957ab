import { StoqError } from '../errors.ts'

/** What a source hands over: where the payload is, and what is known of it. Everything else is metadata. */
export interface Message {
  /** Path of a file, read through the connector that `archive` names. */
  path?: string
  /** Address of a file, read through the connector that `archive` names. */
  url?: string
  /** Name of the connector that fetches the payload. */
  archive?: string
  /** The bytes themselves. */
  payload?: Uint8Array
  filename?: string
  uuid?: string | string[]
  tlp?: string
  sha1?: string
  /** Why it failed the last time (messages of an error queue). */
  err?: string
  [metadata: string]: unknown
}

/** Settles when the message needs no more care. */
export interface Receipt {
  /** Resolves when every document is saved, the message is on the error queue, or stoQ stopped; never rejects. */
  readonly done: Promise<MessageOutcome>
}

/** What became of a message: every one ends as exactly one of these. */
export interface MessageOutcome {
  /**
   * `saved`: its documents are saved. `refused`: its TLP forbids it, or its file is gone. `failed`: `error` says why.
   * `stopped`: stoQ ended before it was scanned.
   */
  state: 'saved' | 'refused' | 'failed' | 'stopped'
  /** Number of documents saved. */
  documents: number
  error?: string
  /**
   * True: the source may forget the message. False: it was stopped, its file was gone, or it failed and could not be put on the error
   * queue: the source keeps it or hands it back.
   */
  acknowledge: boolean
}

/** Keys of a message that must be text when they are there. */
const textKeys = ['path', 'url', 'archive', 'filename', 'tlp', 'sha1'] as const

/** Messages come from outside: one that is no message is a fault of its own. Throws STOQ_SOURCE_MESSAGE. */
export function checkMessage(message: unknown): asserts message is Message {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new StoqError('STOQ_SOURCE_MESSAGE', [`it must be an object, got ${kindOf(message)}`])
  }
  const given = message as Record<string, unknown>
  for (const key of textKeys) {
    if (given[key] == null || typeof given[key] === 'string') continue
    throw new StoqError('STOQ_SOURCE_MESSAGE', [`${key} must be text, got ${kindOf(given[key])}`])
  }
  const { uuid } = given
  if (uuid != null && !(Array.isArray(uuid) ? uuid : [uuid]).every(id => typeof id === 'string')) {
    throw new StoqError('STOQ_SOURCE_MESSAGE', ['uuid must be text or a list of texts'])
  }
}

/** Bytes of a payload that a message carries itself. */
export function heldBytes(message: unknown): number {
  const payload = (message as Partial<Message> | null | undefined)?.payload
  return payload instanceof Uint8Array ? payload.byteLength : 0
}

/** How a message is told in logs and errors: where its payload is, never the payload. */
export function messageName(message: unknown): string {
  const given = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>
  const names = [given['path'], given['url'], given['filename'], given['sha1']]
  return names.find((name): name is string => typeof name === 'string') ?? 'a payload without name'
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value
}
