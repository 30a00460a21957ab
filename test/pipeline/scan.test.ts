import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultDocument } from 'stoq'
import { memoryOf, openForms } from './fixtures.ts'

/** What the documents of one payload hold in `scan` of their root. */
async function scansOf(text: string): Promise<unknown[]> {
  const { scratch, worker } = await openForms()
  await using _ = scratch
  const documents = await worker.start(Buffer.from(text), { filename: 'x' })
  return documents.map(document => document.results[0]?.scan)
}

test('an object is one document, also when it is empty', async () => {
  assert.deepEqual(await scansOf('dict'), [{ size: 4 }])
  assert.deepEqual(await scansOf('emptydict'), [{}])
})

test('a text is one document, also when it is empty', async () => {
  assert.deepEqual(await scansOf('text'), ['some text'])
  assert.deepEqual(await scansOf('emptytext'), [''])
})

test('bytes are one value, not one document for each', async () => {
  assert.deepEqual(await scansOf('bytes'), [new Uint8Array([1, 2])])
})

test('null, false and an empty list still give a document that says so', async () => {
  assert.deepEqual(await scansOf('null'), [null])
  assert.deepEqual(await scansOf('false'), [null])
  assert.deepEqual(await scansOf('emptylist'), [null])
})

test('true means that the worker did everything: no document', async () => {
  assert.deepEqual(await scansOf('true'), [])
})

test('lists, generators and async generators give one document for each element', async () => {
  const three = [{ n: 1 }, { n: 2 }, { n: 3 }]
  assert.deepEqual(await scansOf('list'), three)
  assert.deepEqual(await scansOf('generator'), three)
  assert.deepEqual(await scansOf('async'), three)
})

test('documents of one payload share nothing that can be changed', async () => {
  const { scratch, worker } = await openForms()
  await using _ = scratch
  const [first, second] = await worker.start(Buffer.from('list'), { filename: 'x', tag: 'a' })
  assert.ok(first && second)
  assert.notEqual(first.results[0], second.results[0])
  assert.notEqual(first.results[0]?.source_meta, second.results[0]?.source_meta)
  assert.deepEqual(first.results[0]?.uuid, second.results[0]?.uuid)
})

test('a worker that throws leaves a document with the error in it', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  for (const word of ['throw', 'reject']) {
    const { errors, results } = await scan(word)
    assert.equal(results[0]?.scan, null)
    assert.equal(errors.length, 1)
    assert.equal(errors[0]?.plugin, 'worker:forms')
    assert.equal(errors[0]?.code, 'STOQ_PLUGIN_FAILED')
    assert.match(errors[0]?.message ?? '', /no luck/)
  }
})

test('what a generator gave before it broke off stands', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { errors, results } = await scan('broken')
  assert.deepEqual(results[0]?.scan, { n: 1 })
  assert.match(errors[0]?.message ?? '', /broke off/)
})

test('a worker that hangs is given up after its time, which is told as a limit', async () => {
  const { scratch, scan } = await openForms({ max_plugin_time: 0.05 })
  await using _ = scratch
  const { errors, truncated } = await scan('hang')
  assert.deepEqual(errors, [])
  assert.deepEqual(truncated, [
    { limit: 'max_plugin_time', payload_id: 0, detail: 'worker:forms was stopped' },
  ])
})

test('metadata of a message is in source_meta unless it has a place of its own', async () => {
  const { scratch, worker } = await openForms({ ingest_metadata: ['case:42', 'note:a:b:c'] })
  await using _ = scratch
  const message = {
    uuid: ['parent-1'],
    filename: 'orig.txt',
    path: '/in/x',
    tlp: 'amber',
    foo: { a: 1 },
    size: 999,
  }
  const [document] = await worker.start(Buffer.from('dict and twenty chars.'), message)
  const entry = document?.results[0]
  assert.equal(entry?.filename, 'orig.txt')
  assert.equal(entry?.path, '/in/x')
  assert.equal(entry?.size, 22)
  assert.deepEqual(entry?.uuid, ['parent-1'])
  assert.deepEqual(entry?.source_meta, { case: '42', note: 'a:b:c', tlp: 'amber', foo: { a: 1 }, size: 999 })
  assert.equal(document?.tlp, 'amber')
})

test('a worker without hashpayload gives no hashes of the root', async () => {
  const { scratch, scan } = await openForms({ hashpayload: false })
  await using _ = scratch
  const [entry] = (await scan('dict')).results
  assert.equal(entry?.sha1, undefined)
  assert.equal(entry?.size, 4)
})

test('a payload above the TLP of the worker leads to no document', async () => {
  const { scratch, worker } = await openForms({ max_tlp: 'amber' })
  await using _ = scratch
  assert.deepEqual(await worker.start(Buffer.from('dict'), { tlp: 'red' }), [])
  assert.deepEqual(await worker.start(Buffer.from('dict'), { tlp: 'purple' }), [])
  assert.equal((await worker.start(Buffer.from('dict'), { tlp: 'AMBER' })).length, 1)
})

test('an empty payload is scanned like any other', async () => {
  const { scratch, worker } = await openForms()
  await using _ = scratch
  const [document] = await worker.start(new Uint8Array(0), { filename: 'empty' })
  assert.equal(document?.results[0]?.size, 0)
  assert.equal(document?.results[0]?.filename, 'empty')
})

test('a worker without payload is called with null and has no size or hashes', async () => {
  const { scratch, worker } = await openForms()
  await using _ = scratch
  const [document] = await worker.start(null, { query: 'x' })
  assert.deepEqual(document?.results[0]?.scan, { size: null })
  assert.equal(document?.results[0]?.size, undefined)
})

test('documents are saved with their id, the sha1 of the root and the name of the worker', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const document: ResultDocument = await scan('dict')
  const memory = await memoryOf(scratch)
  assert.deepEqual(memory.documents, [document])
  const { id, results } = document
  assert.deepEqual(memory.kwargs, [{ id, sha1: results[0]?.sha1, index: 'forms', use_date: false }])
})
