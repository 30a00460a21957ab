import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kwargs } from 'stoq'
import { readLimits } from '../../packages/stoq/src/ingest/options.ts'
import type { PluginRequest } from '../../packages/stoq/src/pipeline/environment.ts'
import { InProcessScanner } from '../../packages/stoq/src/pool/in-process.ts'
import { type FormsWorker, openForms } from './fixtures.ts'

const plan = { magic: false, archiving: false, keepsAll: true, ingestMetadata: {}, trace: null }

/** The document of a text of which one plugin is asked, the contents that were kept, and what the worker was called with. */
async function ask(text: string, only: PluginRequest | null | undefined, limits: object = {}) {
  const { scratch, worker } = await openForms()
  await using _ = scratch
  const scanner = await InProcessScanner.open(worker, {
    ...plan,
    limits: { ...readLimits(worker), ...limits },
  })
  const payload = Buffer.from(text, 'latin1')
  const task = { payload, kwargs: { filename: 'x' } as Kwargs, tlp: 'white' }
  const { documents, archive } = await scanner.scan({ ...task, ...(only !== undefined && { only }) })
  await scanner.close()
  const [document] = documents
  assert.ok(document)
  const kept = archive.map(({ payload_id, content }) => [payload_id, String(content)])
  return { document, kept, calls: (worker as FormsWorker).calls.map(call => call.text) }
}

const parts = (kwargs: Record<string, string> = {}): PluginRequest => ({
  category: 'extractor',
  name: 'parts',
  kwargs,
})

test('one extractor is asked; what it finds is kept, but neither scanned nor taken apart', async () => {
  const { document, kept, calls } = await ask('[a.txt:one][upper]', parts())
  assert.deepEqual(
    document.results.map(({ filename, dispatcher }) => [filename, dispatcher]),
    [
      ['x', undefined],
      ['a.txt', 'extractor:parts'],
      ['x', 'extractor:parts'],
    ],
  )
  assert.deepEqual(kept, [
    [1, 'one'],
    [2, 'upper'],
  ])
  assert.deepEqual(calls, [])
})

test('what was found before a fault stands, and the fault is told', async () => {
  const { document, kept } = await ask('[one][throw]', parts())
  assert.equal(kept.length, 1)
  assert.deepEqual(
    document.errors.map(({ plugin, message }) => [plugin, message]),
    [['extractor:parts', 'part is broken']],
  )
})

test('a plugin that hangs is cut by its time', async () => {
  const { document } = await ask('[hang]', parts(), { max_plugin_time: 0.05 })
  assert.deepEqual(document.truncated, [
    { limit: 'max_plugin_time', payload_id: 0, detail: 'extractor:parts was stopped' },
  ])
})

test('a worker is asked with the keywords, the one of the run as well as another', async () => {
  const kwargs = { filename: 'theirs', word: '1' }
  const length = await ask('four', { category: 'worker', name: 'length', kwargs })
  assert.deepEqual(length.document.results[0]?.scan, { length: 4, filename: 'x' })
  const forms = await ask('dict', { category: 'worker', name: 'forms', kwargs })
  assert.deepEqual(forms.document.results[0]?.scan, { size: 4 })
})

test('a plugin that is not there is a fault of the document', async () => {
  for (const category of ['worker', 'reader'] as const) {
    const { document } = await ask('x', { category, name: 'nosuch', kwargs: {} })
    assert.deepEqual(
      document.errors.map(({ code }) => code),
      ['STOQ_PLUGIN_UNKNOWN'],
    )
  }
})

test('nobody is asked where only the facts are wanted', async () => {
  const { document, calls } = await ask('[a]', null)
  assert.equal(document.results.length, 1)
  assert.equal(document.results[0]?.size, 3)
  assert.deepEqual(calls, [])
})

test('a scan that keeps all leaves every payload that it finds', async () => {
  const { document, kept, calls } = await ask('[[inner]]', undefined)
  assert.equal(document.results.length, 3)
  assert.deepEqual(kept, [
    [1, '[inner]'],
    [2, 'inner'],
  ])
  assert.equal(calls.length, 3)
})
