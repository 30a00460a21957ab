import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CompiledRules } from './engine.ts'
import { engines, names, wasm } from './engine-suite.test.ts'
import { isTrue } from './plain-truth.ts'
import { planUnits } from './plan-units.ts'
import { prepareSources } from './rule-set.ts'

const costly = (name: string, condition: string) =>
  `rule ${name} { strings: $a = /secret word/ condition: ${condition} }`
const cheap = (name: string, condition: string) =>
  `rule ${name} { strings: $a = "${name}" condition: ${condition} }`

function plan(...texts: string[]) {
  return planUnits(
    prepareSources(texts.map((text, index) => ({ name: `rules${index}`, text, isProven: true }))).prepared,
  )
}

/** The rules whose matches count in each unit of a stage. */
const rulesOf = (units: readonly { owned: ReadonlySet<string> }[] = []) =>
  units.map(({ owned }) => [...owned])

test('a costly rule waits for the rules that its condition begins with', () => {
  const units = plan(
    `private ${cheap('is_doc', '$a or #a > 1')} ${costly('a', 'is_doc and $a')} ${costly('b', '$a and is_doc')} ${costly('c', 'filesize > 3 and $a')} ${costly('d', '$a')}`,
  )
  assert.deepEqual(rulesOf(units?.first), [['is_doc', 'd']])
  assert.deepEqual(rulesOf(units?.second), [['a', 'b'], ['c']])
  assert.match(units?.first[0]?.text ?? '', /rule stoq_guard_0 \{ condition: is_doc\n\}/)
})

test('a rule that is no gain to defer stays in the first stage', () => {
  const blank = 'rule is_doc { condition: filesize > 3 }'
  assert.equal(plan(`${blank} ${cheap('a', 'is_doc and $a')}`), null)
  assert.equal(plan(`${blank} ${costly('a', 'not is_doc and $a')}`), null)
  assert.equal(plan(`${blank} ${costly('a', 'is_doc or $a')}`), null)
  assert.equal(plan(`global ${blank} ${costly('a', 'is_doc and $a')}`), null)
})

test('a rule that one of the first stage names is in the first stage, with all that it names', () => {
  const rules = `${cheap('g', '$a')} ${costly('a', 'g and $a')} ${costly('b', 'g and a and $a')} ${cheap('c', 'b and $a')}`
  assert.equal(plan(rules), null)
  assert.deepEqual(rulesOf(plan(rules.replace('b and $a }', '$a }'))?.second), [['a', 'b']])
})

test('costly texts that begin with three marks have a unit, with the rules that wait for them', () => {
  const marked = (name: string, text: string) =>
    `rule ${name} { strings: $a = "${text}" nocase condition: $a }`
  const units = plan(
    `${marked('dot', '.abc')} ${marked('angle', '<abc')} ${marked('dash', '-abc')} ${marked('fourth', '|abc')} ${costly('a', 'dot and $a')}`,
  )
  assert.deepEqual(rulesOf(units?.first), [['dot', 'angle', 'dash'], ['fourth']])
  assert.deepEqual(rulesOf(units?.second), [['a']])
  assert.match(units?.first[0]?.text ?? '', /rule stoq_guard_0/)
})

test('rules and guards that ask for no pattern are told without the engine, those that it has to be asked for are not', () => {
  const rules = `rule a { condition: uint8(0) == 1 } rule b { condition: a and not filesize > 9 } rule c { condition: defined uint8(0) }`
  const units = plan(
    `${rules} ${costly('d', 'b and $a')} ${costly('e', 'uint8(1) == 2 and $a')} ${costly('f', 'c and $a')}`,
  )
  assert.deepEqual(
    units?.told.map(({ name, isRule }) => [name, isRule]),
    [
      ['a', true],
      ['b', true],
      ['stoq_guard_0', false],
      ['stoq_guard_1', false],
    ],
  )
  assert.deepEqual(rulesOf(units?.first), [['c']])
  assert.deepEqual(rulesOf(units?.second), [['d'], ['e'], ['f']])
  assert.deepEqual(plan('rule a { condition: filesize == 1 }')?.first, [])
})

test('there are no more than sixteen units of the second stage', () => {
  const rules = Array.from({ length: 40 }, (_, index) => costly(`r${index}`, `filesize > ${index} and $a`))
  const units = plan(rules.join('\n'))
  assert.equal(units?.second.length, 16)
  assert.equal(rulesOf(units?.first)[0]?.length, 24)
})

