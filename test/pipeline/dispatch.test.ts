import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Kwargs, ResultDocument } from 'stoq'
import { memoryOf, openForms } from './fixtures.ts'

/** One short word for each entry: id<parent filename. */
function shape(document: ResultDocument): string[] {
  return document.results.map(
    ({ payload_id, parent_id, filename }) => `${payload_id}<${parent_id} ${filename}`,
  )
}

test('children are found breadth first, every sibling, with their own names', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const document = await scan('[a.txt:[a1.txt:x][a2.txt:y]][b.txt:z]', { filename: 'root' })
  assert.deepEqual(shape(document), ['0<null root', '1<0 a.txt', '2<0 b.txt', '3<1 a1.txt', '4<1 a2.txt'])
  assert.equal(document.payloads, 5)
  assert.deepEqual(document.plugins, {
    '0': 'forms',
    ...Object.fromEntries([1, 2, 3, 4].map(id => [id, 'extractor:parts'])),
  })
})

test('a child has hashes, real size, lineage, the meta of its rule and the metadata of its plugin', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { results } = await scan('[a.txt:hello]', { filename: 'root', ticket: 7 })
  const [root, child] = results
  assert.equal(child?.sha1, 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')
  assert.equal(child?.size, 5)
  assert.deepEqual(child?.uuid.slice(0, 1), root?.uuid)
  assert.equal(child?.uuid.length, 2)
  assert.equal(child?.save, 'True')
  assert.equal(child?.dispatcher, 'extractor:parts')
  assert.deepEqual(child?.source_meta, { note: 'named' })
  assert.equal(child?.ticket, undefined)
})

test("a plugin's own idea of the size goes to source_meta", async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { results } = await scan('upper me', { filename: 'root' })
  assert.equal(results[1]?.size, 8)
  assert.deepEqual(results[1]?.source_meta, { size: 99 })
  assert.equal(results[1]?.filename, 'root')
})

test('payloads are dispatched down to max_recursion, and what was left is told', async () => {
  const { scratch, scan } = await openForms({ max_recursion: 1 })
  await using _ = scratch
  const document = await scan('[[[[deep]]]]')
  assert.equal(document.payloads, 3)
  assert.deepEqual(document.truncated, [
    { limit: 'max_recursion', payload_id: 2, detail: 'not taken apart at depth 2' },
  ])
})

test('max_recursion 0 takes the root apart and nothing else', async () => {
  const { scratch, scan } = await openForms({ max_recursion: 0 })
  await using _ = scratch
  assert.equal((await scan('[[[deep]]]')).payloads, 2)
})

test('the same content from one plugin and one parent is reported once', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  assert.equal((await scan('[a.txt:same][b.txt:same]')).payloads, 2)
})

test('the same content from two parents is reported twice and scanned once', async () => {
  const { scratch, scan, worker } = await openForms()
  await using _ = scratch
  const { results } = await scan('[a.txt:[x.txt:dict]][b.txt:[y.txt:dict]1]')
  assert.equal(worker.calls.filter(({ text }) => text === 'dict').length, 1)
  const twin = results.find(entry => entry.filename === 'y.txt')
  assert.equal(twin?.duplicate_of, results.find(entry => entry.filename === 'x.txt')?.payload_id)
  assert.deepEqual(twin?.scan, { size: 4 })
})

test('a payload that holds itself is not taken apart again', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const document = await scan('UPPER', { filename: 'x' })
  assert.equal(document.payloads, 1)
})

test('two rules that ask for the same call lead to one call', async () => {
  const { scratch, scan, worker } = await openForms()
  await using _ = scratch
  await scan('[a]')
  const parts = worker.extractors['parts'] as unknown as { calls: Kwargs[] }
  assert.equal(parts.calls.length, 1)
})

test('a message cannot re-route or change the keywords of a rule', async () => {
  const { scratch, scan, worker } = await openForms()
  await using _ = scratch
  const document = await scan('upper me', {
    plugin: 'extractor:parts',
    save: 'True',
    key: '1',
    password: 'x',
  })
  assert.equal(document.results[1]?.dispatcher, 'decoder:upper')
  assert.equal(document.results[1]?.save, false)
  const [kwargs] = (worker.decoders['upper'] as unknown as { calls: Kwargs[] }).calls
  assert.equal(kwargs?.['key'], '65')
  assert.equal(kwargs?.['plugin'], 'decoder:upper')
  assert.equal(kwargs?.['password'], 'x')
})

