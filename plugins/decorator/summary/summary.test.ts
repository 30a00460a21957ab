import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResultDocument, ResultEntry } from 'stoq'
import { runPlugin } from 'stoq/testing'
import { summarize } from './summary.ts'

function entry(payload_id: number, parent_id: number | null, facts: Partial<ResultEntry> = {}): ResultEntry {
  return { payload_id, parent_id, plugin: 'yara', uuid: [], scan: null, source_meta: {}, ...facts }
}

function documentOf(results: ResultEntry[], facts: Partial<ResultDocument> = {}): ResultDocument {
  const { length: payloads } = results
  return {
    id: '',
    date: '2026-11-23T15:18:52Z',
    tlp: 'white',
    payloads,
    plugins: {},
    results,
    errors: [],
    truncated: [],
    ...facts,
  }
}

const rules = (...names: string[]) => names.map(rule => ({ rule }))

test('a document with children is summed up', () => {
  const document = documentOf(
    [
      entry(0, null, { filename: 'a.zip', size: 1000, magic: 'application/zip', scan: rules('zip') }),
      entry(1, 0, { filename: 'B.TXT', size: 10, dispatcher: 'extractor:decompress', scan: rules('hello') }),
      entry(2, 0, {
        filename: 'c.txt',
        size: 10,
        dispatcher: 'extractor:decompress',
        duplicate_of: 1,
        scan: rules('hello'),
      }),
      entry(3, 1, {
        size: 500,
        dispatcher: 'decoder:b64',
        workers: { yara: rules('exe'), peinfo: { imphash: 'x' } },
      }),
    ],
    {
      errors: [{ plugin: 'decoder:b64', code: 'STOQ_PLUGIN_FAILED', message: 'm', payload_id: 1 }],
      truncated: ['max_time', 'max_bytes', 'max_time'].map(limit => ({ limit, payload_id: 0, detail: '' })),
    },
  )
  assert.deepEqual(summarize(document), {
    payloads: 4,
    depth: 2,
    bytes: 1520,
    largest: { payload_id: 3, filename: null, size: 500 },
    deepest: { payload_id: 3, filename: null, depth: 2 },
    types: { '.txt': 2, 'application/zip': 1, unknown: 1 },
    dispatchers: { 'extractor:decompress': 2, 'decoder:b64': 1 },
    rules: { hello: 2, exe: 1, zip: 1 },
    errors: 1,
    truncated: ['max_bytes', 'max_time'],
    duplicates: 1,
  })
})

test('a payload without children has no largest and no deepest child', () => {
  const { depth, largest, deepest, bytes } = summarize(documentOf([entry(0, null, { size: 7 })]))
  assert.deepEqual({ depth, largest, deepest, bytes }, { depth: 0, largest: null, deepest: null, bytes: 7 })
})

test('the plugin puts the summary first and keeps everything else', async () => {
  const document = documentOf([entry(0, null)], { summary: 'old', campaign: 'winter' })
  const [decorated] = (await runPlugin(import.meta.dirname, document)).results
  assert.equal(Object.keys(decorated as ResultDocument)[0], 'summary')
  assert.deepEqual(decorated, { ...document, summary: summarize(document) })
})

test('extensions that an attacker made up do not become more than twenty types', () => {
  const entries = Array.from({ length: 500 }, (_, id) =>
    entry(id, id === 0 ? null : 0, { filename: `f.x${id}` }),
  )
  const { types } = summarize(documentOf([...entries, entry(500, 0, { filename: '.x1' })]))
  assert.equal(Object.keys(types).length, 21)
  assert.equal(Object.keys(types)[0], '.x1')
  assert.equal(types['other'], 480)
})

test('a name with no extension to speak of is of unknown type', () => {
  const names = ['README', 'a.b c', 'x.', `y.${'z'.repeat(50)}`, 'q.\x1b[m', '']
  const entries = names.map((filename, id) => entry(id, 0, { filename }))
  assert.deepEqual(summarize(documentOf(entries)).types, { unknown: 6 })
})

test('names that mean something to JavaScript are names', () => {
  const facts = { magic: '__proto__', dispatcher: 'constructor', scan: rules('__proto__') }
  const summary = summarize(documentOf([entry(0, null, facts)]))
  assert.equal(JSON.stringify(summary.types), '{"__proto__":1}')
  assert.equal(JSON.stringify(summary.rules), '{"__proto__":1}')
  assert.deepEqual(summary.dispatchers, { constructor: 1 })
})

test('entries that descend from each other in a circle have a depth', () => {
  const { depth, payloads } = summarize(
    documentOf([entry(0, null), entry(1, 2), entry(2, 1), entry(3, 3), entry(4, 99)]),
  )
  assert.equal(payloads, 5)
  assert.equal(depth, 1)
})

test('a hundred thousand levels are counted', () => {
  const entries = Array.from({ length: 100_000 }, (_, id) => entry(id, id === 0 ? null : id - 1))
  assert.equal(summarize(documentOf(entries.reverse())).depth, 99_999)
})

test('documents and entries of any shape are summed up', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(undefined))
  const odd = fc.record({
    ...{
      payload_id: value,
      parent_id: value,
      scan: value,
      workers: value,
      filename: value,
      size: value,
      magic: value,
    },
    ...{ dispatcher: value, duplicate_of: value },
  })
  const document = fc.record({
    results: fc.oneof(fc.array(fc.oneof(odd, value)), value),
    errors: value,
    truncated: value,
  })
  fc.assert(
    fc.property(document, given => {
      assert.ok(summarize(given as unknown as ResultDocument).payloads >= 0)
    }),
  )
})
