import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import type { ResultDocument, ResultEntry } from 'stoq'
import { renderTree } from './tree.ts'

const plain = { colour: false, width: 96 }

function entry(payload_id: number, parent_id: number | null, facts: Partial<ResultEntry> = {}): ResultEntry {
  const sha256 = payload_id.toString(16).padStart(2, '0').repeat(32)
  const dispatcher = parent_id === null ? {} : { dispatcher: 'extractor:decompress' }
  return {
    ...{ payload_id, parent_id, plugin: 'yara', uuid: [], scan: null, source_meta: {} },
    ...{ size: 1000 + payload_id, sha256, ...dispatcher, ...facts },
  }
}

function documentOf(results: ResultEntry[], facts: Partial<ResultDocument> = {}): ResultDocument {
  const { length: payloads } = results
  return {
    id: '',
    date: '2026-11-23T15:18:52Z',
    tlp: 'white',
    payloads,
    plugins: {},
    results,
    errors: [],
    truncated: [],
    ...facts,
  }
}

const hit = (rule: string, facts: object = {}) => ({ matches: true, rule, namespace: 'default', ...facts })

const macro = hit('office_macro', {
  tags: ['macro', 'office'],
  meta: { severity: 8 },
  strings: [
    [1204, '$open', 'AutoOpen'],
    ['2210', '$sh', 'b\x00c'],
    [1, '$a', 'x'],
    [2, '$a', 'x'],
    [3, '$a', 'x'],
  ],
})

test('a payload in which nothing was found takes two lines', () => {
  const document = documentOf([entry(0, null, { filename: 'notes.txt', magic: 'text/plain' })])
  assert.equal(
    renderTree(document, plain),
    'notes.txt  1.0 kB  text/plain  000000000000  #0\n1 payload · tlp white\n\n',
  )
})

test('children stand under their parents, with what was found in each', () => {
  const document = documentOf(
    [
      entry(0, null, { filename: 'mail.zip', scan: [hit('zip_magic')], source_meta: { subject: 'Hi' } }),
      entry(1, 0, { filename: 'invoice.doc', scan: [macro], workers: { olevba: { macros: 3 }, exif: null } }),
      entry(2, 0, { filename: 'copy.doc', scan: [macro], duplicate_of: 1 }),
      entry(3, 1, { filename: 'stream 1', workers: { yara: [hit('exe_file')] } }),
      entry(4, 0, { filename: 'locked.rar', plugin: 'trid', scan: 'RAR archive' }),
    ],
    {
      tlp: 'amber',
      errors: [
        {
          plugin: 'extractor:decompress',
          code: 'STOQ_PLUGIN_FAILED',
          message: 'extractor:decompress failed: wrong password',
          payload_id: 4,
        },
      ],
      truncated: [{ limit: 'max_recursion', detail: 'not taken apart at depth 4', payload_id: 3 }],
      campaign: 'winter',
    },
  )
  const expected = `
mail.zip  1.0 kB  000000000000  #0
│  ◆ zip_magic
│  source_meta  {"subject": "Hi"}
├─ invoice.doc  1.0 kB  010101010101  extractor:decompress  #1
│  │  ◆ office_macro  [macro office]  severity=8
│  │    0x4b4 $open "AutoOpen"
│  │    0x8a2 $sh "b\\x00c"
│  │    0x1 $a "x"
│  │    … 2 more
│  │  olevba  {"macros": 3}
│  └─ stream 1  1.0 kB  030303030303  extractor:decompress  #3
│        ◆ exe_file
├─ copy.doc  1.0 kB  020202020202  extractor:decompress  #2
│     = same bytes as #1 invoice.doc
└─ locked.rar  1.0 kB  040404040404  extractor:decompress  #4
      trid  "RAR archive"
campaign  "winter"
✖ extractor:decompress  STOQ_PLUGIN_FAILED  wrong password  (#4 locked.rar)
✂ max_recursion  not taken apart at depth 4  (#3 stream 1)
5 payloads · 1 error · 1 cut · tlp amber · ◆ office_macro ×2, exe_file, zip_magic

`
  assert.equal(renderTree(document, plain), expected.slice(1))
})

