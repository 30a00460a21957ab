import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readSourceFacts, unescapeText } from './rule-source.ts'

function metaOf(section: string) {
  return readSourceFacts(`rule a { meta: ${section} condition: true }`).rules[0]?.meta
}

/** A literal that means these bytes. */
function literal(bytes: Uint8Array): string {
  return [...bytes].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}

test('a source of rules holds name, tags, modifiers and line of every rule', () => {
  const { rules } = readSourceFacts(
    '/* rule no { } */\nprivate global rule a : t1 t2 { condition: true }\nglobal rule b { condition: a }\nrule c\n{ condition: b }',
  )
  assert.deepEqual(
    rules.map(({ name, tags, isPrivate, isGlobal, line }) => ({ name, tags, isPrivate, isGlobal, line })),
    [
      { name: 'a', tags: ['t1', 't2'], isPrivate: true, isGlobal: true, line: 2 },
      { name: 'b', tags: [], isPrivate: false, isGlobal: true, line: 3 },
      { name: 'c', tags: [], isPrivate: false, isGlobal: false, line: 4 },
    ],
  )
})

test('a source of rules holds the place of every rule from its first modifier to its brace', () => {
  const text =
    'import "pe"\nprivate rule a { strings: $a = { 41 } condition: $a } rule b { condition: "}" == "{" }'
  const { rules } = readSourceFacts(text)
  assert.deepEqual(
    rules.map(({ start, end }) => text.slice(start, end)),
    ['private rule a { strings: $a = { 41 } condition: $a }', 'rule b { condition: "}" == "{" }'],
  )
})

test('a source of rules gives metadata its type', () => {
  assert.deepEqual(
    metaOf(
      't = true f = false s = "true" i = 12 n = -3 h = 0x1F o = 0o17 k = 2KB m = 1MB u = 1_000 r = -1.5',
    ),
    {
      t: true,
      f: false,
      s: 'true',
      i: 12,
      n: -3,
      h: 31,
      o: 15,
      k: 2048,
      m: 1_048_576,
      u: 1000,
      r: -1.5,
    },
  )
})

test('a source of rules keeps the last value of a key that is given twice', () => {
  assert.deepEqual(metaOf('a = 1 b = 2 a = "x"'), { a: 'x', b: 2 })
})

test('a source of rules takes a key that JavaScript treats specially like any other', () => {
  const meta = metaOf('__proto__ = "x" constructor = 1') ?? {}
  assert.deepEqual(Object.entries(meta), [
    ['__proto__', 'x'],
    ['constructor', 1],
  ])
})

test('a source of rules reads no metadata outside of the section', () => {
  const text =
    'rule a { strings: $meta = "meta: b = 1" condition: $meta and "meta: c = 2" == "" } rule b { meta: d = 3 condition: true }'
  assert.deepEqual(
    readSourceFacts(text).rules.map(rule => rule.meta),
    [{}, { d: 3 }],
  )
})

test('a source of rules tells where integers stand that a number cannot hold, unless YARA cannot either', () => {
  const text =
    'rule a { meta: a = 9007199254740993 b = 9223372036854775808 c = 9007199254740991 d = 8589934592MB condition: true }'
  const { wideIntegers } = readSourceFacts(text)
  assert.deepEqual(
    wideIntegers.map(([start, end]) => text.slice(start, end)),
    ['9007199254740993', '8589934592MB'],
  )
})

test('a source of rules tells includes with path, place and line, but not the word in a text', () => {
  const text =
    'include "a.yar"\n  include   "sub/b.yar" rule a { meta: m = "include \\"c.yar\\"" condition: true }'
  assert.deepEqual(readSourceFacts(text).includes, [
    { path: 'a.yar', start: 0, end: 15, line: 1 },
    { path: 'sub/b.yar', start: 18, end: 39, line: 2 },
  ])
})

