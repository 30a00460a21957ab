import { readdirSync, readFileSync } from 'node:fs'

/** One payload that came out of another, by its facts. */
export interface Output {
  meta: Record<string, unknown>
  size: number
  sha256: string
}

/** What the port should give where v1 does not. */
export interface Better {
  /** The answer to another keyword: `key '1 2'`, `bits 4`. */
  same_as?: string
  contains?: string
  /** What `name` of the outputs of v1 should be; their contents are right. */
  names?: string[]
  outputs?: { filename?: string; path?: string; size: number; sha256: string }[]
  result?: null
  /** The outputs are right but for `size` in their metadata: it is to be that of the bytes. */
  meta_size?: string
  /** The key that `outputs` were encoded with. */
  key_hex?: string
  /** A word of the reason that is given with `result`. */
  reason?: string
  /** What it should say; alone: the answer is good. */
  log?: string
}

/** One recorded call of a v1 plugin: what went in and what came out. */
export interface PluginRecord {
  /** Path below `expected/`; for one of the short outcomes, followed by `#` and the sample. */
  id: string
  sample: string
  kwargs: Record<string, unknown>
  result: Output[] | string | null
  /** v1 raised this. */
  exception?: unknown
  /** v1's answer is wrong or poor. */
  v1_defect?: string
  /** v1's answer is wrong in a field of its metadata; the contents are right. */
  v1_minor?: string
  better?: Better
}

type ShortOutcome = null | { exception: string } | [size: number, sha256: string][]

/** The bytes of a sample. */
export function readSample(name: string): Uint8Array {
  return readFileSync(new URL(`samples/${name}`, import.meta.url))
}

/**
 * All records of one plugin, `kind` and `name` as in its folder. Of the short outcomes over every sample, those count
 * that no full record says more of.
 */
export function readRecords(kind: string, name: string): PluginRecord[] {
  const folder = new URL(`expected/${kind}/${name}/`, import.meta.url)
  const files = readdirSync(folder).sort()
  const read = files
    .filter(file => file !== '_all.json')
    .map((file): PluginRecord => ({ ...readJson(new URL(file, folder)), id: `${kind}/${name}/${file}` }))
  const full = read.map(record => asOther(record, read))
  if (!files.includes('_all.json')) return full
  const short: { samples: Record<string, ShortOutcome> } = readJson(new URL('_all.json', folder))
  const known = new Set(full.map(record => record.sample))
  const others = Object.entries(short.samples).filter(([sample]) => !known.has(sample))
  return [...full, ...others.map(([sample, outcome]) => fromShort(`${kind}/${name}`, sample, outcome))]
}

/** `"outputs": "as for <sample>"`: what is wanted is what is wanted for another sample. */
function asOther(record: PluginRecord, all: readonly PluginRecord[]): PluginRecord {
  const [, sample] = /^as for (\S+)$/.exec(String(record.better?.outputs)) ?? []
  const other = all.find(({ sample: named }) => named === sample)
  return other ? { ...other, id: record.id, sample: record.sample } : record
}

function readJson<T>(file: URL): T {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function fromShort(plugin: string, sample: string, outcome: ShortOutcome): PluginRecord {
  const id = `${plugin}/_all.json#${sample}`
  const kwargs = { filename: sample }
  if (outcome === null || !Array.isArray(outcome)) return { id, sample, kwargs, result: null }
  return { id, sample, kwargs, result: outcome.map(([size, sha256]) => ({ meta: {}, size, sha256 })) }
}
