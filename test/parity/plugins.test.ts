import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { Stoq } from 'stoq'
import { askPlugin, type Call, openScratch } from 'stoq/testing'
import { optionsOfPlugins } from '../golden/options.ts'
import { acceptedDifferences } from './accepted-differences.ts'
import { type Answer, difference } from './compare.ts'
import { type PluginRecord, readRecords, readSample } from './records.ts'

/** What each kind of plugin is asked. */
const ask = {
  carver: async (stoq: Stoq, name: string): Promise<Call> => {
    const plugin = await stoq.loadPlugin(name, 'carver')
    return (...call) => plugin.carve(...call)
  },
  decoder: async (stoq: Stoq, name: string): Promise<Call> => {
    const plugin = await stoq.loadPlugin(name, 'decoder')
    return (...call) => plugin.decode(...call)
  },
  extractor: async (stoq: Stoq, name: string): Promise<Call> => {
    const plugin = await stoq.loadPlugin(name, 'extractor')
    return (...call) => plugin.extract(...call)
  },
  reader: async (stoq: Stoq, name: string): Promise<Call> => {
    const plugin = await stoq.loadPlugin(name, 'reader')
    return (...call) => plugin.read(...call)
  },
}

for (const kind of Object.keys(ask) as (keyof typeof ask)[]) {
  for (const name of readdirSync(new URL(`expected/${kind}/`, import.meta.url))) {
    test(`${kind}:${name} answers as v1 did, or better`, () => assertParity(kind, name))
  }
}

test('every accepted difference says why, and is listed once', () => {
  const records = acceptedDifferences.map(({ record }) => record)
  assert.deepEqual(records, [...new Set(records)])
  assert.ok(acceptedDifferences.every(({ reason }) => reason.length > 20))
})

/** Asks for every record; the differences must be those that are accepted, each of which must still be there. */
async function assertParity(kind: keyof typeof ask, name: string): Promise<void> {
  await using scratch = openScratch({ log_level: 'critical', plugin_options: optionsOfPlugins })
  const call = await ask[kind](scratch.stoq, name)
  const records = readRecords(kind, name)
  assert.ok(records.length > 0)
  const found = new Map<string, string>()
  for (const record of records) {
    const unlike = await compare(record, call)
    if (unlike !== null) found.set(record.id, unlike)
  }
  const accepted = acceptedDifferences
    .map(({ record }) => record)
    .filter(id => id.startsWith(`${kind}/${name}/`))
  const unexpected = [...found]
    .filter(([id]) => !accepted.includes(id))
    .map(([id, unlike]) => `${id}: ${unlike}`)
  assert.deepEqual(unexpected, [], 'differences that are not accepted')
  assert.deepEqual(
    accepted.filter(id => !found.has(id)),
    [],
    'accepted differences that are gone',
  )
}

function compare(record: PluginRecord, call: Call): Promise<string | null> {
  const payload = readSample(record.sample)
  const again = (kwargs: Record<string, unknown>) => answer(call, payload, kwargs)
  return again(record.kwargs).then(given => difference(record, given, again))
}

async function answer(call: Call, payload: Uint8Array, kwargs: Record<string, unknown>): Promise<Answer> {
  const limits = { max_children: 10_000, max_bytes: 2 ** 30 }
  const { found, fault } = await askPlugin(call, payload, kwargs, limits)
  return { result: found, ...(fault !== undefined && { fault }) }
}
