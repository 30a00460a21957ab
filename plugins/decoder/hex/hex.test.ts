import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type BudgetLimits, type Kwargs, type PluginContext } from 'stoq'
import { HexDecoder } from './hex.ts'

const plugin = new HexDecoder()
const embedded = { embedded: 'True' }
const sentence = Buffer.from(
  'MZ\0 what is longer than sixty-four bytes counts as a file inside of another one. ~'.repeat(2),
)
const digits = sentence.toString('hex')
const pairs = digits.match(/../g) ?? []

type Meta = { size: number; offset?: number; damaged?: string }

function context(limits: Partial<BudgetLimits> = {}): PluginContext {
  const usual = { max_recursion: 3, max_children: 100, max_bytes: 2 ** 30, max_time: 60, max_plugin_time: 60 }
  return { budget: new Budget({ ...usual, ...limits }), signal: new AbortController().signal }
}

function decodeAll(payload: Uint8Array | string, kwargs: Kwargs = {}, given = context()): [Meta, Buffer][] {
  const answer = plugin.decode(Buffer.from(payload as string), kwargs, given)
  const found: [Meta, Buffer][] = []
  for (const [meta, content] of (answer ?? []) as Iterable<[Meta, Uint8Array]>) {
    assert.equal(meta.size, content.length)
    given.budget.takeChild(content.length)
    found.push([meta, Buffer.from(content)])
  }
  return found
}

/** The content of a payload that is hexadecimal as a whole; null when it is not. */
function decode(payload: Uint8Array | string): string | null {
  const [found] = decodeAll(payload)
  return found ? found[1].toString('latin1') : null
}

test('digits, pairs and groups are decoded, of any case and with any mark between them', () => {
  for (const text of [
    '4d5a9000',
    '4D5A 9000',
    '4d 5a 90 00',
    '4d:5A:90:00',
    '4d-5a-90-00',
    '4d,5a,\r\n90,00\r\n',
  ])
    assert.equal(decode(text), 'MZ\x90\0', text)
})

test('bytes may have a prefix, and stand in lists and strings', () => {
  for (const text of [
    '0x4d, 0x5a, 0x90, 0x0',
    '{ 0x4D,0x5A,\n  0x90,0x00 };',
    '\\x4d\\x5a\\x90\\x00',
    '"\\x4d\\x5a"\n"\\x90\\x00";',
    "'\\x4d\\x5a' + '\\x90\\x00'",
    '(&H4D, &H5A, &H90, &H0)',
    '0x4d5a9000',
  ])
    assert.equal(decode(text), 'MZ\x90\0', text)
})

test('UTF-16 text and byte order marks are taken', () => {
  assert.equal(decode(Buffer.from('\ufeff4d5a 9000', 'utf16le')), 'MZ\x90\0')
  assert.equal(decode(Buffer.from('0x4d, 0x5a', 'utf16le').swap16()), 'MZ')
  assert.equal(decode('\ufeff4d5a'), 'MZ')
})

test('a text that was cut inside of a byte gives the bytes before, and says so', () => {
  assert.deepEqual(decodeAll('4d5a9'), [[{ size: 2, damaged: 'odd number of digits' }, Buffer.from('MZ')]])
})

test('what is no hexadecimal text as a whole is not decoded', () => {
  for (const text of [
    '',
    ' ',
    'g',
    '4',
    '4d5a is the beginning',
    '4d5 a90',
    '0x4d 5a',
    ':10010000214601\n:00000001FF',
  ])
    assert.equal(decode(text), null, text)
})

test('whatever was written comes back', () => {
  const between = fc.constantFrom('', ' ', ':', ', ', '\n', '\r\n\t')
  const prefix = fc.constantFrom('', '0x', '\\x')
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      prefix,
      between,
      fc.boolean(),
      (bytes, prefix, between, isWide) => {
        fc.pre(prefix === '' || prefix === '\\x' || between !== '')
        const text = Array.from(bytes, byte => prefix + byte.toString(16).padStart(2, '0')).join(between)
        const found = decode(Buffer.from(text, isWide ? 'utf16le' : 'latin1'))
        assert.equal(found, Buffer.from(bytes).toString('latin1'))
      },
    ),
  )
})

test('text inside of a payload is found in all its forms, with its offset', () => {
  const forms = {
    digits,
    'in lines': digits.replace(/.{60}/g, '$&\n    '),
    pairs: pairs.join(' '),
    list: pairs.map(pair => `0x${pair}`).join(', '),
    escapes: pairs.map(pair => `\\x${pair}`).join(''),
    joined: pairs
      .map(pair => `\\x${pair}`)
      .join('')
      .replace(/.{80}/g, '$&" +\n  "'),
  }
  for (const [form, text] of Object.entries(forms)) {
    const found = decodeAll(`run("${text}");\nadd`, embedded)
    assert.deepEqual(found, [[{ offset: 5, size: sentence.length }, sentence]], form)
    assert.equal(decode(`run("${text}")`), null)
  }
})

test('a digit before the text does not shift it', () => {
  assert.deepEqual(decodeAll(`_c${digits}_`, embedded)[0]?.[1], sentence)
  const wide = Buffer.concat([
    Buffer.from('x\xe9A', 'latin1'),
    Buffer.from(digits, 'utf16le'),
    Buffer.from([0, 0, 1]),
  ])
  assert.deepEqual(decodeAll(wide, embedded), [[{ offset: 3, size: sentence.length }, sentence]])
})

test('short text, words, and tables of numbers are left alone', () => {
  const most = digits.slice(0, 126)
  assert.equal(plugin.decode(Buffer.from(`id: ${most};`), embedded, context()), null)
  assert.deepEqual(decodeAll(`no: ${'10 20 30 40 '.repeat(40)}`, embedded), [])
  assert.deepEqual(decodeAll('He had a bad cafe, and added a facade. '.repeat(50), embedded), [])
})

test('the budget says how much may come', () => {
  const payload = `"${digits}" "${digits}" "${digits}"`
  for (const [limit, count] of [
    ['max_bytes', 2],
    ['max_children', 1],
  ] as const) {
    const given = context(limit === 'max_bytes' ? { max_bytes: 400 } : { max_children: 1 })
    assert.equal(decodeAll(payload, embedded, given).length, count)
    assert.deepEqual(
      given.budget.truncated.map(cut => cut.limit),
      [limit],
    )
  }
})

test('megabytes made of digits, marks and blanks are read in a moment', () => {
  for (const piece of [
    'a',
    'aa ',
    'abc ',
    '4d    ',
    '\\x4',
    '0x',
    '0x4, ',
    '\n',
    ' \n',
    '*\n',
    'a\0',
    "4d;,'+ ",
    '0 4d\n',
  ]) {
    const begin = process.cpuUsage()
    decodeAll(Buffer.alloc(1 << 20, piece), embedded)
    assert.ok(process.cpuUsage(begin).user < 2_000_000, piece)
  }
})
