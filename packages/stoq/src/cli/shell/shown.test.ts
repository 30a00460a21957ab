import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResultEntry } from '../../results/types.ts'
import { treeLines } from './dispatch.ts'
import { itemOf, type Payload, resultsOf, setResults } from './payload.ts'
import { fileName } from './save.ts'
import { isSecret, masked } from './secrets.ts'

function entry(payload_id: number, parent_id: unknown): ResultEntry {
  return {
    payload_id,
    parent_id,
    plugin: 'yara',
    uuid: [],
    scan: null,
    source_meta: {},
    filename: `f${payload_id}`,
  } as ResultEntry
}

function payload(name: string, parent: Payload | null = null): Payload {
  return { name, facts: {}, content: new Uint8Array(), parent, results: null }
}

test('a tree has a line for each payload, children below what they were found in', () => {
  const entries = [entry(0, null), entry(1, 0), entry(2, 0), entry(3, 1)]
  assert.deepEqual([...treeLines(entries)], ['#0  f0', '├─ #1  f1', '│  └─ #3  f3', '└─ #2  f2'])
})

test('a tree shows every payload once, whatever is said of parents', () => {
  const parents = fc.array(
    fc.oneof(fc.integer({ min: -2, max: 12 }), fc.constantFrom(null, 'x', 1.5, undefined)),
  )
  fc.assert(
    fc.property(parents, given => {
      const entries = [null, ...given].map((parent, id) => entry(id, parent))
      const shown = [...treeLines(entries)].map(line => Number(/#(\d+)/.exec(line)?.[1]))
      assert.deepEqual(
        shown.sort((a, b) => a - b),
        entries.map((_, id) => id),
      )
    }),
  )
})

test('a deep tree grows no wider', () => {
  const lines = [...treeLines(Array.from({ length: 5000 }, (_, id) => entry(id, id - 1)))]
  assert.equal(lines.length, 5000)
  assert.ok(Math.max(...lines.map(line => line.length)) < 100)
})

test('numbers mean what the nearest results gave, own ones first', () => {
  const root = payload('root')
  const [child, inner] = [payload('child', root), payload('inner')]
  setResults(root, { value: null, items: new Map([[1, child]]), document: null })
  assert.deepEqual([itemOf(child, 1), itemOf(child, 0), itemOf(null, 1)], [child, null, null])
  const document = { results: [] } as never
  setResults(child, { value: null, items: new Map([[1, inner]]), document })
  assert.deepEqual([itemOf(child, 1), itemOf(child, 0), itemOf(root, 0)], [inner, child, null])
  assert.equal(resultsOf(inner), null)
  setResults(root, null)
  assert.equal(child.results?.items.get(1), inner)
})

test('a payload cannot choose where it is saved', () => {
  for (const [name, kept] of [
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\evil.exe', 'evil.exe'],
    ['.bashrc', 'bashrc'],
    ['-rf', 'rf'],
    ['a b\x1b[2J', 'a_b_x1b_2J'],
    ['', 'payload'],
    ['..', 'payload'],
    ['grüße.txt', 'grüße.txt'],
  ] as const)
    assert.equal(fileName(name), kept)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      const kept = fileName(name)
      assert.match(kept, /^[^./\\\0-][^/\\\0]*$/)
      assert.ok(Buffer.byteLength(kept) <= 100)
    }),
  )
})

test('options that hold a secret are told by their name', () => {
  for (const name of [
    'connector.x.password',
    'worker.vt.api_key',
    'worker.vt.apikey',
    'x.auth',
    'x.private_key',
    'source.q.token_file',
  ])
    assert.ok(isSecret(name), name)
  for (const name of [
    'decoder.xor.key',
    'stoq.max_recursion',
    'plugin.author',
    'stoq.base_dir',
    'stoq.allow_private_urls',
  ])
    assert.ok(!isSecret(name), name)
  assert.deepEqual([masked('x'), masked(''), masked([]), masked(null)], ['****', '', '', ''])
})
