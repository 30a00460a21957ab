import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { engines, wasm } from './engine-suite.test.ts'
import { readPlainCondition } from './plain-condition.ts'
import { isTrue } from './plain-truth.ts'

const engine = engines.at(-1) ?? wasm

/** What the engine says of conditions, each for one payload. */
function askEngine(conditions: readonly string[], payload: Buffer): boolean[] {
  const text = conditions.map((condition, index) => `rule r${index} { condition: ${condition} }`).join('\n')
  const rules = engine.compile([{ name: 'rules', text }])
  assert.deepEqual(rules.faults, [], text)
  const matched = new Set(rules.scan(payload).map(({ rule }) => rule))
  rules.close()
  return conditions.map((_, index) => matched.has(`r${index}`))
}

/** null: it is left to the engine. */
function ask(condition: string, payload: Buffer, matched: string[] = []): boolean | null {
  const tree = readPlainCondition(`${condition} }`, rule => rule.startsWith('known'))
  return tree && isTrue(tree, { payload, matched: new Set(matched), variables: {} })
}

const payload = Buffer.from('abcdefgh')

test('a condition that is very long is left to the engine', () => {
  assert.equal(ask(`filesize ${'+ 1 '.repeat(500)} > 1`, payload), true)
  assert.equal(ask(`filesize ${'+ 1 '.repeat(5000)} > 1`, payload), null)
})

const told = [
  'uint32be(0) == 0x61626364 and not (uint8(8) == 1 and true)',
  'not (uint8(8) == 1) or uint16(6) == 0x6867',
  'not not (uint8(8) == 1 or false)',
  '5 - 3 - 1 == 1 and 8 \\ 2 \\ 2 == 2 and 1 | 2 ^ 3 & 1 == 3 and 7 % 4 * 2 == 6',
  'not (1 \\ (uint8(0) & 0) == 0)',
  'uint32(uint8(0) - 97) != uint32(1)',
  'for any k in (2..8) : (for all i in (1, 2) : (uint8(k) - uint8(i) == k - i))',
  '(uint8(0) | 0x20) == 0x61 and ((filesize)) < 1KB',
  'uint8(filesize - 9) == 0 or uint8(filesize - 8) == 0x61',
]
test('what is undefined, how operators bind, loops: as the engine has them', () => {
  assert.deepEqual(
    told.map(condition => ask(condition, payload)),
    askEngine(told, payload),
  )
})

test('rules that are known may be named', () => {
  assert.equal(ask('known_a and not known_b', payload, ['known_a']), true)
  assert.equal(ask('known_b', payload, ['known_a']), false)
})

const leftToTheEngine = [
  '$a',
  'any of them',
  '#a > 1',
  'stranger',
  'uint8(0)',
  'pe.is_pe',
  'defined uint8(0)',
  'int8(0) < 0',
  'uint8(0) << 4 == 1',
  'uint32(0) * uint32(4) * uint32(8) == 1',
  '(filesize & 1) == 0',
  '(uint8(0) - uint8(1)) % 3 == 0',
  'for any i in (3..1) : (true)',
  'for any i in (0..100000000) : (uint8(i) == 1)',
  'for 2 i in (1, 2) : (true)',
  'uint8(0) == 99999999999999999999',
  'uint8(0) == 1.5',
  'uint8(0) = 1',
  'true true',
  '',
  `${'('.repeat(100_000)}true${')'.repeat(100_000)}`,
]
for (const condition of leftToTheEngine) {
  test(`left to the engine: ${condition.slice(0, 50)}`, () => assert.equal(ask(condition, payload), null))
}

const { condition } = fc.letrec<{ quantity: string; condition: string }>(tie => ({
  quantity: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat({ max: 12 }).map(String),
    fc.constantFrom('filesize', 'uint8(0)', 'uint16be(1)', 'uint32(3)', '0xFF', '0xFFFFFFFF'),
    tie('quantity').map(place => `uint8(${place})`),
    fc
      .tuple(tie('quantity'), fc.constantFrom('+', '-', '*', '\\', '%', '&', '|', '^'), tie('quantity'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie('quantity'), fc.constantFrom('+', '-', '*', '&', '|', '^'), tie('quantity'))
      .map(([a, operator, b]) => `${a} ${operator} ${b}`),
  ),
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(tie('quantity'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('quantity'))
      .map(([a, comparison, b]) => `${a} ${comparison} ${b}`),
    fc.constantFrom('true', 'false'),
    tie('condition').map(part => `not ${part}`),
    tie('condition').map(part => `(${part})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, joint, b]) => `${a} ${joint} ${b}`),
    fc
      .tuple(fc.constantFrom('any', 'all'), fc.nat({ max: 6 }), fc.nat({ max: 3 }))
      .map(([some, first, more]) => `for ${some} i in (${first}..${first + more}) : (uint8(i) < 0x80)`),
  ),
}))

test('whatever is told is what the engine says', () => {
  let count = 0
  const samples = fc.array(condition, { minLength: 30, maxLength: 30 })
  fc.assert(
    fc.property(samples, fc.uint8Array({ maxLength: 16 }), (conditions, bytes) => {
      const payload = Buffer.from(bytes)
      const plain = conditions.filter(each => ask(each, payload) !== null)
      count += plain.length
      if (plain.length === 0) return
      assert.deepEqual(
        plain.map(each => [each, ask(each, payload)]),
        askEngine(plain, payload).map((answer, index) => [plain[index], answer]),
      )
    }),
    { numRuns: 60 },
  )
  assert.ok(count > 500, `${count} were told`)
})
