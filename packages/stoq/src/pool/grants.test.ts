import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openScratch } from '../testing/scratch.ts'
import { collectGrants, type GrantInput, mayRead } from './grants.ts'

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
  assert.ok(code.includes(pathOf('decompress')))
  assert.ok(!code.includes(pathOf('stdout')) && !code.includes(pathOf('filedir')))
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

test('of very many paths none is granted', async () => {
  await using scratch = openScratch()
  const named = Array.from({ length: 200 }, (_, index) => `/payloads/${index}`)
  assert.deepEqual(grantsOf(scratch.stoq, { named }).payloads, [])
})
