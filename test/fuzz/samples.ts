import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GoldenSample, readGolden } from 'stoq/testing'
import { readRecords, readSample } from '../parity/records.ts'

export type Sample = Omit<GoldenSample, 'expected'>

const golden = fileURLToPath(new URL('../golden/', import.meta.url))
const samples = fileURLToPath(new URL('../parity/samples/', import.meta.url))
const expected = fileURLToPath(new URL('../parity/expected/', import.meta.url))

/** Inputs that once made a plugin fail. */
export const crashers = fileURLToPath(new URL('crashers/', import.meta.url))

/** Larger ones make every case slow and nothing clearer. */
const largestSample = 128 * 1024

/** What a plugin is fuzzed with: `own` was made for it, `others` are files of all sorts that it may find something in. */
export interface SampleSets {
  own: Sample[]
  others: Sample[]
}

/** The golden samples of a plugin, and those of the comparison with v1. Not crashers: a new one would make every seed another. */
export function samplesOf(id: string): SampleSets {
  const isSmall = (sample: Sample) => sample.payload.length <= largestSample
  return {
    own: readGolden(join(golden, id)).filter(isSmall),
    others: paritySamples(id).filter(isSmall),
  }
}

/** Every sample, with the keywords of the record where v1's plugin found something in it. */
function paritySamples(id: string): Sample[] {
  const [kind = '', name = ''] = id.split('/')
  const isRecorded = existsSync(join(expected, kind, name))
  const records = isRecorded ? readRecords(kind, name).filter(({ result }) => result !== null) : []
  const recorded = records.map(({ sample, kwargs }) => ({ name: sample, kwargs: kwargs ?? {} }))
  const known = new Set(recorded.map(sample => sample.name))
  const rest = readdirSync(samples)
    .filter(file => !known.has(file))
    .map(file => ({ name: file, kwargs: { filename: file } }))
  return [...recorded, ...rest].map(sample => ({ ...sample, payload: readSample(sample.name) }))
}

/** The folders that hold crashers, as `kind/name`. */
export function crasherFolders(): string[] {
  if (!existsSync(crashers)) return []
  return readdirSync(crashers, { withFileTypes: true })
    .filter(kind => kind.isDirectory())
    .flatMap(kind => readdirSync(join(crashers, kind.name)).map(name => `${kind.name}/${name}`))
}
