import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flatten } from './flatten.ts'

test('objects, and objects in lists, become joined keys', () => {
  const document = {
    results: [{ scan: { rule: 'exe' }, size: 25 }, { size: 3 }],
    plugins: { '0': 'yara' },
    tlp: 'white',
  }
  assert.deepEqual(flatten(document, ':'), {
    'results:0:scan:rule': 'exe',
    'results:0:size': 25,
    'results:1:size': 3,
    'plugins:0': 'yara',
    tlp: 'white',
  })
})

test('the delimiter is an underscore unless told otherwise', () => {
  assert.deepEqual(flatten({ a: { b: 1 } }), { a_b: 1 })
})

test('delimiters of any length leave the keys whole', () => {
  assert.deepEqual(flatten({ a: { b: [{ c: 1 }] } }, '__'), { a__b__0__c: 1 })
  assert.deepEqual(flatten({ a: { b: [{ c: 1 }] } }, ' -> '), { 'a -> b -> 0 -> c': 1 })
  assert.deepEqual(flatten({ a: { b: [{ c: 1 }] } }, ''), { ab0c: 1 })
})

test('a list that holds anything but objects stays whole, and its objects are flattened beside it', () => {
  assert.deepEqual(flatten({ scan: [1, 2, { c: null }] }), { scan: [1, 2, { c: null }], scan_2_c: null })
  assert.deepEqual(flatten({ uuid: ['a', 'b'] }), { uuid: ['a', 'b'] })
})

test('lists of lists stay whole', () => {
  assert.deepEqual(flatten({ strings: [['0', '$MZ'], [{ a: 1 }]] }), { strings: [['0', '$MZ'], [{ a: 1 }]] })
})

test('empty objects and lists are kept', () => {
  const document = { tags: [], source_meta: {}, list: [{}, { a: {} }] }
  assert.deepEqual(flatten(document), { tags: [], source_meta: {}, list_0: {}, list_1_a: {} })
})

test('a key that is taken is given a number, whoever comes first', () => {
  assert.deepEqual(flatten({ a_b: 1, a: { b: 2 } }), { a_b: 1, a_b_2: 2 })
  assert.deepEqual(flatten({ a: { b: 1, b_2: 2 }, a_b: 3, a_b_2: 4 }), {
    a_b: 1,
    a_b_2: 2,
    a_b_3: 3,
    a_b_2_2: 4,
  })
})

test('dates, bytes and other single values stay as they are; maps and sets are objects and lists', () => {
  const [date, bytes] = [new Date(0), new Uint8Array([1])]
  const document = { date, bytes, map: new Map([[1, { a: 'x' }]]), set: new Set([{ b: 'y' }]), none: null }
  assert.deepEqual(flatten(document), { date, bytes, map_1_a: 'x', set_0_b: 'y', none: null })
})

test('a key __proto__ is a key like any other', () => {
  const flat = flatten(
    JSON.parse('{"__proto__": {"polluted": 1}, "a": {"__proto__": 2}, "b": {"constructor": 3}}'),
  )
  assert.deepEqual(Object.entries(flat), [
    ['__proto___polluted', 1],
    ['a___proto__', 2],
    ['b_constructor', 3],
  ])
  const bare = flatten(JSON.parse('{"__proto__": 1}'))
  assert.deepEqual(Object.entries(bare), [['__proto__', 1]])
  assert.equal(Object.getPrototypeOf(bare), Object.prototype)
})

test('a list or a single value alone has keys too', () => {
  assert.deepEqual(flatten([{ a: 1 }, { a: 2 }]), { '0_a': 1, '1_a': 2 })
  assert.deepEqual(flatten([1, 2]), { '': [1, 2] })
  assert.deepEqual(flatten(null), { '': null })
})

test('an object inside itself becomes a text, one met twice does not', () => {
  const document: Record<string, unknown> = { a: { b: 1 } }
  document['again'] = document['a']
  document['self'] = document
  document['list'] = [document]
  assert.deepEqual(flatten(document), { a_b: 1, again_b: 1, self: '[circular]', list_0: '[circular]' })
})

test('what lies more than 100 objects deep stays whole', () => {
  let document: unknown = 'core'
  for (let level = 0; level < 100_000; level++) document = { a: document, b: level }
  const flat = flatten(document)
  assert.equal(Object.keys(flat).length, 101)
  assert.equal(flat[`${'a_'.repeat(50)}b`], 99_949)
  assert.deepEqual(Object.keys(Object(flat[`${'a_'.repeat(99)}a`])), ['a', 'b'])
})

test('objects that hold each other many times do not fill the memory', () => {
  let document: unknown = { core: 1 }
  for (let level = 0; level < 90; level++) document = { a: document, b: document }
  assert.ok(Object.keys(flatten(document)).length < 1_000_000)
})

test('long keys over many small values do not fill the memory: they stay whole', () => {
  let document: unknown = Array.from({ length: 20_000 }, () => ({ x: 1 }))
  for (let level = 0; level < 90; level++) document = { ['k'.repeat(5000)]: document }
  const [key, list, ...others] = Object.entries(flatten(document)).flat()
  assert.equal(others.length, 0)
  assert.equal(String(key).length, 90 * 5001 - 1)
  assert.equal(Object(list).length, 20_000)
})

test('thousands of keys that become the same are told apart in time', () => {
  const start = performance.now()
  assert.equal(Object.keys(flatten(splits(15))).length, 2 ** 14)
  assert.ok(performance.now() - start < 5000)
})

/** All ways to write a_a_…_a as keys inside keys. */
function splits(length: number): object {
  const members = Array.from({ length }, (_, index) => {
    const rest = length - index - 1
    return [
      Array(index + 1)
        .fill('a')
        .join('_'),
      rest === 0 ? 0 : splits(rest),
    ]
  })
  return Object.fromEntries(members)
}

const word = fc.constantFrom('a', 'b', 'a_b', '_', '', '0', '__proto__', 'constructor', 'a__b')
const { document } = fc.letrec<{ document: unknown; value: unknown }>(tie => ({
  document: fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.array(tie('document'), { maxLength: 3 }),
    tie('document'),
  ),
}))

test('no value is lost, none is invented, and every one has its own key', () => {
  fc.assert(
    fc.property(document, fc.constantFrom('_', ':', '__', '', ' / '), (value, delimiter) => {
      const flat = Object.values(flatten(value, delimiter))
      assert.deepEqual(texts(flat), texts(leaves(value)))
    }),
  )
})

test('flattening twice changes nothing', () => {
  fc.assert(
    fc.property(document, value => {
      const flat = flatten(value)
      assert.deepEqual(flatten(flat), flat)
    }),
  )
})

/** What must be found under some key: single values, lists that are no lists of objects, empty objects. */
function leaves(value: unknown): unknown[] {
  const isWhole = Array.isArray(value) && (value.length === 0 || typeof value[0] !== 'object')
  if (typeof value !== 'object' || value === null || isWhole) return [value]
  return Object.keys(value).length === 0 ? [value] : Object.values(value).flatMap(leaves)
}

function texts(values: unknown[]): string[] {
  return values.map(value => JSON.stringify(value)).sort()
}
