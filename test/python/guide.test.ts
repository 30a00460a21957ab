import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResultDocument } from 'stoq'
import { blocksOf } from '../docs/markdown.ts'
import { payloadFolder, run } from '../pool/hostile.ts'
import { contextOf, guidePlugins, openPython, pythonHome, pythonTest } from './python.ts'

/** Reads what an extractor, carver or decoder gives. */
async function itemsOf(given: unknown): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of given as AsyncIterable<unknown>) items.push(item)
  return items
}

const payload = Buffer.from('some payload')
const expected = [[{ size: payload.length, type: 'test' }, payload]]

pythonTest('all eight kinds are discovered, by what they import from stoq.plugins', async () => {
  await using scratch = openPython({}, guidePlugins)
  const { plugins, faults } = scratch.stoq.discovery
  assert.deepEqual(faults, [])
  assert.deepEqual(plugins.map(({ category }) => category).sort(), readdirSync(guidePlugins).sort())
})

pythonTest('the worker reads its own flag and returns its keywords', async () => {
  await using scratch = openPython(
    { argv: ['stoq', 'basicworker', '-r', 'my.yar', '--tlp', 'amber'] },
    guidePlugins,
  )
  const worker = await scratch.stoq.loadPlugin('basicworker', 'worker')
  assert.partialDeepStrictEqual(worker, { rulepath: 'my.yar', default_tlp: 'amber', is_activated: true })
  const result = await worker.scan(payload, { filename: 'a' }, contextOf(scratch.stoq))
  assert.deepEqual(result, { filename: 'a', err: 'Need more to do!' })
})

pythonTest('the connector saves, and has no file', async () => {
  await using scratch = openPython({}, guidePlugins)
  const connector = await scratch.stoq.loadPlugin('basicconnector', 'connector')
  assert.equal(await connector.save({ a: 1 }, { index: 'x' }), null)
  assert.equal(await connector.getFile?.({ sha1: 'x' }), null)
  await connector.connect()
  await connector.disconnect()
})

pythonTest('the reader gives the payload back', async () => {
  await using scratch = openPython({}, guidePlugins)
  const reader = await scratch.stoq.loadPlugin('basicreader', 'reader')
  assert.deepEqual(await reader.read(payload), payload)
})

pythonTest('the source puts the path that it names', async () => {
  await using scratch = openPython({ bundled_plugins: true, default_connector: 'stdout' }, guidePlugins)
  const worker = await scratch.stoq.loadPlugin('basicworker', 'worker')
  worker.source_plugin = 'filesource'
  const { totals } = await worker.run()
  assert.partialDeepStrictEqual(totals, { ingested: 1, failed: 1 })
  assert.match(scratch.log.join('\n'), /bad\.exe/)
})

for (const [kind, method] of [
  ['extractor', 'extract'],
  ['carver', 'carve'],
  ['decoder', 'decode'],
] as const) {
  pythonTest(`the ${kind} gives its one payload`, async () => {
    await using scratch = openPython({}, guidePlugins)
    const plugin = await scratch.stoq.loadPlugin(`example${kind}`, kind)
    const call: unknown = Reflect.get(plugin, method)
    assert.ok(typeof call === 'function')
    const given = await Reflect.apply(call, plugin, [payload, { filename: 'a' }, contextOf(scratch.stoq)])
    assert.deepEqual(await itemsOf(given), expected)
  })
}

pythonTest('the decorator rewrites what it looks for', async () => {
  await using scratch = openPython({}, guidePlugins)
  const decorator = await scratch.stoq.loadPlugin('exampledecorator', 'decorator')
  const given = { scan: ['APT'] } as unknown as ResultDocument
  assert.deepEqual(await decorator.decorate(given), { apt_malware: true })
})

pythonTest('the example of docs/guide/python-plugins.md does what is said there', async () => {
  const page = 'docs/guide/python-plugins.md'
  const home = pythonHome('', 'plugins')
  const folder = join(home, 'plugins/worker/sizes')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sizes.stoq'), blocksOf(page, 'ini')[0]?.code ?? '')
  writeFileSync(join(folder, 'sizes.py'), blocksOf(page, 'python')[0]?.code ?? '')
  const { documents, stderr } = await run(home, [
    'sizes',
    '-F',
    payloadFolder(home, { a: 'abc' }),
    '-C',
    'stdout',
  ])
  assert.deepEqual(documents.get('a')?.results[0]?.scan, { size: 3, unit: 'bytes' }, stderr)
})
