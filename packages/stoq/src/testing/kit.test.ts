import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { answerOf, openPlugin, openScratch, runPlugin, scanMessage } from './index.ts'

/** A folder with one plugin; `body` is that of its class. */
function plugin(home: string, kind: string, body: string, options = ''): string {
  const folder = join(home, kind)
  mkdirSync(folder, { recursive: true })
  const base = `Stoq${kind[0]?.toUpperCase()}${kind.slice(1)}Plugin`
  writeFileSync(join(folder, 'mine.stoq'), `[Core]\nName = mine\nModule = mine\n[options]\n${options}`)
  writeFileSync(
    join(folder, 'mine.js'),
    `import { StoqError, ${base} } from 'stoq'\nexport class Mine extends ${base} {\n${body}\n}\n`,
  )
  return folder
}

test('a plugin that comes with stoQ is run by its kind and name', async () => {
  const { found, fault } = await runPlugin('decoder:xor', 'hello', { kwargs: { key: '1' } })
  assert.deepEqual([String(found[0]?.content), fault], ['idmmn', null])
})

test('a decoder is run from its folder, with options of its .stoq file and stronger ones', async () => {
  await using scratch = openScratch()
  const body = "mark = ''\ndecode(payload, { by }) { return [[{ mark: this.mark, by }, payload]] }"
  const folder = plugin(scratch.home, 'decoder', body, 'mark = file')
  const ask = async (options: object) => (await runPlugin(folder, 'x', options)).found[0]?.meta
  assert.deepEqual(await ask({}), { mark: 'file', by: undefined })
  assert.deepEqual(await ask({ options: { mark: 'test' }, kwargs: { by: 'me' } }), { mark: 'test', by: 'me' })
})

test('what came before a fault stands, and the budget cuts', async () => {
  await using scratch = openScratch()
  const body = `*extract() { yield [{}, Buffer.from('one')]; yield [{}, Buffer.from('two')]
    throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, 'broken']) }`
  const folder = plugin(scratch.home, 'extractor', body)
  const whole = await runPlugin(folder, 'x')
  assert.equal(whole.fault?.message, 'extractor:mine failed: broken')
  assert.deepEqual(
    whole.found.map(({ content }) => String(content)),
    ['one', 'two'],
  )
  const cut = await runPlugin(folder, 'x', { limits: { max_children: 1 } })
  assert.deepEqual([cut.found.length, cut.fault, cut.truncated[0]?.limit], [1, null, 'max_children'])
  assert.equal(answerOf(whole).fault, 'extractor:mine failed: broken')
})

test('a mistake in a plugin, which is no StoqError, is thrown', async () => {
  await using scratch = openScratch()
  const folder = plugin(scratch.home, 'carver', 'carve(payload) { return payload.nothing.at(0) }')
  await assert.rejects(runPlugin(folder, 'x'), TypeError)
})

test('a worker is run on bytes, a golden sample, a message, and on nothing', async () => {
  await using scratch = openScratch()
  const body =
    'scan(payload, { filename, campaign }) { return payload && { size: payload.length, filename, campaign } }'
  const folder = plugin(scratch.home, 'worker', body)
  const file = join(scratch.home, 'sample.txt')
  writeFileSync(file, 'text')
  writeFileSync(`${file}.kwargs.json`, '{"campaign":"file"}')
  const ask = async (input: Uint8Array | URL | object | null) => (await runPlugin(folder, input)).results
  assert.deepEqual(await ask(Uint8Array.of(1, 2)), [{ size: 2, filename: undefined, campaign: undefined }])
  assert.deepEqual(await ask(pathToFileURL(file)), [{ size: 4, filename: 'sample.txt', campaign: 'file' }])
  assert.deepEqual(await ask({ payload: 'abc', campaign: 'here' }), [
    { size: 3, filename: undefined, campaign: 'here' },
  ])
  assert.deepEqual(await ask(null), [])
})

test('a message is scanned as stoQ does: by a worker, and taken apart by rules', async () => {
  await using scratch = openScratch()
  const worker = plugin(scratch.home, 'worker', 'scan(payload) { return { size: payload.length } }')
  const [document] = await scanMessage(worker, { payload: Buffer.from('abc'), filename: 'a', campaign: 'x' })
  assert.deepEqual(document?.results[0]?.scan, { size: 3 })
  const decoder = plugin(scratch.home, 'decoder', 'decode() { return [[{}, Buffer.from("inside")]] }')
  const rules = 'rule r { meta: plugin = "decoder:mine" strings: $a = "outside" condition: $a }'
  const file = join(scratch.home, 'outside.txt')
  writeFileSync(file, 'outside')
  const [taken] = await scanMessage(decoder, { path: file }, { rules })
  assert.deepEqual([taken?.payloads, taken?.results[1]?.size], [2, 6])
})

test('a source is told to stop after so many messages', async () => {
  await using scratch = openScratch()
  const body = `async ingest(signal) {
    for (let n = 0; !signal.aborted; n++) await this.stoq.worker.multiprocessPut({ path: this.stoq.worker.path, n }) }`
  const { messages } = await runPlugin(plugin(scratch.home, 'source', body), '/a', { stopAfter: 2 })
  assert.deepEqual(messages, [
    { path: '/a', n: 0 },
    { path: '/a', n: 1 },
  ])
})

test('a connector saves in the scratch home, more than once when it stays open', async () => {
  await using opened = await openPlugin('connector:file')
  const first = await opened.run({ a: 1 })
  const second = await opened.run({ a: 2 }, { filename: 'two.json' })
  assert.deepEqual(JSON.parse(readFileSync(String(first.results[0]), 'utf8')), { a: 1 })
  assert.ok(String(second.results[0]).startsWith(opened.scratch.home))
})

test('a folder without a plugin, or with several, is a fault that says so', async () => {
  await using scratch = openScratch()
  await assert.rejects(runPlugin(scratch.home, 'x'), /there is no .stoq file/)
  const folder = plugin(scratch.home, 'reader', 'read() { return "mine" }')
  writeFileSync(join(folder, 'other.stoq'), '[Core]\nName = other\nModule = mine\n')
  await assert.rejects(runPlugin(folder, 'x'), /several plugins, say which name: mine, other/)
  assert.deepEqual((await runPlugin(folder, 'x', { name: 'other' })).results, ['mine'])
})
