import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder, stoq } from '../e2e/stoq.ts'
import { decoder, writeFiles } from './packages.ts'

const home = scratchFolder()
const about = 'Author = me\nDescription = Gives its own version\n'

/** A plugin that passes, in the plugin folder. */
function plugin(name: string, more: Record<string, string> = {}): string {
  const files = decoder(name)
  const manifest = { [`${name}.stoq`]: `${files[`${name}.stoq`]}${about}` }
  return writeFiles(join(home, 'plugins/decoder', name), { ...files, ...manifest, ...more })
}

const run = (...words: string[]) => stoq(['test', ...words], { home })

test('a plugin without tests of its own is held to what every plugin must stand', async () => {
  plugin('bare')
  const { status, stdout } = await run('bare')
  assert.equal(status, 0, stdout)
  assert.match(stdout, /^decoder:bare\n {2}- no tests of its own\n/)
  assert.match(stdout, /✔ stands noise.*\n[\s\S]* 8 passed, 0 failed\nall well: decoder:bare\n$/)
})

test('a version of two numbers is one, as plugins of the first stoQ have it', async () => {
  const folder = plugin('old')
  const file = join(folder, 'old.stoq')
  const manifest = readFileSync(file, 'utf8')
  for (const [version, status] of [
    ['0.1', 0],
    ['one', 1],
  ] as const) {
    writeFileSync(file, manifest.replace(/^Version = .*/m, `Version = ${version}`))
    assert.equal((await run('old')).status, status)
  }
})

test('a plugin may load another one of its user', async () => {
  const { 'loads.js': code = '' } = decoder('loads')
  const activate =
    "async activate(stoq) { await super.activate(stoq); await stoq.loadPlugin('bare', 'decoder'); return true }"
  plugin('loads', { 'loads.js': String(code).replace(/(extends \w+ \{)/, `$1 ${activate}\n`) })
  const { status, stdout } = await run('loads')
  assert.equal(status, 0, stdout)
})

test('a test that fails, or cannot be read, is told with what went wrong and where', async () => {
  const failing = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n"
  plugin('fails', {
    'a.test.js': `${failing}test('the sum', () => assert.equal(1 + 1, 3, 'it is \\x1b[31m two'))`,
  })
  const { status, stdout } = await run('fails')
  assert.equal(status, 1)
  assert.match(stdout, / {2}✖ the sum\n {6}it is \\x1b\[31m two\n[\s\S]* {6}at .*a\.test\.js:3\n/)
  assert.match(stdout, /8 passed, 1 failed\nfailed: decoder:fails\n$/)
  plugin('broken', { 'a.test.js': 'this is no code' })
  assert.equal((await run('broken')).status, 1)
})

test('a plugin that crashes on hostile payloads fails', async () => {
  plugin('crash', {
    'crash.js': `import { StoqDecoderPlugin } from 'stoq'
export class Crash extends StoqDecoderPlugin { decode(payload) { return payload.nothing.at(0) } }`,
  })
  const { status, stdout } = await run('decoder:crash')
  assert.equal(status, 1)
  assert.match(stdout, /✖ stands one byte.*\n {6}Cannot read properties of undefined/)
})

test('--update keeps the answers to golden samples, which then have to stay', async () => {
  const folder = plugin('kept', { 'golden/a.txt': 'sample' })
  const kept = join(folder, 'golden/a.txt.expected.json')
  assert.equal((await run(folder)).status, 0)
  assert.ok(!existsSync(kept))
  assert.equal((await run(folder, '--update')).status, 0)
  assert.equal(JSON.parse(readFileSync(kept, 'utf8')).found[0].size, 5)
  assert.equal((await run(folder)).status, 0)
  const code = join(folder, 'kept.js')
  writeFileSync(code, readFileSync(code, 'utf8').replace('1.0.0', '1.0.1'))
  const { status, stdout } = await run(folder)
  assert.deepEqual([status, /a\.txt: --update keeps it/.test(stdout)], [1, true])
})

test('folders, names and several of them; what is no plugin is told', async () => {
  const both = await run(join(home, 'plugins/decoder/bare'), 'decoder:kept')
  assert.deepEqual(both.stdout.match(/^decoder:\w+$/gm), ['decoder:bare', 'decoder:kept'])
  const faults: [string, RegExp][] = [
    ['bear', /no folder and no plugin is named 'bear' \(did you mean bare\?\)/],
    ['./nowhere', /cannot load \S+nowhere: plugin directory \S+ does not exist/],
    [home.replace(/[^/]+$/, 'none'), /does not exist/],
    [writeFiles(join(home, 'empty'), { 'a.txt': 'x' }), /there is no plugin \(no \.stoq file\) in/],
    [writeFiles(join(home, 'wrong'), { 'a.stoq': '[Core]\nName = a\n' }), /\[Core\] has no Module/],
  ]
  for (const [word, reason] of faults) {
    const { status, stderr } = await run(word)
    assert.deepEqual([status, reason.test(stderr)], [2, true], stderr)
  }
})
