import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pluginCategories } from 'stoq'
import { compile } from '../docs/compile.ts'
import { documentsOf, scratchFolder, stoq } from '../e2e/stoq.ts'

const home = scratchFolder()
const folderOf = (kind: string, name = `my-${kind}`) => join(home, 'plugins', kind, name)
const scan = ['yara', '-L', 'warning', '-F']

for (const kind of pluginCategories) {
  test(`a new ${kind} passes its tests at once, in TypeScript and in JavaScript`, async () => {
    for (const words of [
      [kind, `my-${kind}`],
      [kind, `js-${kind}`, '--js', '--package'],
    ]) {
      const made = await stoq(['new', ...words], { home })
      assert.equal(made.status, 0, made.stderr)
    }
    const tested = await stoq(['test', folderOf(kind), `js-${kind}`], { home })
    assert.equal(tested.status, 0, tested.stdout + tested.stderr)
    assert.match(tested.stdout, new RegExp(`all well: ${kind}:my-${kind}, ${kind}:js-${kind}\\n$`))
    const path = join(folderOf(kind), `my-${kind}.ts`)
    assert.deepEqual(compile([{ path, line: 1, code: readFileSync(path, 'utf8') }]), [])
  })
}

test('a new worker runs in stoq', async () => {
  const sample = join(folderOf('worker'), 'golden/sample.txt')
  const [document] = documentsOf(await stoq(['my-worker', '-F', sample, '-L', 'warning'], { home }))
  assert.deepEqual(document?.['results']?.[0]?.['scan'], { size: 21, first_line: 'one line' })
})

test('a new source, connector and decorator run in stoq together', async () => {
  const list = join(folderOf('source'), 'example.txt')
  const words = [...scan, list, '-I', 'my-source', '-C', 'my-connector', '-P', 'my-decorator']
  const outcome = await stoq(words, { home })
  assert.equal(outcome.status, 0, outcome.stderr)
  const saved = readFileSync(join(home, 'results/my-connector.jsonl'), 'utf8')
  const documents = saved
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const facts = documents.map(({ note, results: [root] }) => `${note} ${root.filename} ${root.size}`)
  assert.deepEqual(facts.sort(), ['seen line.txt 10', 'seen line.txt 11'])
})

test('a new extractor, carver and decoder run in stoq by the rule that comes with them', async () => {
  const kinds = ['extractor', 'carver', 'decoder'] as const
  const rules = kinds.map(kind => join(folderOf(kind), `my-${kind}.yar`))
  writeFileSync(join(home, 'stoq.cfg'), `[core]\ndispatch_rules = bundled, ${rules.join(', ')}\n`)
  const found = { extractor: 3, carver: 2, decoder: 1 }
  for (const kind of kinds) {
    const outcome = await stoq([...scan, join(folderOf(kind), 'golden/sample.txt'), '-D'], { home })
    const [document] = documentsOf(outcome)
    assert.equal(document?.['payloads'], found[kind] + 1, outcome.stdout + outcome.stderr)
  }
})

test('what the README of a plugin made elsewhere says can be done as it stands there', async () => {
  const cwd = scratchFolder()
  const own = join(cwd, 'home')
  const run = (...said: string[]) => stoq(said, { home: own, cwd })
  assert.equal((await run('new', 'carver', 'cuts', '--dir', 'made')).status, 0)
  const text = readFileSync(join(cwd, 'made/cuts/README.md'), 'utf8')
  const setting = /^ {4}(dispatch_rules = .+)/m.exec(text)?.[1]
  const commands = [...text.matchAll(/^ {4}stoq (.+)/gm)].map(([, command = '']) => command)
  assert.deepEqual(commands, [
    'install ./made/cuts',
    'scan ./made/cuts/golden/sample.txt',
    'test ./made/cuts',
  ])
  for (const command of commands) {
    const outcome = await run(...command.split(' '))
    assert.equal(outcome.status, 0, outcome.stderr)
    if (command.startsWith('install')) writeFileSync(join(own, 'stoq.cfg'), `[core]\n${setting}\n`)
    if (command.startsWith('scan')) assert.equal(documentsOf(outcome)[0]?.['payloads'], 3)
  }
})

test('a new reader is loaded by another plugin', async () => {
  const folder = folderOf('worker', 'asks')
  assert.equal((await stoq(['new', 'worker', 'asks', '--js'], { home })).status, 0)
  writeFileSync(
    join(folder, 'asks.js'),
    `import { StoqWorkerPlugin } from 'stoq'
export class Asks extends StoqWorkerPlugin {
  async scan(payload) { return { text: await (await this.loadReader('my-reader')).read(payload) } }
}`,
  )
  const sample = join(folderOf('reader'), 'golden/sample.txt')
  const [document] = documentsOf(await stoq(['asks', '-F', sample, '-L', 'warning'], { home }))
  assert.deepEqual(document?.['results']?.[0]?.['scan'], { text: 'some text\nmore of it' })
})

test('nothing is ever overwritten, and no name leads elsewhere', async () => {
  const cwd = scratchFolder()
  const faults: [string[], RegExp][] = [
    [['decoder', 'my-decoder'], /there is a decoder named my-decoder already/],
    [['decoder', 'xor', '--dir', cwd], /there is a decoder named xor already/],
    [['decoder', '../x'], /'..\/x' is no name/],
    [['decodr', 'x'], /'decodr' is no kind of plugin \(did you mean decoder\?\)/],
    [['worker', 'list'], /'stoq list' is a command/],
    [['worker'], /new needs a kind and a name/],
    [['worker', 'a', 'b'], /unexpected word 'b'/],
    [['worker', 'a', '--author', 'a\nb'], /one line of plain text/],
    [['worker', 'a', '--jss'], /unknown flag --jss \(did you mean --js\?\)/],
  ]
  for (const [words, reason] of faults) {
    const { status, stderr } = await stoq(['new', ...words], { home, cwd })
    assert.deepEqual([status, reason.test(stderr)], [2, true], `${words}: ${stderr}`)
  }
  writeFileSync(join(cwd, 'taken'), 'a file')
  const { status, stderr } = await stoq(['new', 'decoder', 'taken', '--dir', cwd], { home })
  assert.deepEqual([status, /taken exists already/.test(stderr)], [2, true])
  assert.equal(readFileSync(join(cwd, 'taken'), 'utf8'), 'a file')
})

test('texts with characters that mean something in INI and code are kept as they are', async () => {
  const text = 'Takes 100% of "it" %(name)s */ apart'
  const words = ['new', 'worker', 'odd', '--description', text, '--author', "O'Neil # 1"]
  assert.equal((await stoq(words, { home })).status, 0)
  assert.equal((await stoq(['test', 'odd'], { home })).status, 0)
  assert.ok((await stoq(['list'], { home })).stdout.includes(text))
})
