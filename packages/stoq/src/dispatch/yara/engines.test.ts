import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import initWasm from '@virustotal/yara-x'
import type { MetaValue, RuleSource } from './engine.ts'
import { compile, engines, everyEngine, names, scan, wasm } from './engine-suite.test.ts'

everyEngine('a match tells rule, namespace, tags, metadata and strings', engine => {
  const rule =
    'rule a : t1 t2 { meta: m = "x" strings: $a = "bc" $b = { 64 ?? 66 } $c = /g+/ condition: any of them }'
  assert.deepEqual(scan(engine, rule, 'abcdefbcgg'), [
    {
      rule: 'a',
      namespace: 'default',
      tags: ['t1', 't2'],
      meta: { m: 'x' },
      strings: [
        { identifier: '$a', offset: 1, length: 2 },
        { identifier: '$a', offset: 6, length: 2 },
        { identifier: '$b', offset: 3, length: 3 },
        { identifier: '$c', offset: 8, length: 2 },
        { identifier: '$c', offset: 9, length: 1 },
      ],
    },
  ])
})

everyEngine('metadata keeps its types and its text', engine => {
  const meta = String.raw`t = true f = false i = 3 n = -5 h = 0x10 k = 4KB q = "a \"b\"" u = "é" x = "\xc3\xa9\xff" d = 1 d = 2`
  const expected: Record<string, MetaValue> = {
    t: true,
    f: false,
    i: 3,
    n: -5,
    h: 16,
    k: 4096,
    q: 'a "b"',
    u: 'é',
    x: 'Ã©ÿ',
    d: 2,
  }
  assert.deepEqual(scan(engine, `rule a { meta: ${meta} condition: true }`)[0]?.meta, expected)
})

everyEngine('an integer beyond the numbers of JavaScript does not spoil the match', engine => {
  const [match] = scan(engine, 'rule a { meta: big = 9223372036854775807 condition: true }')
  assert.deepEqual(match?.meta, { big: 2 ** 63 })
})

everyEngine('matches come in the order of the rules, global rules too', engine => {
  const rules = 'rule z { condition: a } rule a { condition: true } global rule g { condition: true }'
  const inOrder = 'rule a { condition: true } rule z { condition: a } global rule g { condition: true }'
  assert.equal(compile(engine, rules).faults.length, 1)
  assert.deepEqual(names(scan(engine, inOrder)), ['a', 'z', 'g'])
})

everyEngine('private rules and private patterns are used and not reported', engine => {
  const rules =
    'private rule p { strings: $p = "x" condition: $p } rule a { strings: $a = "x" private $b = "y" condition: p and $a and $b }'
  assert.deepEqual(scan(engine, rules, 'xy'), [
    {
      rule: 'a',
      namespace: 'default',
      tags: [],
      meta: {},
      strings: [{ identifier: '$b', offset: 1, length: 1 }],
    },
  ])
})

everyEngine('a global rule that does not match silences the rules of its source only', engine => {
  const rules = compile(
    engine,
    'global rule g { condition: filesize > 100 } rule a { condition: true }',
    'rule b { condition: true }',
  )
  assert.deepEqual(names(rules.scan(Buffer.from('x'))), ['b'])
  assert.deepEqual(names(rules.scan(Buffer.alloc(101))), ['g', 'a', 'b'])
})

everyEngine('sources may have rules of one name, and give matches in their order', engine => {
  const rules = compile(
    engine,
    'rule same { meta: n = 1 condition: true }',
    'rule other { condition: true } rule same { meta: n = 2 condition: true }',
    'rule third { condition: true }',
  )
  assert.equal(rules.usable.length, 3)
  const found = rules.scan(new Uint8Array()).map(({ rule, namespace, meta }) => [rule, namespace, meta['n']])
  assert.deepEqual(found, [
    ['same', 'default', 1],
    ['other', 'default', undefined],
    ['same', 'default', 2],
    ['third', 'default', undefined],
  ])
})

everyEngine('a namespace that a source asks for is reported', engine => {
  const rules = engine.compile([{ name: 'x', text: 'rule a { condition: true }', namespace: 'mine' }])
  assert.equal(rules.scan(new Uint8Array())[0]?.namespace, 'mine')
})

everyEngine('a pattern that two rules share is found for one where the other cannot match', engine => {
  const shared = 'strings: $a = "shared" condition:'
  const rules = `rule a { ${shared} uint16be(0) == 0x4D5A and $a } rule b { ${shared} filesize > 100 and $a } rule c { ${shared} $a }`
  assert.deepEqual(names(scan(engine, rules, 'a shared text')), ['c'])
})