test('colours add nothing but colours', () => {
  const document = documentOf([
    entry(0, null, { filename: 'a', scan: [macro] }),
    entry(1, 0, { workers: { exif: { a: 1 } } }),
  ])
  const coloured = renderTree(document, { colour: true, width: 96 })
  assert.notEqual(coloured, renderTree(document, plain))
  assert.equal(stripVTControlCharacters(coloured), renderTree(document, plain))
})

test('whatever an attacker chose cannot steer the terminal', () => {
  const evil = '\x1b[2J\r\n\u202e\x9b31m'
  const facts = { filename: evil, magic: evil, dispatcher: evil, sha256: evil, source_meta: { [evil]: evil } }
  const rules = [hit(evil, { tags: [evil], meta: { [evil]: evil }, strings: [[evil, evil, evil], evil] })]
  const document = documentOf([entry(0, null, { ...facts, scan: rules, workers: { [evil]: evil } })], {
    tlp: evil,
    errors: [{ plugin: evil, code: evil, message: evil, payload_id: 0 }],
    truncated: [{ limit: evil, detail: evil, payload_id: 0 }],
    [evil]: evil,
  })
  assert.doesNotMatch(renderTree(document, plain), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
  assert.equal(renderTree(document, plain).split('\n').length, 12)
})

test('a split document shows its entry, though the parent is in another', () => {
  assert.match(renderTree(documentOf([entry(7, 3, { filename: 'lost' })]), plain), /^lost {2}1\.0 kB/)
})

test('entries that descend from each other in a circle are drawn once', () => {
  const document = documentOf([entry(0, null), entry(1, 2), entry(2, 1), entry(3, 3)])
  const lines = renderTree(document, plain).split('\n')
  assert.deepEqual(
    lines.slice(0, 4).map(line => line.replace(/ {2}.*/, '')),
    ['(no name)', '(no name)', '(no name)', '└─ (no name)'],
  )
})

test('long lists of faults are counted', () => {
  const errors = Array.from({ length: 50 }, () => ({ plugin: 'p', code: 'C', message: 'm', payload_id: 9 }))
  const text = renderTree(documentOf([entry(0, null)], { errors }), plain)
  assert.match(text, /\n {2}… 30 more\n1 payload · 50 errors/)
})

test('ten thousand payloads in a row take ten thousand short lines', () => {
  const chain = documentOf(Array.from({ length: 10_000 }, (_, id) => entry(id, id === 0 ? null : id - 1)))
  const lines = renderTree(chain, plain).split('\n')
  assert.equal(lines.length, 10_003)
  assert.match(lines[9999] ?? '', /└─ \(depth 9999\) /)
  assert.ok(Math.max(...lines.map(line => line.length)) < 160)
})

test('ten thousand payloads side by side take ten thousand lines', () => {
  const wide = documentOf(Array.from({ length: 10_000 }, (_, id) => entry(id, id === 0 ? null : 0)))
  assert.equal(renderTree(wide, plain).split('\n').length, 10_003)
})

test('long names, types and results are cut to the width', () => {
  const facts = {
    filename: 'n'.repeat(9999),
    magic: 'm'.repeat(9999),
    workers: { peinfo: { a: 'x'.repeat(9999) } },
  }
  const lines = renderTree(documentOf([entry(0, null, facts)]), plain).split('\n')
  assert.ok(Math.max(...lines.map(line => line.length)) < 150)
})

test('documents of any shape are drawn', () => {
  const odd = fc.record({
    results: fc.array(fc.anything()),
    errors: fc.anything(),
    truncated: fc.anything(),
    tlp: fc.anything(),
  })
  fc.assert(
    fc.property(odd, document => {
      const text = renderTree(document as unknown as ResultDocument, plain)
      assert.match(text, /\n\n$/)
    }),
  )
})

test('entries of any shape are drawn', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(undefined))
  const odd = fc.record({
    ...{
      payload_id: value,
      parent_id: value,
      plugin: value,
      scan: value,
      workers: value,
      source_meta: value,
    },
    ...{ filename: value, size: value, magic: value, sha256: value, dispatcher: value, duplicate_of: value },
  })
  fc.assert(
    fc.property(fc.array(odd), results => {
      renderTree(documentOf(results as unknown as ResultEntry[]), plain)
    }),
  )
})
