import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { isInside } from '../ingest/read-file.ts'
import { openScratch } from '../testing/scratch.ts'
import { collectGrants, type GrantInput, includesGrants, mayRead } from './grants.ts'

function grantsOf({ settings }: Pick<GrantInput, 'settings'>, more: Partial<GrantInput> = {}) {
  return collectGrants({ settings, plugins: [], argv: [], named: [], ...more })
}

test('what a person named may be read, by its name and where it really is', async () => {
  await using scratch = openScratch()
  const folder = join(scratch.home, 'mails')
  mkdirSync(folder)
  symlinkSync(folder, join(scratch.home, 'link'))
  const grants = grantsOf(scratch.stoq, { named: [join(scratch.home, 'link')] })
  assert.ok(mayRead(join(scratch.home, 'link/one'), grants))
  assert.ok(mayRead(join(realpathSync(folder), 'one'), grants))
  assert.ok(!mayRead('/etc/passwd', grants))
  assert.ok(!mayRead(`${folder}-other/one`, grants))
})

test('a folder that holds stoq.cfg is not granted: its payloads are handed over as bytes', async () => {
  await using scratch = openScratch()
  const grants = grantsOf(scratch.stoq, { named: [scratch.home] })
  assert.ok(!mayRead(join(scratch.home, 'file'), grants))
  assert.ok(![...grants.code, ...grants.payloads].includes(scratch.home))
})

test('rules beside stoq.cfg and what they include are granted one by one', async () => {
  await using scratch = openScratch()
  for (const name of ['dispatcher.yar', 'more.yara', 'stoq.cfg']) writeFileSync(join(scratch.home, name), '')
  const settings = { ...scratch.stoq.settings, dispatch_rules: [join(scratch.home, 'dispatcher.yar')] }
  const { code } = grantsOf({ settings })
  assert.ok(code.includes(join(scratch.home, 'dispatcher.yar')))
  assert.ok(code.includes(join(scratch.home, 'more.yara')))
  assert.ok(!code.includes(join(scratch.home, 'stoq.cfg')))
})

test('of the plugins only those that scan are readable', async () => {
  await using scratch = openScratch()
  const { plugins } = scratch.stoq.discovery
  const { code } = grantsOf(scratch.stoq, { plugins })
  const pathOf = (name: string) => plugins.find(plugin => plugin.name === name)?.path ?? 'none'
  const isReadable = (path: string) => code.some(place => isInside(path, place))
  assert.ok(isReadable(pathOf('decompress')) && isReadable(pathOf('yara')))
  assert.ok(!isReadable(pathOf('stdout')) && !isReadable(pathOf('filedir')))
  const foreign = plugins.map(plugin => ({ ...plugin, root: '/own', path: `/own/${plugin.name}` }))
  const own = grantsOf(scratch.stoq, { plugins: foreign }).code
  assert.ok(own.includes('/own/decompress') && !own.includes('/own/stdout'))
})

test('grants that hold others may be more, but not less', async () => {
  await using scratch = openScratch()
  const { plugins } = scratch.stoq.discovery
  const [few, all] = [grantsOf(scratch.stoq), grantsOf(scratch.stoq, { plugins })]
  assert.ok(includesGrants(few, all) && includesGrants(all, few))
  const more = grantsOf(scratch.stoq, { named: ['/elsewhere'] })
  assert.ok(includesGrants(more, few) && !includesGrants(few, more))
})

test('files that the command line or an option of a plugin names are readable', async () => {
  await using scratch = openScratch()
  const rules = join(scratch.home, 'own.yar')
  writeFileSync(rules, '')
  assert.ok(grantsOf(scratch.stoq, { argv: ['stoq', 'yara', `--yararules=${rules}`] }).code.includes(rules))
  const plugins = scratch.stoq.discovery.plugins.filter(({ name }) => name === 'yara')
  const plugin_options = { worker: { yara: { yararules: 'own.yar' } } }
  const settings = { ...scratch.stoq.settings, plugin_options }
  assert.ok(grantsOf({ settings }, { plugins }).code.includes(rules))
})

test('a path that Node would take for a pattern is not granted', async () => {
  await using scratch = openScratch()
  const grants = grantsOf(scratch.stoq, { named: ['/tmp/*', '/tmp/all*'] })
  assert.ok(!mayRead('/tmp/anything', grants))
})

test('a folder that holds results, the log, the archive or credentials is not granted', async () => {
  await using scratch = openScratch()
  const base = join(scratch.home, 'data')
  const place = (name: string) => join(base, name)
  const { settings, discovery } = scratch.stoq
  const elsewhere = { ...settings, base_dir: '/none', source_base_tuple: [], dispatch_rules: [] }
  for (const name of ['log_dir', 'results_dir', 'archive_base', 'quarantine_dir'])
    assert.deepEqual(
      grantsOf({ settings: { ...elsewhere, [name]: place(name) } }, { named: [base, place('mails')] })
        .payloads,
      [place('mails')],
    )
  const connector = discovery.plugins.find(({ category }) => category === 'connector')
  assert.ok(connector)
  const plugins = [{ ...connector, root: base, path: place('connector/own') }]
  assert.deepEqual(grantsOf({ settings: elsewhere }, { named: [base], plugins }).payloads, [])
})

test('where stoQ writes to is not readable because it is named', async () => {
  await using scratch = openScratch()
  const out = join(scratch.home, 'out')
  mkdirSync(out)
  for (const argv of [['-O', out], ['--out', out], [`--out=${out}`], ['--metadata', '']])
    assert.ok(!grantsOf(scratch.stoq, { argv }).code.includes(out))
  assert.ok(!grantsOf(scratch.stoq, { argv: ['--metadata', ''] }).code.includes(resolve('')))
})

test('of what stoQ itself has open nothing is readable', async () => {
  await using scratch = openScratch()
  assert.ok(!grantsOf(scratch.stoq).code.some(path => path.includes(`/proc/${process.pid}`)))
})

test('rules in a home folder or that of temporary files do not open the folder', async () => {
  await using scratch = openScratch()
  const rules = join(tmpdir(), `stoq-${process.pid}.yar`)
  writeFileSync(rules, '')
  const { code } = grantsOf(scratch.stoq, { argv: ['-r', rules] })
  rmSync(rules)
  assert.ok(code.includes(rules) && !code.includes(tmpdir()))
})

test('of very many paths none is granted', async () => {
  await using scratch = openScratch()
  const named = Array.from({ length: 200 }, (_, index) => `/payloads/${index}`)
  assert.deepEqual(grantsOf(scratch.stoq, { named }).payloads, [])
})
