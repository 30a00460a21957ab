import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { RuleHit } from '../dispatch/dispatcher.ts'
import type { Hashes } from '../payload/hashes.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { ResultEntry } from '../results/types.ts'

/** Metadata keys that have a place of their own in an entry. */
const topLevel = ['filename', 'magic', 'ssdeep', 'path', 'size'] as const
/** Message keys that steer the framework: they never reach plugins or documents as metadata. */
const framework = new Set(['payload', 'archive', 'uuid'])
/** Message keys that tell of the root payload only. */
const rootFacts = new Set([
  ...['path', 'url', 'filename', 'size', 'magic', 'ssdeep', 'content-type', 'conn_id'],
  ...['md5', 'sha1', 'sha256', 'sha512'],
])
/** Keys of an entry that the meta of a rule cannot take. */
const reserved = new Set<string>([
  ...['payload_id', 'parent_id', 'plugin', 'uuid', 'scan', 'source_meta', 'md5', 'sha1', 'sha256', 'sha512'],
  ...[
    'size',
    'filename',
    'path',
    'archive',
    'conn_id',
    'dispatcher',
    'workers',
    'duplicate_of',
    'content-type',
  ],
  ...['magic', 'ssdeep', '__proto__'],
])

/** Lineage of a root payload: given by the message, or new. */
export function rootUuid(given: unknown): string[] {
  if (Array.isArray(given) && given.length > 0) return given.map(String)
  return [typeof given === 'string' && given ? given : randomUUID()]
}

/** Name of a payload: given, else the last part of its path or address. */
export function rootFilename(kwargs: Kwargs): string {
  if (typeof kwargs.filename === 'string') return kwargs.filename
  if (typeof kwargs.path === 'string') return basename(kwargs.path)
  if (typeof kwargs['url'] === 'string') return lastSegment(kwargs['url']) || 'Unknown'
  return 'Unknown'
}

function lastSegment(url: string): string {
  return URL.canParse(url) ? (new URL(url).pathname.split('/').filter(Boolean).pop() ?? '') : ''
}

/** What is known of a root payload before it is scanned. */
export interface RootFacts {
  worker: string
  kwargs: Kwargs
  uuid: string[]
  /** Absent for workers without payload. */
  size?: number
  hashes?: Hashes
  magic?: string | null
  ingestMetadata: Readonly<Record<string, unknown>>
}

/** The entry of a root payload: metadata of the message is in `source_meta`, unless it has a place of its own. */
export function rootEntry(facts: RootFacts): ResultEntry {
  const { kwargs, size, hashes, magic } = facts
  const entry: ResultEntry = {
    payload_id: 0,
    parent_id: null,
    ...(typeof kwargs['archive'] === 'string' && { archive: kwargs['archive'] }),
    ...(typeof kwargs.path === 'string' && { path: kwargs.path }),
    ...(size !== undefined && { filename: rootFilename(kwargs), size }),
    ...hashes,
    ...(magic && { magic }),
    plugin: facts.worker,
    uuid: facts.uuid,
    scan: null,
    source_meta: {},
  }
  entry.source_meta = moveUp(entry, { ...facts.ingestMetadata, ...metadata(kwargs) })
  return entry
}

/** The metadata of a message: everything that is not the payload, its place in a store or its lineage. */
export function metadata(kwargs: Kwargs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kwargs).filter(([key]) => !framework.has(key) && key !== '__proto__'),
  )
}

/** What of a message holds for children too: not the facts of the root payload itself. */
export function inheritedMetadata(kwargs: Kwargs): Kwargs {
  return Object.fromEntries(Object.entries(metadata(kwargs)).filter(([key]) => !rootFacts.has(key)))
}

/** Moves keys that have a place of their own up, unless the entry knows better; gives back the rest. */
function moveUp(entry: ResultEntry, given: Record<string, unknown>): Record<string, unknown> {
  const rest: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (key === '__proto__') continue
    const movable = (topLevel as readonly string[]).includes(key) && isFitFor(entry, key, value)
    if (movable && entry[key] === undefined && value != null) entry[key] = value
    else if (entry[key] !== value || !(topLevel as readonly string[]).includes(key)) rest[key] = value
  }
  return rest
}

/** Names and types are text; a child has no path, and its size is known. */
function isFitFor(entry: ResultEntry, key: string, value: unknown): boolean {
  if (key === 'size') return typeof value === 'number'
  return typeof value === 'string' && (key !== 'path' || entry.parent_id === null)
}

/** What is known of a child before it is scanned. */
export interface ChildFacts {
  worker: string
  payload_id: number
  parent: ResultEntry
  hit: RuleHit
  /** `category:name` of the plugin that produced it. */
  dispatcher: string
  meta: Record<string, unknown>
  content: Uint8Array
  hashes: Hashes
  magic?: string | null
  ingestMetadata: Readonly<Record<string, unknown>>
}

/** The entry of a child: meta of its rule at the top, metadata of its plugin in `source_meta`. */
export function childEntry(facts: ChildFacts): ResultEntry {
  const { parent, meta, content, hashes, magic } = facts
  const given = typeof meta['filename'] === 'string' && meta['filename'] ? meta['filename'] : parent.filename
  const entry: ResultEntry = {
    ...ruleMeta(facts.hit),
    payload_id: facts.payload_id,
    parent_id: parent.payload_id,
    plugin: facts.worker,
    dispatcher: facts.dispatcher,
    uuid: [...parent.uuid, randomUUID()],
    ...(given !== undefined && { filename: given }),
    size: content.byteLength,
    ...hashes,
    ...(magic && { magic }),
    scan: null,
    source_meta: {},
  }
  entry.source_meta = moveUp(entry, { ...facts.ingestMetadata, ...meta })
  return entry
}

function ruleMeta(hit: RuleHit): Record<string, unknown> {
  return Object.fromEntries(Object.entries(hit.meta).filter(([key]) => !reserved.has(key)))
}
