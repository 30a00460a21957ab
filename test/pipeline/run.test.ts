import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Message, MessageOutcome, StoqSourcePlugin } from 'stoq'
import { type FormsWorker, memoryOf, openForms } from './fixtures.ts'

type MessagesSource = StoqSourcePlugin & {
  messages: Message[]
  outcomes: MessageOutcome[]
  errors: { message: Message; key: string; err: boolean }[]
  failing: boolean
}

async function openRun(messages: Message[], options: Partial<FormsWorker> = {}) {
  const opened = await openForms({ source_plugin: 'messages', ...options })
  const source = (await opened.worker.loadSource('messages')) as MessagesSource
  source.messages = messages
  return { ...opened, source }
}

function payloads(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    payload: Buffer.from(`dict ${index}`),
    filename: `${index}`,
  }))
}

test('every message is accounted for: ingested is saved, refused and failed', async () => {
  const bad: Message[] = [
    { payload: Buffer.from('dict unsaveable'), unsaveable: 1 },
    { path: '/x', archive: 'nosuch' },
  ]
  const { scratch, worker, source } = await openRun(
    [...payloads(5), ...bad, { ...payloads(1)[0], tlp: 'red' }],
    { max_tlp: 'amber' },
  )
  await using _ = scratch
  const { totals } = await worker.run()
  assert.deepEqual(
    { ingested: totals.ingested, saved: totals.saved, refused: totals.refused, failed: totals.failed },
    { ingested: 8, saved: 5, refused: 1, failed: 2 },
  )
  assert.deepEqual(source.outcomes.map(outcome => outcome.state).sort(), [
    ...Array(2).fill('failed'),
    'refused',
    ...Array(5).fill('saved'),
  ])
})

test('a receipt is done when the documents are saved, not before', async () => {
  const { scratch, worker } = await openRun([])
  await using _ = scratch
  const source = worker.sources['messages'] as MessagesSource
  source.messages = payloads(1)
  await worker.run()
  assert.equal((await memoryOf(scratch)).documents.length, 1)
  assert.deepEqual(source.outcomes, [{ state: 'saved', documents: 1, acknowledge: true }])
})

test('a message that fails goes to the error queue with its reason', async () => {
  const { scratch, worker, source } = await openRun([{ path: '/x', archive: 'nosuch' }])
  await using _ = scratch
  await worker.run()
  assert.equal(source.errors.length, 1)
  assert.equal(source.errors[0]?.key, 'forms')
  assert.equal(source.errors[0]?.err, true)
  assert.match(source.errors[0]?.message.err ?? '', /no connector plugin is named 'nosuch'/)
})

test('a message that the error queue does not take must not be forgotten by its source', async () => {
  const { scratch, worker, source } = await openRun([{ path: '/x', archive: 'nosuch' }])
  await using _ = scratch
  const released: string[] = []
  Object.assign(source, {
    publish: () => Promise.reject(new Error('broker is gone')),
    publishRelease: () => released.push('released'),
  })
  const { totals } = await worker.run()
  await new Promise(setImmediate)
  assert.deepEqual(
    source.outcomes.map(({ state, acknowledge }) => [state, acknowledge]),
    [['failed', false]],
  )
  assert.deepEqual([totals.faults, released], [1, ['released']])
})

test('whatever a message holds, its receipt settles and the others are scanned', async () => {
  const odd = [
    { filename: { toString: 1, valueOf: 1 }, archive: 'x' },
    null,
    { archive: 'constructor', path: 'x' },
    { uuid: [{ toString: 1 }], payload: Buffer.from('dict') },
    [],
  ] as unknown as Message[]
  const { scratch, worker, source } = await openRun([...odd, ...payloads(2)])
  await using _ = scratch
  const { totals } = await worker.run()
  await new Promise(setImmediate)
  assert.deepEqual([totals.failed, totals.saved], [5, 2])
  assert.equal(source.outcomes.length, 7)
})

test('a message that is put after the end is told as stopped', async () => {
  const { scratch, worker } = await openRun(payloads(1))
  await using _ = scratch
  await worker.run()
  const { done } = await worker.multiprocessPut({ payload: Buffer.from('dict') })
  assert.equal((await done).state, 'stopped')
})

test('a stop while messages wait for the rate limit hands them back', async () => {
  const { scratch, worker, source } = await openRun(payloads(6), { ratelimit: '1/60', max_processes: 3 })
  await using _ = scratch
  const run = await worker.openRun()
  run.onProgress = () => scratch.stoq.stopping.abort()
  await worker.run()
  assert.deepEqual([run.totals.saved, run.totals.failed, source.errors.length], [1, 0, 0])
})