everyEngine('modules give facts of the payload', engine => {
  const exe = readFileSync(new URL('../../../../../test/parity/samples/pe32.exe', import.meta.url))
  const rules = 'import "pe" import "math" rule a { condition: pe.is_pe and math.entropy(0, filesize) > 0.5 }'
  assert.deepEqual(names(scan(engine, rules, exe)), ['a'])
})

everyEngine('an empty payload is scanned', engine => {
  assert.deepEqual(names(scan(engine, 'rule a { condition: filesize == 0 }', new Uint8Array())), ['a'])
})

everyEngine('offsets count from the start of a payload that is part of a larger buffer', engine => {
  const payload = Buffer.from('..needle..needle').subarray(6)
  const [match] = scan(engine, 'rule a { strings: $a = "needle" condition: $a }', payload)
  assert.deepEqual(match?.strings, [{ identifier: '$a', offset: 4, length: 6 }])
})

everyEngine('offsets and lengths count bytes, whatever the bytes are', engine => {
  const payload = Buffer.from([0xff, 0xc3, 0xa9, 0xf0, 0x9f, 0x00, 0x41, 0x80])
  const [match] = scan(
    engine,
    'rule a { strings: $a = { 41 80 } $b = { f0 9f 00 } condition: all of them }',
    payload,
  )
  assert.deepEqual(match?.strings, [
    { identifier: '$a', offset: 6, length: 2 },
    { identifier: '$b', offset: 3, length: 3 },
  ])
})

everyEngine('a million matches are cut to a thousand for each pattern', engine => {
  const rule = 'rule a { strings: $a = "ab" $b = "ba" condition: #a == 1000 and $b }'
  assert.equal(scan(engine, rule, Buffer.alloc(2_000_000, 'ab'))[0]?.strings.length, 2000)
})

everyEngine('what a caller changes in a match does not change the next one', engine => {
  const rules = compile(engine, 'rule a : t { meta: m = 1 condition: true }')
  const [first] = rules.scan(new Uint8Array())
  Object.assign(first?.meta ?? {}, { m: 2 })
  first?.tags.push('more')
  assert.deepEqual(rules.scan(new Uint8Array())[0], {
    rule: 'a',
    namespace: 'default',
    tags: ['t'],
    meta: { m: 1 },
    strings: [],
  })
})

everyEngine('answers stay the same over many bytes', engine => {
  const rules = compile(
    engine,
    'private rule p { condition: filesize > 3 } rule a { strings: $a = "one" condition: $a } rule c { condition: filesize == 7 }',
    'rule b { strings: $a = "two" $b = "three" condition: any of them } import "pe" rule d { strings: $d = "w" condition: $d }',
  )
  const before = rules.scan(Buffer.from('one two'))
  const zeros = Buffer.alloc(1_000_000)
  for (let round = 0; round < 20; round++) rules.scan(zeros)
  assert.deepEqual(rules.scan(Buffer.from('one two')), before)
  assert.deepEqual(names(before), ['a', 'c', 'b', 'd'])
})

test('all engines give the same answers on samples of every kind', () => {
  const samples = new URL('../../../../../test/parity/samples/', import.meta.url)
  const rules = [
    'rule bytes { strings: $x = { 00 ?? fe } $y = /[\\x80-\\xff]{2}/ $z = "MZ" condition: any of them }',
    'rule words { strings: $a = "this program" nocase wide ascii $b = /[a-z]{3}\\.(exe|dll)/ $c = "PK" xor condition: 2 of them }',
    'import "pe" rule pe : windows { condition: pe.is_pe and pe.number_of_sections > 2 }',
    'rule numbers { condition: uint32be(0) == 0x504B0304 or for any i in (0..16) : (uint8(i) == 0x7f) }',
  ]
  const sources: RuleSource[] = rules.map((text, index) => ({ name: `rules${index}`, text }))
  const compiled = engines.map(engine => engine.compile(sources))
  for (const name of readdirSync(samples).filter((_, index) => index % 4 === 0)) {
    const payload = readFileSync(new URL(name, samples))
    const [first, ...others] = compiled.map(set => set.scan(payload))
    for (const other of others) assert.deepEqual(other, first, name)
  }
})

test('wasm: what the binding keeps of every scan is let go of', async () => {
  const { __wbindgen_externrefs: kept } = await initWasm()
  const rules = compile(wasm, 'rule a { condition: true }')
  for (let round = 0; round < 250; round++) rules.scan(new Uint8Array())
  const objects = Array.from({ length: kept.length }, (_, index) => String(kept.get(index)))
  assert.ok(objects.filter(text => text === '[object WebAssembly.Instance]').length < 150)
})
