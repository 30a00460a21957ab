import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { discoverPlugins } from './discovery.ts'

const root = mkdtempSync(join(tmpdir(), 'stoq-discovery-'))
after(() => rmSync(root, { recursive: true }))

/** A plugin folder of its own for each test. */
function folder(files: Record<string, string>): string {
  const directory = mkdtempSync(join(root, 'plugins-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return directory
}

const about = '[Documentation]\nAuthor = A\nVersion = 1\nWebsite = w\nDescription = d\n'
const ini = (name: string, rest = '') => `[Core]\nName = ${name}\nModule = ${name}\n${about}${rest}`
const code = (kind: string) => `export class X extends Stoq${kind}Plugin {}`

test('a plugin is found with what its .stoq file says', () => {
  const directory = folder({
    'worker/a/a.stoq': ini('a', '[options]\nX_list = 1, 2\n[more]\ny = 2\n'),
    'worker/a/a.ts': '',
  })
  const { plugins, faults } = discoverPlugins([directory])
  assert.deepEqual(faults, [])
  assert.equal(plugins[0]?.name, 'a')
  assert.equal(plugins[0]?.category, 'worker')
  assert.equal(plugins[0]?.version, '1')
  assert.equal(plugins[0]?.path, join(directory, 'worker/a'))
  assert.deepEqual({ ...plugins[0]?.options }, { x_list: '1, 2', y: '2' })
})

test('the kind is told by the Category key, the folder or the class, in that order', () => {
  const directory = folder({
    'decoder/a/a.stoq': ini('a').replace('[Core]', '[Core]\nCategory = carver'),
    'decoder/a/a.js': code('Worker'),
    'decoder/b/b.stoq': ini('b'),
    'decoder/b/b.mjs': code('Worker'),
    'flat/c.stoq': ini('c'),
    'flat/c.ts': `import { StoqReaderPlugin } from 'stoq' // a comment\n${code('Reader')}`,
  })
  const kinds = discoverPlugins([directory]).plugins.map(({ name, category }) => `${category}:${name}`)
  assert.deepEqual(kinds, ['reader:c', 'carver:a', 'decoder:b'])
})

test('a module may be Python, whose kind is told by what it imports', () => {
  const python = (kind: string) => `from stoq.plugins import Stoq${kind}Plugin\n`
  const directory = folder({
    'flat/a.stoq': ini('a'),
    'flat/a.py': `# class Other(StoqWorkerPlugin)\nimport os\n${python('Carver')}class A(StoqExtractorPlugin): pass`,
    'flat/b.stoq': ini('b').replace('Module = b', 'Module = b.py'),
    'flat/b.py': 'from stoq import plugins\nclass B(plugins.StoqReaderPlugin): pass',
    'flat/b.ts': code('Worker'),
    'flat/c.stoq': ini('c'),
    'flat/c.py': python('Decoder'),
    'flat/c.ts': code('Source'),
  })
  const { plugins, faults } = discoverPlugins([directory])
  assert.deepEqual(faults, [])
  const found = plugins.map(({ category, name, module }) => `${category}:${name} ${module.slice(-4)}`)
  assert.deepEqual(found, ['reader:b b.py', 'source:c c.ts', 'carver:a a.py'])
})

test('a folder may hold several .stoq files that share a module', () => {
  const shared = (name: string) => ini(name).replace(`Module = ${name}`, 'Module = both')
  const directory = folder({
    'worker/x/a.stoq': shared('a'),
    'worker/x/b.stoq': shared('b'),
    'worker/x/both.ts': '',
  })
  assert.equal(discoverPlugins([directory]).plugins.length, 2)
})

test('a plugin without Version and Description is found', () => {
  const directory = folder({ 'worker/a/a.stoq': '[Core]\nName = a\nModule = a\n', 'worker/a/a.ts': '' })
  assert.equal(discoverPlugins([directory]).plugins[0]?.description, '')
})

function faultOf(files: Record<string, string>): string {
  const { plugins, faults } = discoverPlugins([
    folder({ ...files, 'worker/ok/ok.stoq': ini('ok'), 'worker/ok/ok.ts': '' }),
  ])
  assert.deepEqual(
    plugins.map(({ name }) => name),
    ['ok'],
  )
  assert.equal(faults.length, 1)
  return faults[0] ?? ''
}

test('a plugin that cannot be used is told with its file, and the others stay', () => {
  const module = { 'worker/a/a.ts': '' }
  assert.match(faultOf({ 'worker/a/a.stoq': '[Core\n', ...module }), /a\.stoq.*1/)
  assert.match(faultOf({ 'worker/a/a.stoq': '[Core]\nModule = a\n', ...module }), /\[Core\] has no Name/)
  assert.match(faultOf({ 'worker/a/a.stoq': '[Core]\nName = a\n', ...module }), /\[Core\] has no Module/)
  assert.match(faultOf({ 'worker/a/a.stoq': ini('a') }), /module a\.ts, \.js, \.mjs or \.py is not beside it/)
  assert.match(faultOf({ 'worker/a/a.stoq': ini('../a'), ...module }), /Name '\.\.\/a' may hold letters/)
  assert.match(faultOf({ 'flat/a.stoq': ini('a'), 'flat/a.ts': 'export {}' }), /no class extends one of/)
  assert.match(faultOf({ 'worker/a/a.stoq': `${ini('a')}[Core]\n`, ...module }), /Core/)
})

test('a later folder wins and the earlier plugin is told; the same name of another kind is another plugin', () => {
  const first = folder({
    'worker/a/a.stoq': ini('a'),
    'worker/a/a.ts': '',
    'reader/a/a.stoq': ini('a'),
    'reader/a/a.ts': '',
  })
  const second = folder({ 'worker/A/A.stoq': ini('A'), 'worker/A/A.ts': '' })
  const { plugins, notes } = discoverPlugins([first, second])
  assert.deepEqual(
    plugins.map(({ category, name }) => `${category}:${name}`),
    ['worker:A', 'reader:a'],
  )
  assert.match(notes[0] ?? '', /worker:a of .* is replaced by/)
})

test('a folder that is not there does not end the search', () => {
  const directory = folder({ 'worker/a/a.stoq': ini('a'), 'worker/a/a.ts': '' })
  const { plugins, notes } = discoverPlugins([join(root, 'nosuch'), directory])
  assert.equal(plugins.length, 1)
  assert.match(notes[0] ?? '', /nosuch does not exist/)
})

test('links to folders and node_modules are not searched', () => {
  const other = folder({ 'worker/a/a.stoq': ini('a'), 'worker/a/a.ts': '' })
  const directory = folder({ 'node_modules/worker/b/b.stoq': ini('b'), 'node_modules/worker/b/b.ts': '' })
  symlinkSync(other, join(directory, 'link'))
  assert.deepEqual(discoverPlugins([directory]).plugins, [])
})