test('a source that breaks off is told; what it put before is scanned', async () => {
  const { scratch, worker, source } = await openRun(payloads(3))
  await using _ = scratch
  source.failing = true
  const { totals } = await worker.run()
  assert.equal(totals.saved, 3)
  assert.equal(totals.faults, 1)
  assert.ok(scratch.log.some(line => line.includes('the queue is gone')))
})

test('a payload is fetched through the connector that the message names', async () => {
  const { scratch, worker } = await openRun([{ path: '/some/file', archive: 'memory' }])
  await using _ = scratch
  await worker.run()
  const [document] = (await memoryOf(scratch)).documents
  assert.equal(document?.results[0]?.archive, 'memory')
  assert.equal(document?.results[0]?.path, '/some/file')
  assert.equal(document?.results[0]?.filename, 'file')
})

test('a payload that the connector does not have is a failure, not an empty document', async () => {
  const { scratch, worker } = await openRun([{ sha1: 'ff', archive: 'memory' }])
  await using _ = scratch
  assert.equal((await worker.run()).totals.failed, 1)
  assert.equal((await memoryOf(scratch)).documents.length, 0)
})

test('a message whose payload is not bytes is refused with a reason', async () => {
  const { scratch, worker } = await openRun([{ payload: 'text' as unknown as Uint8Array }])
  await using _ = scratch
  assert.equal((await worker.run()).totals.failed, 1)
  assert.ok(scratch.log.some(line => line.includes('payload must be bytes')))
})

test('a decorator rewrites the document; its faults leave the document as it was', async () => {
  const { scratch, worker } = await openRun(payloads(1), { decorator_plugin: 'stamp' })
  await using _ = scratch
  await worker.run()
  const memory = await memoryOf(scratch)
  assert.equal(memory.documents[0]?.['stamp'], 1)
  for (const mode of ['throw', 'null']) {
    Object.assign(worker.decorators['stamp'] ?? {}, { mode })
    await worker.start(Buffer.from('dict'), {})
    const last = memory.documents.at(-1)
    assert.equal(last?.results.length, 1)
    assert.equal(last?.errors[0]?.plugin, 'decorator:stamp')
  }
})

test('a decorator may make something else of the document: that is what is saved', async () => {
  for (const combined_results of [true, false]) {
    const { scratch, worker } = await openRun([], { decorator_plugin: 'stamp', combined_results })
    await using _ = scratch
    await worker.start(Buffer.from('dict'), {})
    Object.assign(worker.decorators['stamp'] ?? {}, { mode: 'replace' })
    await worker.start(Buffer.from('dict'), {})
    assert.deepEqual((await memoryOf(scratch)).documents.at(-1), { replaced: true })
  }
})

test('a decorator may leave out what stoQ would add to, and no document is lost', async () => {
  for (const results of [[], 'none']) {
    const { scratch, worker } = await openRun([], {
      decorator_plugin: 'stamp',
      combined_results: false,
      template: 'failing.tpl',
    })
    await using _ = scratch
    const stamp = await worker.loadDecorator('stamp')
    stamp.decorate = () => ({ results, errors: 5 }) as never
    await worker.start(Buffer.from('dict'), {})
    assert.deepEqual((await memoryOf(scratch)).documents.at(-1), { results, errors: 5 })
  }
})

test('a template that has nothing to say saves nothing', async () => {
  const { scratch, worker } = await openRun(payloads(1), { template: 'empty.tpl' })
  await using _ = scratch
  assert.equal((await worker.run()).totals.failed, 0)
  assert.equal((await memoryOf(scratch)).documents.length, 0)
})

test('--split saves one document for each entry, and each keeps what stands above the entries', async () => {
  const message = { payload: Buffer.from('[a.txt:x][throw]'), tlp: 'amber' }
  const { scratch, worker } = await openRun([message], { combined_results: false, decorator_plugin: 'stamp' })
  await using _ = scratch
  await worker.run()
  const { documents, kwargs } = await memoryOf(scratch)
  assert.deepEqual(
    documents.map(({ tlp, payloads, results, stamp }) => [tlp, payloads, results.length, stamp]),
    [
      ['amber', 2, 1, 2],
      ['amber', 2, 1, 2],
    ],
  )
  assert.deepEqual(
    documents.map(({ errors }) => errors.length),
    [1, 0],
  )
  assert.notEqual(kwargs[0]?.['sha1'], kwargs[1]?.['sha1'])
})

test('--flatten saves a document without nesting, with the delimiter', async () => {
  const { scratch, worker } = await openRun(payloads(1), { flatten_results: true, flatten_delimiter: '__' })
  await using _ = scratch
  await worker.run()
  const [flat] = (await memoryOf(scratch)).documents
  assert.equal(flat?.['results__0__filename'], '0')
})

