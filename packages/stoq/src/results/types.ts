/** What a worker said of a payload: anything that JSON can hold. */
export type ScanResult = unknown

/** A fault met on the way, as data: the rest of the document stands. */
export interface DocumentError {
  /** `category:name` of the plugin, or `stoq` for the framework itself. */
  plugin: string
  /** One of the codes of docs/reference/errors.md. */
  code: string
  message: string
  payload_id: number
}

/** What a budget cut: the limit's name, whose payload it was, and what is missing. */
export interface Truncation {
  limit: string
  payload_id: number
  detail: string
}

/** One payload of a document: the root (`payload_id` 0) or a child. Rule meta adds further keys to a child. */
export interface ResultEntry {
  payload_id: number
  /** `payload_id` of the payload it came from; null for the root. */
  parent_id: number | null
  /** The worker that scanned it. */
  plugin: string
  /** Lineage: id of the root first, its own id last. */
  uuid: string[]
  scan: ScanResult
  source_meta: Record<string, unknown>
  size?: number
  md5?: string
  sha1?: string
  sha256?: string
  sha512?: string
  filename?: string
  path?: string
  archive?: string
  magic?: string
  ssdeep?: string
  'content-type'?: string
  conn_id?: string
  /** `category:name` of the plugin that produced this child. */
  dispatcher?: string
  /** Results of workers that a rule dispatched to, by worker name. */
  workers?: Record<string, ScanResult>
  /** Set when another entry of the document has the same bytes: that one was scanned, its results are repeated here. */
  duplicate_of?: number
  [ruleMeta: string]: unknown
}

/** One result document: a root payload and everything found inside it. */
export interface ResultDocument {
  /** The same however often a message is delivered: worker, message and payload decide it. 32 hexadecimal digits. */
  id: string
  /** When the scan ended, ISO 8601 in UTC. */
  date: string
  tlp: string
  /** Number of entries of the whole payload, root included; the same in every `--split` document. */
  payloads: number
  /** `payload_id` as text -> worker name (root) or `category:name`. */
  plugins: Record<string, string>
  results: ResultEntry[]
  errors: DocumentError[]
  truncated: Truncation[]
  /** Decorators may add keys. */
  [added: string]: unknown
}
