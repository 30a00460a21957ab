import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Budget, type Extracted, type ExtractedResult, type PluginContext, type Stoq, StoqError } from 'stoq'
import { openScratch } from 'stoq/testing'
import { acceptedDifferences } from './accepted-differences.ts'
import { type Answer, difference } from './compare.ts'
import { type Output, type PluginRecord, readRecords, readSample } from './records.ts'

/** One call of the plugin under test. */
type Call = (payload: Uint8Array, kwargs: Record<string, unknown>, context: PluginContext) => unknown

test('carver:pe answers as v1 did, or better', () =>
  assertParity('carver', 'pe', async stoq => {
    const plugin = await stoq.loadPlugin('pe', 'carver')
    return (...call) => plugin.carve(...call)
  }))

test('decoder:xor answers as v1 did, or better', () =>
  assertParity('decoder', 'xor', async stoq => {
    const plugin = await stoq.loadPlugin('xor', 'decoder')
    return (...call) => plugin.decode(...call)
  }))

test('decoder:b64 answers as v1 did, or better', () =>
  assertParity('decoder', 'b64', async stoq => {
    const plugin = await stoq.loadPlugin('b64', 'decoder')
    return (...call) => plugin.decode(...call)
  }))

test('reader:pdftext answers as v1 did, or better', () =>
  assertParity('reader', 'pdftext', async stoq => {
    const plugin = await stoq.loadPlugin('pdftext', 'reader')
    return (...call) => plugin.read(...call)
  }))

test('extractor:decompress answers as v1 did, or better', () =>
  assertParity('extractor', 'decompress', async stoq => {
    const plugin = await stoq.loadPlugin('decompress', 'extractor')
    return (...call) => plugin.extract(...call)
  }))

test('every accepted difference says why, and is listed once', () => {
  const records = acceptedDifferences.map(({ record }) => record)
  assert.deepEqual(records, [...new Set(records)])
  assert.ok(acceptedDifferences.every(({ reason }) => reason.length > 20))
})

/** Asks for every record; the differences must be those that are accepted, each of which must still be there. */
async function assertParity(kind: string, name: string, load: (stoq: Stoq) => Promise<Call>): Promise<void> {
  await using scratch = openScratch({ log_level: 'critical' })
  const call = await load(scratch.stoq)
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
  const ask = (kwargs: Record<string, unknown>) => answer(call, payload, kwargs)
  return ask(record.kwargs).then(given => difference(record, given, ask))
}

/** A fault that is no StoqError fails the test: it is a crash. */
async function answer(call: Call, payload: Uint8Array, kwargs: Record<string, unknown>): Promise<Answer> {
  const limits = {
    max_recursion: 3,
    max_children: 10_000,
    max_bytes: 2 ** 30,
    max_time: 60,
    max_plugin_time: 60,
  }
  const context = { budget: new Budget(limits), signal: new AbortController().signal }
  const found: Output[] = []
  try {
    const result = await call(payload, kwargs, context)
    if (result === null || typeof result === 'string') return { result }
    for await (const item of result as NonNullable<ExtractedResult>) found.push(output(item))
    return { result: orNull(found) }
  } catch (error) {
    // What came before the fault stands.
    if (error instanceof StoqError) return { result: orNull(found), fault: error.message }
    throw error
  }
}

function output([meta, content]: Extracted): Output {
  return {
    meta: { ...meta },
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }
}

/** To the framework, nothing in a list is nothing found. */
function orNull(found: Output[]): Output[] | null {
  return found.length === 0 ? null : found
}