test('a message key that no rule uses does not become a rule', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  assert.equal((await scan('nothing to do', { plugin: 'extractor:parts', save: 'True' })).payloads, 1)
})

test('a rule may ask another worker; its result stands beside the scan', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { results, errors } = await scan('length of this', { filename: 'x' })
  assert.deepEqual(results[0]?.workers, { length: { length: 14, filename: 'x' } })
  assert.deepEqual(errors, [])
  assert.equal(scratch.log.filter(line => line.includes('nonsense')).length, 1)
})

test('a plugin that is not installed is skipped, and told once in the log', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  assert.deepEqual((await scan('absent')).errors, [])
  await scan('absent again')
  assert.equal(scratch.log.filter(line => line.includes('carver:nosuch, which is not installed')).length, 1)
})

test('a plugin that breaks off keeps what it gave before', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { payloads, errors } = await scan('[a.txt:one][throw][b.txt:two]')
  assert.equal(payloads, 2)
  assert.deepEqual(errors[0], {
    plugin: 'extractor:parts',
    code: 'STOQ_PLUGIN_FAILED',
    message: 'part is broken',
    payload_id: 0,
  })
})

test('an item that is no payload is a fault of its own', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { payloads, errors } = await scan('[garbage][b.txt:two]')
  assert.equal(payloads, 2)
  assert.equal(errors[0]?.code, 'STOQ_PLUGIN_RESULT')
})

test('children are scanned with their own keywords', async () => {
  const { scratch, scan, worker } = await openForms()
  await using _ = scratch
  const { results } = await scan('[a.txt:dict]', { filename: 'root', ticket: 7, path: '/in/root' })
  const kwargs = worker.calls[1]?.kwargs
  assert.equal(kwargs?.filename, 'a.txt')
  assert.equal(kwargs?.['ticket'], 7)
  assert.equal(kwargs?.path, undefined)
  assert.deepEqual(kwargs?.uuid, results[1]?.uuid)
})

test('--metadata is on every entry', async () => {
  const { scratch, scan } = await openForms({ ingest_metadata: ['case:42'] })
  await using _ = scratch
  const { results } = await scan('[a.txt:x]')
  assert.deepEqual(
    results.map(entry => entry.source_meta['case']),
    ['42', '42'],
  )
})

test('dispatching does not depend on what the worker said of the root', async () => {
  const { scratch, worker } = await openForms()
  await using _ = scratch
  const [document] = await worker.start(Buffer.from('[null a][throw]'), {})
  assert.equal(document?.payloads, 2)
})

test('the number of children and the bytes are limited, and the cut is told', async () => {
  const { scratch, scan } = await openForms({ max_children: 2 })
  await using _ = scratch
  const many = await scan('[a][b][c][d]')
  assert.equal(many.payloads, 3)
  assert.equal(many.truncated[0]?.limit, 'max_children')
  const small = await openForms({ max_bytes: 3 })
  await using __ = small.scratch
  const cut = await small.scan('[aaa][b]')
  assert.equal(cut.payloads, 2)
  assert.equal(cut.truncated[0]?.limit, 'max_bytes')
})

test('children whose rule says save are archived, and their entries tell where', async () => {
  const { scratch, scan } = await openForms({ archive_connector: 'memory' })
  await using _ = scratch
  const { results } = await scan('[a.txt:hello]', { filename: 'x' })
  const memory = await memoryOf(scratch)
  assert.equal(results[1]?.conn_id, `archived ${results[1]?.sha1}`)
  assert.equal(results[0]?.['content-type'], 'text/plain')
  assert.deepEqual([...memory.archived.keys()].sort(), results.map(entry => entry.sha1).sort())
})

