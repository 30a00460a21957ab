import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesToText, dumps, loads, normalizeJson, sanitizeJson } from './json.ts'

const compact = (value: unknown) => dumps(value, { compactly: true })

/** `levels` lists or objects, one in the other. */
function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

test('JSON is indented by four spaces, by as many as asked for, or not at all', () => {
  assert.equal(dumps({ a: [1] }), '{\n    "a": [\n        1\n    ]\n}')
  assert.equal(dumps({ a: 1 }, { indent: 1 }), '{\n "a": 1\n}')
  assert.equal(dumps({ a: [1, 'x'] }, { indent: 0 }), '{"a":[1,"x"]}')
  assert.equal(dumps({ a: [1, 'x'] }, { compactly: true }), '{"a":[1,"x"]}')
  assert.equal(dumps({ a: {}, b: [] }), '{\n    "a": {},\n    "b": []\n}')
})

test('what is no number is null', () => {
  assert.equal(compact([Number.NaN, Infinity, -Infinity]), '[null,null,null]')
})

test('undefined and functions are dropped from objects, and null in lists', () => {
  assert.equal(compact({ a: undefined, b: () => 1, c: Symbol('s'), d: 1 }), '{"d":1}')
  assert.equal(compact([undefined, () => 1, Symbol('s'), 2n]), '[null,null,null,2]')
  assert.equal(compact(undefined), 'null')
})

test('bytes, in whatever form, are text', () => {
  const bytes = new Uint8Array([0x4d, 0x5a, 0x90, 0])
  const text = '"MZ\\\\x90\\\\x00"'
  assert.equal(compact(bytes), text)
  assert.equal(compact({ a: Buffer.from(bytes) }), `{"a":${text}}`)
  assert.equal(compact([bytes.buffer, new DataView(bytes.buffer)]), `[${text},${text}]`)
})

test('maps are objects, sets are lists, as are arrays of numbers', () => {
  assert.equal(compact(new Map<unknown, unknown>([[1, new Set(['a'])]])), '{"1":["a"]}')
  assert.equal(compact([new Float64Array([0.5, 1]), new BigInt64Array([1n])]), '[[0.5,1],[1]]')
})

test('big integers are numbers while they are exact, then text', () => {
  assert.equal(compact([1n, 2n ** 53n - 1n, 2n ** 64n]), '[1,9007199254740991,"18446744073709551616"]')
})

test('dates are ISO 8601, invalid ones null', () => {
  assert.equal(compact([new Date(0), new Date(Number.NaN), 1n]), '["1970-01-01T00:00:00.000Z",null,1]')
})

test('errors, patterns, addresses and boxed values say what they are', () => {
  const values = [new RangeError('too far'), /a+/g, new URL('http://x/'), Object('boxed'), Object(1)]
  assert.equal(compact(values), '["RangeError: too far","/a+/g","http://x/","boxed",1]')
})

test('objects of a class are their own members, and speak for themselves with toJSON', () => {
  class Point {
    x = 1n
  }
  const speaking = { toJSON: () => ({ b: new Uint8Array([65]) }) }
  assert.equal(compact([new Point(), speaking]), '[{"x":1},{"b":"A"}]')
})

test('what holds itself becomes a text that says so', () => {
  const document: Record<string, unknown> = { a: 1 }
  document['self'] = [document]
  const endless = { toJSON: () => ({ again: endless }) }
  assert.equal(compact(document), '{"a":1,"self":["[circular]"]}')
  assert.equal(compact(endless), '{"again":"[circular]"}')
})

test('what is met twice, but does not hold itself, is written twice', () => {
  const shared = { a: 1n }
  assert.equal(compact([shared, shared]), '[{"a":1},{"a":1}]')
})

test('a member that cannot be read says why, the others stand', () => {
  const document = {
    get broken() {
      throw new TypeError('gone')
    },
    whole: 1,
  }
  assert.equal(compact(document), '{"broken":"[unreadable: gone]","whole":1}')
})

test('100,000 levels end in a text that says so', () => {
  assert.match(compact(nested(100_000, inner => [inner])), /^\[{500}"\[deeper than 500 levels\]"\]{500}$/)
  assert.match(compact(nested(100_000, inner => ({ inner }))), /"\[deeper than 500 levels\]"/)
  assert.equal(compact(nested(500, inner => [inner])), '['.repeat(500) + '"core"' + ']'.repeat(500))
})

test('lists without end are cut', () => {
  const text = compact([1n, new Array(1e9)])
  assert.ok(text.startsWith('[1,[null,null') && text.length < 100_000_000)
})

test('a small document cannot ask for gigabytes of indentation', () => {
  const wide = nested(400, inner => [inner, new Array(1000).fill(0)])
  assert.equal(dumps(wide), compact(wide))
})

test('control characters, line separators and lone surrogates are escaped, other text is not', () => {
  assert.equal(compact('a\x1b[2J\x7f\x9b\u2028\ud800'), '"a\\u001b[2J\\u007f\\u009b\\u2028\\ud800"')
  assert.equal(compact('ü猫😀'), '"ü猫😀"')
  assert.equal(compact({ '\x85': 1 }), '{"\\u0085":1}')
})

