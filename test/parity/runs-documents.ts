import { known } from './runs-known.ts'
import { type Json, type RunRecord, usesDispatchRules, valuesOf } from './runs-records.ts'

/** A document with its entries, as JSON. */
type Document = Json & { results: Json[]; plugins: Json }

/**
 * v1's document of a run as ours is wanted to be: matched bytes without `b''` and offsets as numbers, the scan of a child
 * like that of the root, what the message says not at the top of children, metadata of the run in each entry.
 */
export function wantedDocument(record: RunRecord, recorded: Json): Document {
  const document = structuredClone(recorded) as Document
  const meta = Object.fromEntries(
    valuesOf(record, '--metadata')
      .map(word => word.split(':'))
      .reverse(),
  )
  document.results = document.results.filter(entry => isKept(entry, document.results))
  for (const entry of document.results) {
    if (entry['dispatcher'] === undefined) continue
    const { scan } = entry
    if (Array.isArray(scan) && scan.length === 1) entry['scan'] = scan[0]
    delete entry['path']
    delete entry['archive']
    entry['source_meta'] = { ...meta, ...(entry['source_meta'] as Json) }
  }
  for (const entry of document.results)
    if (Array.isArray(entry['scan'])) entry['scan'].forEach(rewriteStrings)
  return document
}

/** False for what a plugin found that this release has not got, and for all that came out of it. */
function isKept(entry: Json, all: readonly Json[]): boolean {
  const lineage = entry['uuid'] as string[]
  return all
    .filter(({ uuid }) => lineage.join(' ').startsWith((uuid as string[]).join(' ')))
    .every(({ dispatcher }) => dispatcher === undefined || known.isPresent(String(dispatcher)))
}

/** `["78", "$a", "b'MZ'"]` is `[78, "$a", "MZ"]`. */
function rewriteStrings(hit: Json): void {
  const strings = hit['strings'] as [string, string, string][]
  hit['strings'] = strings.map(([offset, name, literal]) => [Number(offset), name, literal.slice(2, -1)])
}

/** Our document without repetitions of contents that v1 tells of elsewhere, and without the place of archived children. */
export function ourDocument(document: Json, wanted: Document): Document {
  const ours = structuredClone(document) as Document
  const told = new Set(wanted.results.map(placeOf))
  const contents = new Set(wanted.results.map(({ sha256 }) => sha256))
  ours.results = ours.results.filter(entry => {
    return told.has(placeOf(entry)) || !contents.has(entry['sha256']) || entry['dispatcher'] === undefined
  })
  for (const entry of ours.results) {
    if (entry['dispatcher'] === undefined) continue
    if (!String(entry['conn_id']).endsWith(`/${entry['sha1']}`)) continue
    for (const key of ['conn_id', 'content-type', 'ssdeep']) delete entry[key]
  }
  return ours
}

function placeOf({ uuid, dispatcher, sha256 }: Json): string {
  return `${(uuid as string[]).length} ${dispatcher} ${sha256}`
}

/**
 * A document in one form whatever its ids, its time and the order of siblings: entries sorted by their place in the tree
 * and numbered anew. Of hits of the dispatch rules, which are not v1's text, the matched strings are left out.
 */
export function canonical(record: RunRecord, document: Document): Json {
  const { results, plugins, ...rest } = document
  const names = new Map<string, string>()
  for (const entry of results)
    names.set(lastOf(entry), `${entry['dispatcher']} ${entry['sha256']} ${entry['filename']}`)
  const place = (entry: Json) => (entry['uuid'] as string[]).map(id => names.get(id)).join('/')
  const sorted = results.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
  const ids = new Map(sorted.map((entry, index) => [lastOf(entry), `<uuid${index + 1}>`]))
  return {
    ...rest,
    date: /^(<date>|\d{4}-\d\d-\d\dT[\d:.]+Z)$/.test(String(document['date'])) ? '<date>' : document['date'],
    payloads: document['payloads'] === Object.keys(plugins).length ? results.length : document['payloads'],
    plugins: sorted.map(entry => plugins[String(entry['payload_id'])]),
    results: sorted.map(entry => ({
      ...entry,
      payload_id: undefined,
      parent_id: undefined,
      uuid: (entry['uuid'] as string[]).map(id => ids.get(id)),
      ...(usesDispatchRules(record) && { scan: knownHits(entry['scan']) }),
    })),
  }
}

function lastOf(entry: Json): string {
  return String((entry['uuid'] as string[]).at(-1))
}

/** Hits of rules that both have, in the order of names. XOR keys are one search of the dispatcher here, not rules. */
function knownHits(scan: unknown): unknown {
  if (!Array.isArray(scan)) return scan
  const hits = (scan as Json[])
    .filter(({ rule }) => known.isRuleOfV1(String(rule)) && !String(rule).startsWith('xor_'))
    .map((hit): Json => ({ ...hit, strings: undefined }))
    .toSorted((a, b) => (String(a['rule']) < String(b['rule']) ? -1 : 1))
  return hits.length > 0 ? hits : null
}

/** The documents of a run as one nested document: `--split` wrote one for each entry, `--flatten` without nesting. */
export function merged(record: RunRecord, documents: readonly Json[]): Json {
  const words = record.command.split(' ')
  const [delimiter = ':'] = valuesOf(record, '--delimiter')
  const nested = words.includes('--flatten')
    ? documents.map(document => unflattened(document, delimiter))
    : documents
  return { ...nested[0], results: nested.flatMap(document => document['results']) }
}

/** The nested form of a flattened document. What v1 lost because it was empty is there again. */
function unflattened(flat: Json, delimiter: string): Json {
  const root: Json = {}
  for (const [key, value] of Object.entries(flat)) {
    const parts = withoutRest(key, delimiter).split(delimiter)
    const last = parts.pop() ?? key
    let at = root
    for (const part of parts) {
      at[part] ??= {}
      at = at[part] as Json
    }
    at[last] = value
  }
  const document = asLists(root) as Document
  document.results = document.results.map(entry => ({
    source_meta: {},
    ...entry,
    scan: withTags(entry['scan']),
  }))
  return document
}

/** v1 took one character from the end of a key that ended with the delimiter, however long that is. */
function withoutRest(key: string, delimiter: string): string {
  const rest = delimiter.slice(1)
  return rest && key.endsWith(rest) ? key.slice(0, -rest.length) : key
}

function withTags(scan: unknown): unknown {
  return Array.isArray(scan) ? scan.map(hit => (Array.isArray(hit) ? hit : { tags: [], ...hit })) : scan
}

/** Objects whose keys are 0, 1, 2 … are lists; `plugins` is none. */
function asLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, member]) => [
    key,
    key === 'plugins' ? member : asLists(member),
  ])
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index))
  return isList ? entries.map(([, member]) => member) : Object.fromEntries(entries)
}
