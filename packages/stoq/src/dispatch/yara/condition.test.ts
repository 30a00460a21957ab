import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConjuncts, readDisjuncts } from './condition.ts'

const texts = (condition: string) => readConjuncts(condition).map(({ text }) => text)
const free = (condition: string) =>
  readConjuncts(condition)
    .filter(({ readsPatterns }) => !readsPatterns)
    .map(({ text }) => text)

test('a condition is cut where and joins its parts, not inside of parentheses', () => {
  assert.deepEqual(texts('a and (b and c) and not d }'), ['a', '(b and c)', 'not d'])
  assert.deepEqual(texts('for all i in (0..3) : ( x and y ) and uint8(0) == 1 /* and */ // and\n }'), [
    'for all i in (0..3) : ( x and y )',
    'uint8(0) == 1',
  ])
})

test('a condition is one part where its parts need not all be true', () => {
  assert.deepEqual(texts('a or b and c }'), ['a or b and c'])
  assert.deepEqual(texts('with a = 1 : (a == 1) and b }'), ['with a = 1 : (a == 1) and b'])
})

test('parts that ask for patterns of the rule are known, and unequal is no pattern', () => {
  assert.deepEqual(free('is_a and any of them }'), ['is_a'])
  assert.deepEqual(free('$a and #a > 1 and @a[1] < 5 and !a == 3 and filesize != 3 and all of ($x*) }'), [
    'filesize != 3',
  ])
})

test('the words of a part are known', () => {
  assert.deepEqual([...(readConjuncts('(a or b) and pe.c }')[0]?.words ?? [])], ['a', 'or', 'b'])
})

test('a part that begins with a pattern cannot be told without it', () => {
  const begins = (condition: string) => readConjuncts(`${condition} }`)[0]?.beginsWithPattern
  for (const yes of [
    '$a',
    '#a > 1',
    'not $a',
    '(($a or b))',
    'any of them',
    '2 of ($x*)',
    'for any of them : ($)',
  ])
    assert.equal(begins(yes), true, yes)
  for (const no of [
    'b or $a',
    'filesize > 1',
    '(b or $a)',
    'any of (b, c)',
    'for all i in (0..1) : ($a)',
    '',
  ])
    assert.equal(begins(no), false, no)
})

test('a part needs a pattern that it cannot be true without', () => {
  const needs = (condition: string) => readConjuncts(`${condition} }`)[0]?.needs
  for (const [condition, name] of [
    ['$a', ['$a']],
    ['$a at 0', ['$a']],
    ['$a in (0..9)', ['$a']],
    ['any of them', ['$*']],
    ['2 of ($x*)', ['$x*']],
    ['all of ($x, $y*) in (0..9)', ['$x', '$y*']],
  ] as const)
    assert.deepEqual(needs(condition), name)
  const without = [
    'not $a',
    '#a == 0',
    '0 of them',
    'none of them',
    'any of (b, c)',
    '($a or b)',
    'for any of them : (not $)',
  ]
  for (const condition of without) assert.deepEqual(needs(condition), [], condition)
})

test('a condition is cut where or joins its parts, each with what and joins', () => {
  const parts = readDisjuncts('any of them or (a or b) and c or d }').map(({ text }) => text)
  assert.deepEqual(parts, ['any of them', '(a or b) and c', 'd'])
})