test('where costly rules wait, a few rules of a few texts are searched for one after the other', () => {
  const guard = 'rule is_doc { condition: filesize > 3 }'
  const units = plan(
    `${guard} ${cheap('a', '$a')} ${cheap('b', 'any of them')} ${costly('c', 'is_doc and $a')}`,
  )
  assert.deepEqual(rulesOf(units?.first), [['a'], ['b']])
  assert.deepEqual(rulesOf(units?.second), [['c']])
  const named = plan(`${guard} ${cheap('a', '$a')} ${cheap('b', '$a and a')} ${costly('c', 'is_doc and $a')}`)
  assert.deepEqual(rulesOf(named?.first), [['a', 'b']])
})

const worded = (name: string, condition: string) =>
  `rule ${name} { strings: $a = "first text" $b = "second" wide $c = "third" base64 $d = { ?? 66 6F 75 72 74 68 } condition: ${condition} }`

test('a rule that needs one of its texts waits for them in a unit of its own', () => {
  const units = plan(
    `${worded('a', 'any of them')} ${worded('b', '$a and not $b and $c and $d')} ${cheap('c', '$a')}`,
  )
  assert.deepEqual(rulesOf(units?.first), [['c']])
  assert.deepEqual(rulesOf(units?.second), [['a'], ['b']])
  const texts = units?.second.map(unit => unit.texts?.map(text => Buffer.from(text).toString('latin1')))
  assert.deepEqual(texts, [
    ['first text', 's\0e\0c\0o\0n\0d\0', 'dGhpcm', 'RoaXJk', '0aGlyZ', 'fourth'],
    ['first text'],
  ])
})

test('it waits for the texts of a rule that it needs, in the unit of that', () => {
  const units = plan(
    `private ${worded('a', 'any of them')} ${cheap('b', 'a and $a')} ${costly('c', 'filesize > 3 and b and $a')} ${cheap('d', '$a')}`,
  )
  assert.deepEqual(rulesOf(units?.first), [['d']])
  assert.deepEqual(rulesOf(units?.second), [['a', 'b'], ['c']])
  assert.deepEqual(units?.second[0]?.texts, units?.second[1]?.texts)
})

test('it waits for its guards first, and for texts of four bytes then', () => {
  const guard = 'rule is_doc { condition: filesize > 3 }'
  const short = 'rule a { strings: $a = "four" nocase condition: is_doc and $a }'
  const units = plan(`${guard} ${short} ${short.replace('rule a', 'rule b').replace('is_doc and ', '')}`)
  assert.deepEqual(rulesOf(units?.first), [['b']])
  assert.deepEqual(
    units?.second.map(({ guards, texts }) => [guards.length, texts?.length]),
    [[1, 1]],
  )
})

test('a rule that begins with its texts may be asked for by what else makes it match', () => {
  const units = plan(`${worded('a', 'any of them or filesize == 4 or uint8(0) == 1')} ${cheap('c', '$a')}`)
  assert.deepEqual(rulesOf(units?.second), [['a']])
  assert.equal(units?.second[0]?.otherwise, 'stoq_guard_0')
  const [guard] = units?.told ?? []
  assert.equal(guard?.name, 'stoq_guard_0')
  const answers = ['', '1234', '\x01'].map(
    text =>
      guard && isTrue(guard.condition, { payload: Buffer.from(text), matched: new Set(), variables: {} }),
  )
  assert.deepEqual(answers, [false, true, true])
  assert.equal(plan(`${worded('a', 'filesize == 4 or any of them')} ${cheap('c', '$a')}`), null)
})

test('no more than two texts are searched for by themselves', () => {
  const rule = (name: string) => `rule ${name} { strings: $a = "${name}" condition: $a }`
  assert.deepEqual(rulesOf(plan(['abc', 'bcd', 'cde'].map(rule).join(' '))?.second), [['abc'], ['bcd']])
  const guarded = ['abc', 'bcd', 'cde'].map(name => {
    const four = ['1', '2', '3', '4'].map(digit => `$a${digit} = "${name}${digit}"`).join(' ')
    return `rule ${name} { strings: $a = "${name}" ${four} condition: filesize > 3 and any of them }`
  })
  assert.deepEqual(rulesOf(plan(guarded.join(' '))?.second), [['abc'], ['bcd'], ['cde']])
})

test('a rule with thousands of texts stays in the first stage', () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `$a${index} = "a text ${index}"`).join(' ')
  assert.equal(plan(`rule a { strings: ${texts} condition: any of them } ${cheap('c', '$a')}`), null)
})