test('an extractor that never answers is given up after its time', async () => {
  const { scratch, scan } = await openForms({ max_plugin_time: 0.05 })
  await using _ = scratch
  const { truncated, errors } = await scan('[hang]')
  assert.deepEqual(errors, [])
  assert.deepEqual(truncated, [
    { limit: 'max_plugin_time', payload_id: 0, detail: 'extractor:parts was stopped' },
  ])
})

test('a cut that a plugin tells belongs to the payload that it takes apart', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { truncated } = await scan('[a.txt:x][cut]')
  assert.deepEqual(
    truncated.map(({ payload_id }) => payload_id),
    [0],
  )
})

test('a very long time limit is no limit, not none at all', async () => {
  const { scratch, scan } = await openForms({ max_plugin_time: 9_999_999, max_time: 99_999_999 })
  await using _ = scratch
  const { truncated, results } = await scan('async')
  assert.deepEqual([truncated, results[0]?.scan], [[], { n: 1 }])
})

test('a worker that a rule names is held to its own TLP limit', async () => {
  const settings = { plugin_options: { worker: { length: { max_tlp: 'amber' } } } }
  const { scratch, worker } = await openForms({}, settings)
  await using _ = scratch
  const [red] = await worker.start(Buffer.from('length of this'), { tlp: 'red' })
  assert.equal(red?.results[0]?.workers, undefined)
  const [green] = await worker.start(Buffer.from('length of this'), { tlp: 'green' })
  assert.ok(green?.results[0]?.workers)
})

test('a worker that a rule names sees payloads at any depth', async () => {
  const { scratch, scan } = await openForms({ max_recursion: 0 })
  await using _ = scratch
  const { results, truncated } = await scan('[a.txt:length]')
  assert.deepEqual(results[1]?.workers, { length: { length: 6, filename: 'a.txt' } })
  assert.deepEqual(truncated, [])
})

test('a duplicate repeats the workers of its twin, whichever was met first', async () => {
  const { scratch, scan } = await openForms()
  await using _ = scratch
  const { results } = await scan('[a.txt:[x.txt:length]][b.txt:[y.txt:length]1]')
  const [x, y] = ['x.txt', 'y.txt'].map(name => results.find(entry => entry.filename === name))
  assert.ok(x?.workers)
  assert.deepEqual(y?.workers, x.workers)
})

test('what an extractor says of a child does not become keywords of the worker', async () => {
  const { scratch, scan, worker } = await openForms()
  await using _ = scratch
  await scan('[a.txt:dict]')
  assert.equal(worker.calls[1]?.kwargs['note'], undefined)
  assert.deepEqual(worker.calls[1]?.kwargs['source_meta'], { note: 'named' })
})

test('many small parts leave timers their turn', async () => {
  const { scratch, scan } = await openForms({ max_children: 100_000 })
  await using _ = scratch
  let turns = 0
  const timer = setInterval(() => turns++, 5)
  await scan(Array.from({ length: 3000 }, (_, index) => `[part ${index}]`).join(''))
  clearInterval(timer)
  assert.ok(turns > 3, `${turns} turns`)
})

/** Nested brackets, at most three levels below the root. */
const leaf = fc.stringMatching(/^[a-z]{1,6}$/)
const tree = fc.letrec<{ node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }).map(parts => parts.map(part => `[${part}]`).join('')),
  ),
})).node

test('whatever the tree: every entry comes after its parent, its lineage is that of its parent and its own id', async () => {
  const { scratch, scan } = await openForms({ max_recursion: 5 })
  await using _ = scratch
  await fc.assert(
    fc.asyncProperty(tree, async text => {
      const { results, payloads } = await scan(text)
      assert.equal(payloads, results.length)
      for (const entry of results.slice(1)) {
        const parent = results[entry.parent_id ?? -1]
        assert.ok(parent && parent.payload_id < entry.payload_id)
        assert.deepEqual(entry.uuid.slice(0, -1), parent.uuid)
      }
      assert.equal(new Set(results.map(entry => entry.uuid.join())).size, results.length)
      assert.deepEqual(
        results.map(entry => entry.payload_id),
        results.map((_, index) => index),
      )
      const depths = results.map(entry => entry.uuid.length)
      assert.deepEqual(
        depths,
        [...depths].sort((a, b) => a - b),
      )
    }),
    { numRuns: 200 },
  )
})
