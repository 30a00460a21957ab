import type { Readable } from 'node:stream'
import { type Kwargs, StoqPlugin } from './plugin.ts'

/** Bytes on their way, and how many there are. */
export interface ByteStream {
  size: number
  stream: Readable
}

/** Where a result or an archived payload goes. */
export interface SaveKwargs {
  /** True: `payload` is the bytes of a payload to be archived, with its hashes beside it. */
  archive?: boolean
  /** `id` of the document: the same for a repeat of it. */
  id?: string
  /** sha1 of the first entry of the document, or of the archived payload. */
  sha1?: string | null
  md5?: string
  sha256?: string
  sha512?: string
  ssdeep?: string
  'content-type'?: string
  /** Name of the worker: a folder, an index or a table of that name. */
  index?: string
  /** True: the date is part of the place. */
  use_date?: boolean
  /** Name of the file to write; a name, never a path. */
  filename?: string
  /** True: added at the end of `filename`, one document a line. */
  append?: boolean
  /** True: the source forgets the message once this resolves, so that it must be on the disk, not only in a cache. */
  durable?: boolean
  [name: string]: unknown
}

/** Saves documents and, where it can, archives payloads and gives them back. */
export abstract class StoqConnectorPlugin extends StoqPlugin {
  /**
   * Saves a document (object), a rendered template (text) or, with `archive`, a payload (bytes).
   * Resolves when it is safe, to an id that `getFile` or a person can find it by. Throws when it was not saved.
   */
  abstract save(
    payload: object | string | Uint8Array,
    kwargs?: SaveKwargs,
  ): string | null | undefined | Promise<string | null | undefined>

  /** The bytes that the keywords (`path`, `url`, `sha1` …) name, or null when this connector has none such. */
  getFile?(kwargs: Kwargs): Uint8Array | null | Promise<Uint8Array | null>

  /** As `getFile`: a large payload never is in memory as a whole. */
  getStream?(kwargs: Kwargs): ByteStream | null | Promise<ByteStream | null>

  /** As `save` with `archive`: a large payload never is in memory as a whole. */
  saveStream?(content: ByteStream, kwargs: SaveKwargs): Promise<string | null | undefined>

  /**
   * Where the bytes that the keywords name are a file of this machine: its absolute path, else null. A scan process
   * reads it by itself, held to the same paths as `Stoq.getFile`.
   */
  getPath?(kwargs: Kwargs): string | null | Promise<string | null>

  /** Opens the connection, or opens it again. Called before a run that saves here: what throws ends it before it begins. */
  connect(_force = false): void | Promise<void> {}

  /** Closes the connection. */
  disconnect(): void | Promise<void> {}
}