test('a rule that may match without its texts, or that another names, does not wait for them', () => {
  for (const condition of [
    'not $a and ($b or $c or $d)',
    '$a or $b or $c or $d',
    '#a == 0 and ($b or $c or $d)',
    '0 of them',
  ])
    assert.equal(plan(`${worded('a', condition)} ${cheap('c', '$a')}`), null, condition)
  assert.equal(plan(`${worded('a', 'any of them')} ${cheap('c', '$a and not a')}`), null)
})

/** Conditions over earlier rules, own patterns and the payload; every form that cutting must see through. */
function condition(earlier: readonly string[]): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(
    ...earlier,
    '$a',
    '$b',
    'any of them',
    '#a > 1',
    '@b == 2',
    '@b != 2',
    'filesize > 4',
    'uint8(0) == 0x61',
    'for any i in (0..1) : (uint8(i) == 0x62 and $a)',
    'with n = 1 : (#a >= n and $b)',
    'true',
  )
  const tree = fc.letrec<{ node: string }>(tie => ({
    node: fc.oneof(
      { weight: 3, arbitrary: leaf },
      leaf.map(text => `not ${text}`),
      fc
        .tuple(tie('node'), fc.constantFrom(' and ', ' or ', '\nand /* or */ '), tie('node'))
        .map(parts => parts.join('')),
      tie('node').map(text => `(${text})`),
    ),
  }))
  // Every pattern must be named somewhere.
  return tree.node.map(text => `${text} and (any of them or not any of them)`)
}

/** Of a rule without patterns. */
function plainCondition(earlier: readonly string[]): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(
    ...earlier,
    'filesize > 4',
    'uint8(0) == 0x61',
    'not uint8(3) == 0x62',
    'defined uint8(2)',
  )
  const joint = fc.constantFrom('and', 'or', 'and not', 'or not')
  return fc.tuple(leaf, joint, leaf).map(parts => parts.join(' '))
}

const ruleSet = fc
  .array(fc.record({ kind: fc.constantFrom('', 'private '), patterns: fc.integer({ min: -1, max: 4 }) }), {
    minLength: 2,
    maxLength: 7,
  })
  .chain(shapes => {
    const known = shapes.map((_, index) => `r${index}`)
    const conditionOfShape = ({ patterns }: { patterns: number }, index: number) =>
      patterns < 0 ? plainCondition(known.slice(0, index)) : condition(known.slice(0, index))
    return fc.tuple(...shapes.map(conditionOfShape)).map(conditions =>
      shapes.map(({ kind, patterns }, index) => {
        const strings = [
          '$a = "ab" $b = "ba"',
          '$a = "ab" nocase $b = "c"',
          '$a = ".a" nocase wide ascii $b = "<b" nocase',
          '$a = /a+b/ $b = { 62 [0-1] 61 }',
          '$a = "abcab" $b = "ABCAB" wide base64',
        ]
        const section = patterns < 0 ? '' : `strings: ${strings[patterns]}`
        return `${kind}rule r${index} { ${section} condition: ${conditions[index]} }`
      }),
    )
  })

/** So many bytes that rules are worth being cut. */
const many = Buffer.alloc(9 * 1024 * 1024)

function scanMuch(rules: CompiledRules): CompiledRules {
  rules.scan(many)
  return rules
}

test('rules cut into units give the answers of all rules together', () => {
  const payload = fc.stringMatching(/^([abcABC.<]|abcab|QQBCAEMAQQBCA){0,8}$/)
  fc.assert(
    fc.property(ruleSet, fc.array(payload, { minLength: 1, maxLength: 4 }), (rules, payloads) => {
      const text = rules.join('\n')
      const sets = [
        // As they are: they are cut when much was scanned.
        wasm.compile([{ name: 'rules', text }]),
        ...engines.flatMap(engine => [
          engine.compile([{ name: 'rules', text, isProven: true }]),
          scanMuch(engine.compile([{ name: 'rules', text, isProven: true }])),
          scanMuch(engine.compile([{ name: 'rules', text }])),
        ]),
      ]
      for (const text of payloads) {
        const [expected = [], ...others] = sets.map(set => set.scan(Buffer.from(text)))
        for (const matches of others) assert.deepEqual(names(matches), names(expected), rules.join('\n'))
        for (const matches of others) assert.deepEqual(matches, expected)
      }
      for (const set of sets) {
        assert.deepEqual(set.faults, [])
        set.close()
      }
    }),
    { numRuns: 60 },
  )
})

test('rules of others than stoQ wait for no texts: among them the engine finds many as fast as few', () => {
  const text = `rule a { strings: $a = "a long text" condition: $a } ${costly('b', 'any of them')}`
  const { prepared } = prepareSources([{ name: 'rules', text }])
  assert.ok((planUnits(prepared)?.second ?? []).every(({ texts }) => texts === null))
})