test('a source of rules knows the words that may be names of other rules, and not those of texts and metadata', () => {
  const { words } = readSourceFacts(
    'rule a : tag { meta: key = "word" strings: $pattern = "other" condition: $pattern and rule_b and pe.field }',
  )
  assert.ok(words.has('rule_b') && words.has('field'))
  assert.ok(!['a', 'tag', 'key', 'word', 'pattern', 'other'].some(word => words.has(word)))
})

test('a source of rules counts literals and says when a pattern is more than one', () => {
  const literals = (strings: string) =>
    readSourceFacts(`rule a { strings: ${strings} condition: #a == 1 }`).rules[0]?.literals
  assert.equal(literals('$a = "x" $b = { 41 // }\n 42 } $ = "y" ascii fullword private'), 3)
  assert.equal(literals('$a = "x" nocase'), Number.POSITIVE_INFINITY)
  assert.equal(literals('$a = "x" fullword wide'), Number.POSITIVE_INFINITY)
  assert.equal(literals('$a = { 41 ?? }'), Number.POSITIVE_INFINITY)
  assert.equal(literals('$a = { 41 [2-4] 42 }'), Number.POSITIVE_INFINITY)
  assert.equal(literals('$a = /x/'), Number.POSITIVE_INFINITY)
})

test('a source of rules tells the marks that the patterns of a rule begin with, unless one may begin otherwise', () => {
  const marks = (strings: string) =>
    readSourceFacts(`rule a { strings: ${strings} condition: #a == 1 }`).rules[0]?.marks
  assert.equal(marks('$a = ".x" nocase ascii wide $b = ".y" fullword'), '..')
  assert.equal(marks('$a = "<x" $b = ".y"'), '<.')
  assert.equal(marks('$a = ".x" $b = { 2e 41 }'), '')
  assert.deepEqual(
    ['$a = "x"', '$a = "1"', String.raw`$a = "\x2e"`, '$a = ".x" xor', '$a = /.x/'].map(marks),
    [...Array(5).fill('')],
  )
})

test('a source of rules holds the place of every condition', () => {
  const text = 'rule a { meta: condition = 1 strings: $a = "condition: x" condition: $a } rule b { }'
  const places = readSourceFacts(text).rules.map(({ condition, end }) => text.slice(condition, end))
  assert.deepEqual(places, ['$a }', ''])
})

test('a source of rules gives something for any text and never throws', () => {
  const part = fc.constantFrom(
    'rule ',
    'a',
    '{',
    '}',
    'meta:',
    'condition:',
    '=',
    '"',
    '"x"',
    '-',
    '1',
    '0x',
    'include ',
    '/*',
    '/',
    '$a',
    '\n',
    'private ',
  )
  fc.assert(fc.property(fc.array(part, { maxLength: 40 }), parts => void readSourceFacts(parts.join(''))))
})

test('the text that a literal means has its escapes undone', () => {
  assert.equal(unescapeText(String.raw`a\"b\\x41\t\n\r\x42`), 'a"b\\x41\t\n\rB')
})

test('the text that a literal means is UTF-8 where its bytes are', () => {
  assert.equal(unescapeText(String.raw`é \xc3\xa9`), 'é é')
})

test('the text that a literal means is one character for each byte where they are not', () => {
  assert.equal(unescapeText(String.raw`caf\xe9`), 'café')
})

test('the text that a literal means keeps every byte', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const text = unescapeText(literal(bytes))
      const isSame = (encoding: BufferEncoding) => Buffer.from(text, encoding).equals(bytes)
      assert.ok(isSame('utf8') || isSame('latin1'))
    }),
  )
})

test('the condition is told wherever it stands, behind metadata or patterns', () => {
  const sections = ['', 'meta: a = "condition" b = true', 'meta: a = 1 strings: $a = "condition: false"']
  for (const section of sections) {
    const text = `rule a { ${section} condition: filesize == 1 }`
    const rule = readSourceFacts(text).rules[0]
    assert.equal(text.slice(rule?.condition), 'filesize == 1 }')
  }
})