test('--findings saves only documents that say something, the totals count the rest', async () => {
  const messages = [...payloads(1), { payload: Buffer.from('null') }, { payload: Buffer.from('emptydict') }]
  const { scratch, worker } = await openRun(messages, { findings_only: true })
  await using _ = scratch
  const { totals } = await worker.run()
  assert.equal((await memoryOf(scratch)).documents.length, 1)
  assert.deepEqual([totals.saved, totals.documents, totals.findings], [3, 1, 1])
})

test('a template that is missing is told once and leaves the documents', async () => {
  const { scratch, worker } = await openRun(payloads(2), { template: 'nosuch.tpl' })
  await using _ = scratch
  const { totals } = await worker.run()
  assert.equal((await memoryOf(scratch)).documents.length, 2)
  assert.equal(totals.faults, 1)
  assert.equal(scratch.log.filter(line => line.includes('nosuch.tpl')).length, 1)
})

test('a template that fails leaves the document, with the error in it', async () => {
  const { scratch, worker } = await openRun(payloads(1), { template: 'failing.tpl' })
  await using _ = scratch
  const { totals } = await worker.run()
  const [document] = (await memoryOf(scratch)).documents
  assert.equal(document?.errors[0]?.code, 'STOQ_TEMPLATE')
  assert.equal(totals.errors, 1)
})

test('a template turns documents into text, with the document beside it if that is asked', async () => {
  const { scratch, worker } = await openRun(payloads(1), { template: 'short.tpl', template_and_json: true })
  await using _ = scratch
  await worker.run()
  const [text, document] = (await memoryOf(scratch)).documents as unknown[]
  assert.equal(text, 'forms said {"size":6}')
  assert.equal((document as { payloads: number }).payloads, 1)
})

test('--cron runs again until stoQ stops', async () => {
  const { scratch, worker, source } = await openRun(payloads(1), { cron: 0.01 })
  await using _ = scratch
  const run = await worker.openRun()
  run.onProgress = () => {
    if (run.totals.ingested === 3) scratch.stoq.stopping.abort()
  }
  await worker.run()
  assert.equal(run.totals.saved, 3)
  assert.equal(source.outcomes.length >= 2, true)
})

test('after the stop nothing new is scanned, and what waited is told as stopped', async () => {
  const { scratch, worker, source } = await openRun(payloads(50), { max_processes: 1 })
  await using _ = scratch
  const run = await worker.openRun()
  run.onProgress = () => {
    if (run.totals.ingested === 5) scratch.stoq.stopping.abort()
  }
  await worker.run()
  assert.equal(run.totals.saved, 5)
  assert.equal(source.errors.length, 0)
  await new Promise(setImmediate)
  assert.ok(source.outcomes.length > 5)
  assert.equal(source.outcomes.filter(({ state }) => state === 'stopped').length, source.outcomes.length - 5)
})

test('a rate limit counts all payloads of a run, whatever the number scanned at once', async () => {
  const { scratch, worker } = await openRun(payloads(3), { ratelimit: '100/1', max_processes: 3 })
  await using _ = scratch
  const start = performance.now()
  await worker.run()
  assert.ok(performance.now() - start >= 18)
})

test('the -O of a file that is there appends to that file', async () => {
  const { scratch, worker } = await openRun(payloads(1), {})
  await using _ = scratch
  const file = join(scratch.home, 'all.jsonl')
  writeFileSync(file, '')
  worker.outfile = file
  await worker.run()
  const [kwargs] = (await memoryOf(scratch)).kwargs
  assert.deepEqual(
    { path: kwargs?.['path'], filename: kwargs?.['filename'], append: kwargs?.['append'] },
    {
      path: scratch.home,
      filename: 'all.jsonl',
      append: true,
    },
  )
})

for (const [option, value] of [
  ['ratelimit', '5'],
  ['ingest_metadata', ['nocolon']],
  ['output_connector', 'nosuch'],
  ['archive_connector', 'nosuch'],
  ['decorator_plugin', 'nosuch'],
  ['source_plugin', 'nosuch'],
  ['max_children', 'many'],
  ['max_processes', -1],
  ['max_processes', 0.5],
] as const) {
  test(`a wrong ${option} stops the run before it begins`, async () => {
    const { scratch, worker } = await openRun(payloads(1), { [option]: value })
    await using _ = scratch
    await assert.rejects(worker.run(), { name: 'StoqError' })
    assert.equal((await worker.openRun()).totals.ingested, 0)
  })
}
