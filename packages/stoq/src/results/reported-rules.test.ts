import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countRules, reportedRules } from './reported-rules.ts'
import type { ResultEntry } from './types.ts'

const match = {
  matches: true,
  rule: 'has_mz',
  namespace: 'default',
  tags: ['exe'],
  meta: { author: 'me', weight: 3 },
  strings: [[0, '$a', 'MZ']],
}
const rule = { rule: 'has_mz', tags: ['exe'], meta: { author: 'me', weight: 3 }, strings: [[0, '$a', 'MZ']] }

test('a list of matches gives its rules', () => {
  assert.deepEqual(reportedRules([match, match]), [rule, rule])
})

test('a bare match and a doubly wrapped list are understood too', () => {
  assert.deepEqual(reportedRules(match), [rule])
  assert.deepEqual(reportedRules([[match]]), [rule])
})

test('parts that are missing or of another type are empty', () => {
  const empty = { rule: 'r', tags: [], meta: {}, strings: [] }
  assert.deepEqual(reportedRules([{ rule: 'r' }]), [empty])
  assert.deepEqual(reportedRules([{ rule: 'r', tags: 'x', meta: null, strings: 5 }]), [empty])
})

test('what is no list of matches gives nothing', () => {
  for (const scan of [
    null,
    undefined,
    false,
    'rule',
    7,
    {},
    [],
    [[]],
    [match, null],
    [{ rule: 7 }],
    { rule: ['x'] },
  ]) {
    assert.deepEqual(reportedRules(scan), [])
  }
})

test('no value makes it fail', () => {
  fc.assert(fc.property(fc.anything(), scan => Array.isArray(reportedRules(scan))))
})

test('rules are counted by payload, from the scan and from dispatched workers', () => {
  const named = (...rules: string[]) => rules.map(rule => ({ rule }))
  const entries = [
    { scan: named('b', 'a', 'b'), workers: { yara: named('a', 'c') } },
    { scan: null, workers: { yara: named('c'), exif: { FileSize: 4 } } },
    { scan: { FileSize: 4 } },
    { scan: named('c') },
  ] as unknown as ResultEntry[]
  assert.deepEqual(
    [...countRules(entries)],
    [
      ['c', 3],
      ['a', 1],
      ['b', 1],
    ],
  )
})

test('entries of any shape are counted', () => {
  fc.assert(fc.property(fc.array(fc.anything()), entries => countRules(entries as ResultEntry[]).size >= 0))
})
