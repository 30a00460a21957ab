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
  /** Resolves when every document is saved, or the message is on the error queue; never rejects. */
  readonly done: Promise<MessageOutcome>
}

/** What became of a message: every one ends as exactly one of these. */
export interface MessageOutcome {
  /** `saved`: its documents are saved. `refused`: its TLP forbids it. `failed`: `error` says why. */
  state: 'saved' | 'refused' | 'failed'
  /** Number of documents saved. */
  documents: number
  error?: string
}
