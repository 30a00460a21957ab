import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bombs, writeBombs } from '../../scripts/bombs.ts'
import { type Outcome, root, scratchFolder, stoq } from '../e2e/stoq.ts'
import { MemoryWatch } from './process-tree.ts'

const mebibyte = 2 ** 20
/** What a run may produce of one payload: less than the default, so that the test is quick. */
const maxBytes = 200_000_000
const maxChildren = 2000
const limits = ['--max-bytes', `${maxBytes}`, '--max-children', `${maxChildren}`]
limits.push('--max-time', '20', '--max-plugin-time', '10')

const goodSamples = [
  'b64_pe.txt',
  'iso_joliet.iso',
  'pe_embedded.bin',
  'targz.tgz',
  'text_hello.txt',
  'xor1_41.bin',
  'zip_pw_infected.zip',
  'zip_unicode.zip',
]

/** The limits that cut each bomb; nothing where it is harmless: it holds little, is itself, or nothing opens it. */
const cutBy: Readonly<Record<string, readonly string[]>> = {
  'zeros.gz': ['max_bytes'],
  'zeros-members.gz': ['max_bytes'],
  'zeros.zst': ['max_bytes'],
  'zeros-frames.zst': ['max_bytes'],
  'zeros.bz2': ['max_bytes'],
  'zeros.xz': ['max_bytes'],
  '42.zip': ['max_recursion'],
  'russian-doll.zip': ['max_recursion'],
  'russian-doll.gz': ['max_recursion'],
  'tree.zip': ['max_children'],
  'members.cpio': ['max_children'],
  'overlap.zip': ['max_bytes'],
  'same-data.zip': ['max_bytes'],
}

/** On a busy machine time may be up before the rest is. */
const limitsOfTime = ['max_time', 'max_plugin_time']

interface Entry {
  filename?: string
  sha1?: string
}

interface Document {
  payloads: number
  results: Entry[]
  truncated: { limit: string }[]
  errors: { message: string }[]
}

interface Run {
  outcome: Outcome
  documents: Document[]
  watch: MemoryWatch
  /** Files that the run left in its home and in the folder for temporary files. */
  left: string[]
}

/** Scans a folder as a user does, with a home and a folder for temporary files of its own. */
async function run(folder: string, flags: readonly string[]): Promise<Run> {
  const [home, temporary, out] = [scratchFolder(), scratchFolder(), join(scratchFolder(), 'out')]
  const words = ['yara', '-F', folder, '-D', '-C', 'file', '-O', out]
  let watch = new MemoryWatch(process.pid)
  watch.stop()
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = temporary
  const running = stoq([...words, ...flags], {
    home,
    during: ({ pid = 0 }) => {
      watch = new MemoryWatch(pid)
    },
  })
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  const outcome = await running
  watch.stop()
  return {
    outcome,
    watch,
    documents: filesIn(out).map(path => JSON.parse(readFileSync(path, 'utf8'))),
    left: [...filesIn(temporary), ...filesIn(home)],
  }
}

function filesIn(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
  return all.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

const named = (documents: Document[], name: string) =>
  documents.filter(({ results }) => results[0]?.filename === name)

/** What was found in it, without what differs from run to run. */
const found = (documents: Document[], name: string) =>
  named(documents, name).map(({ results, errors, truncated }) => ({
    children: results.map(({ filename, sha1 }) => `${filename} ${sha1}`),
    errors: errors.map(({ message }) => message),
    truncated,
  }))

const [mixed, good] = [join(scratchFolder(), 'mixed'), join(scratchFolder(), 'good')]
await writeBombs(mixed, { isSmall: true })
mkdirSync(good)
for (const name of goodSamples) {
  cpSync(join(root, 'samples', name), join(good, name))
  cpSync(join(root, 'samples', name), join(mixed, name))
}
const together = await run(mixed, limits)
const alone = await run(good, limits)

test('every file of a run with bombs has exactly one document', () => {
  for (const name of [...bombs.map(bomb => bomb.name), ...goodSamples]) {
    assert.equal(named(together.documents, name).length, 1, name)
  }
  assert.equal(together.documents.length, bombs.length + goodSamples.length)
})

test('a run with bombs ends by itself and has counted every file', () => {
  const count = bombs.length + goodSamples.length
  assert.match(
    together.outcome.stderr,
    new RegExp(`${count} ingested = ${count} scanned \\+ 0 refused \\+ 0 failed`),
  )
  assert.ok(together.outcome.status === 0 || together.outcome.status === 1, `${together.outcome.status}`)
})

for (const { name } of bombs) {
  const expected = cutBy[name] ?? []
  test(`${name} ${expected.length > 0 ? `is cut by ${expected.join(' and ')}` : 'is harmless'}`, () => {
    const [document] = named(together.documents, name)
    assert.ok(document)
    const cuts = [...new Set(document.truncated.map(({ limit }) => limit))]
    assert.equal(cuts.length > 0, expected.length > 0)
    const possible = [...expected, ...limitsOfTime]
    assert.deepEqual(
      cuts.filter(limit => !possible.includes(limit)),
      [],
    )
    const bound = expected.includes('max_children') ? maxChildren + 1 : 10
    assert.ok(document.payloads <= bound, `${document.payloads} payloads`)
  })
}

for (const name of ['quine.gz', 'quine.zip']) {
  test(`${name} is found to hold nothing but itself`, () => {
    assert.deepEqual(named(together.documents, name)[0]?.payloads, 1)
  })
}

for (const name of goodSamples) {
  test(`${name} gives the same among bombs as alone`, () => {
    assert.deepEqual(found(together.documents, name), found(alone.documents, name))
    assert.equal(found(alone.documents, name).length, 1)
  })
}

test('no process of a run with bombs holds much more than what one payload may produce', () => {
  assert.ok(together.watch.peaks.size > 0 || process.platform !== 'linux')
  for (const [pid, peak] of together.watch.peaks) {
    assert.ok(peak < 400 * mebibyte + 2 * maxBytes, `process ${pid}: ${Math.round(peak / mebibyte)} MiB`)
  }
})

for (const { name } of bombs.filter(({ name }) => name.startsWith('zeros')))
  test(`${name}, zeros by the gigabyte, ends at the default limits, below 300 MB`, async () => {
    const { documents, watch } = await run(join(mixed, name), ['--max-processes', '1'])
    assert.deepEqual(
      documents.map(({ truncated }) => truncated.map(({ limit }) => limit)),
      [['max_bytes']],
    )
    const peaks = [...watch.peaks.values()]
    assert.ok(
      peaks.every(peak => peak < 300_000_000),
      `${peaks}`,
    )
  })

test('a run with bombs leaves nothing behind but its log', () => {
  const names = together.left.map(path => path.replace(/.*\/(?=[^/]+\/[^/]+$)/, ''))
  assert.deepEqual(names, ['logs/stoq.log'])
  for (const path of together.left) assert.ok(statSync(path).size < mebibyte, path)
})