test('a key __proto__ is written, read and copied like any other', () => {
  const text = '{"__proto__":{"polluted":true},"constructor":1}'
  const read = loads(text)
  assert.equal(compact(read), text)
  assert.equal(compact(sanitizeJson(read)), text)
  assert.equal(compact(new Map([['__proto__', 1n]])), '{"__proto__":1}')
  assert.equal(Object.getPrototypeOf(sanitizeJson(read)), Object.prototype)
})

test('plain values come back as they were', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 5 }),
      value => compact(loads(dumps(value))) === JSON.stringify(value),
    ),
  )
})

test('any value gives JSON', () => {
  const anything = fc.anything({
    withBigInt: true,
    withMap: true,
    withSet: true,
    withDate: true,
    withTypedArray: true,
  })
  fc.assert(fc.property(anything, value => loads(dumps(value)) !== undefined))
})

test('JSON is read from text and from bytes in the usual encodings', () => {
  assert.deepEqual(loads('{"a": "ü"}'), { a: 'ü' })
  assert.deepEqual(loads('\ufeff[1]'), [1])
  assert.deepEqual(loads(Buffer.from('{"a": "ü"}')), { a: 'ü' })
  assert.deepEqual(loads(Buffer.from('\ufeff["ü"]', 'utf16le')), ['ü'])
  assert.deepEqual(loads(Buffer.from('["\xfc"]', 'latin1')), ['ü'])
})

test('what is no JSON is refused with the reason, safe to print', () => {
  assert.throws(() => loads('{"a": \x1b}'), { code: 'STOQ_JSON_SYNTAX', message: /^not JSON: [^\x1b]*\\x1b/ })
  assert.throws(() => loads(''), { code: 'STOQ_JSON_SYNTAX' })
  assert.throws(() => loads(new Uint8Array()), { code: 'STOQ_JSON_SYNTAX' })
})

test('100,000 levels are read', () => {
  assert.ok(Array.isArray(loads('['.repeat(100_000) + ']'.repeat(100_000))))
})

test('sanitizing replaces points and spaces in keys, at every level, and leaves values alone', () => {
  const bytes = new Uint8Array([1])
  assert.deepEqual(sanitizeJson({ 'a.b c': { 'd.e': 'f.g' } }), { a_b_c: { d_e: 'f.g' } })
  assert.deepEqual(sanitizeJson([{ 'k.k': 1 }, [[{ 'k k': bytes }]]]), [{ k_k: 1 }, [[{ k_k: bytes }]]])
  assert.deepEqual(sanitizeJson(new Map([[1.5, new Date(0)]])), { '1_5': new Date(0) })
  assert.equal(sanitizeJson(undefined), null)
})

test('keys that become the same are told apart', () => {
  assert.deepEqual(sanitizeJson({ 'a.b': 1, 'a b': 2, a_b: 3, a_b_2: 4 }), {
    a_b: 1,
    a_b_2: 2,
    a_b_3: 3,
    a_b_2_2: 4,
  })
})

test('sanitizing changes a copy, however deep', () => {
  const document = { 'a.b': { 'c.d': 1 } }
  sanitizeJson(document)
  assert.deepEqual(document, { 'a.b': { 'c.d': 1 } })
  assert.match(compact(sanitizeJson(nested(100_000, inner => ({ inner })))), /deeper than 500 levels/)
})

test('normalizing makes text of all values, and lists of objects in objects', () => {
  assert.deepEqual(normalizeJson({ i: 1, n: null, d: { a: 1 }, l: [1, { q: 2 }] }), {
    i: '1',
    n: '',
    d: [{ a: '1' }],
    l: ['1', { q: '2' }],
  })
  assert.deepEqual(
    normalizeJson({ t: true, f: false, x: 1.5, b: Buffer.from('\0'), s: 'as it is', big: 2n ** 64n }),
    {
      t: 'True',
      f: 'False',
      x: '1.5',
      b: '\\x00',
      s: 'as it is',
      big: '18446744073709551616',
    },
  )
  assert.deepEqual(normalizeJson([[1], new Date(0), null]), [['1'], '1970-01-01T00:00:00.000Z', ''])
})

test('every leaf of a normalized value is text', () => {
  const isText = (value: unknown): boolean =>
    typeof value === 'object' && value !== null
      ? Object.values(value).every(isText)
      : typeof value === 'string'
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withMap: true, withDate: true }), value =>
      isText(normalizeJson(value)),
    ),
  )
})

test('bytes as text: printable ASCII, short escapes, hex', () => {
  assert.equal(
    bytesToText(Buffer.from('PK\x03\x04 "it\'s" \\ \t\n\r\x7f\xff', 'latin1')),
    'PK\\x03\\x04 "it\'s" \\\\ \\t\\n\\r\\x7f\\xff',
  )
  assert.equal(bytesToText(new Uint8Array()), '')
})

test('no two byte sequences have the same text', () => {
  const bytesOf = (text: string) =>
    text.replace(/\\(x..|.)/g, (_, code: string) =>
      code.length === 3
        ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
        : ({ t: '\t', n: '\n', r: '\r' }[code] ?? code),
    )
  fc.assert(
    fc.property(
      fc.uint8Array(),
      bytes => bytesOf(bytesToText(bytes)) === Buffer.from(bytes).toString('latin1'),
    ),
  )
})
