import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type BudgetLimits, type Kwargs, type PluginContext } from 'stoq'
import { UrlDecoder } from './url.ts'

const plugin = new UrlDecoder()
const embedded = { embedded: 'True' }

type Meta = { size: number; offset?: number; encoding?: string }

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

function decode(payload: Uint8Array | string, kwargs: Kwargs = {}): string | null {
  const [found] = decodeAll(payload, kwargs)
  return found ? found[1].toString('latin1') : null
}

const percent = (text: string | Uint8Array) =>
  Buffer.from(text as string)
    .toString('hex')
    .replace(/../g, '%$&')

test('escapes are bytes, of any case, and everything else stays', () => {
  assert.equal(decode('%3Cb%3eHi%20there%3c/b%3E%FF'), '<b>Hi there</b>\xff')
  assert.equal(decode('%41%42%43%44 %zz %4 %'), 'ABCD %zz %4 %')
})

test('a plus is a blank when a rule says so', () => {
  assert.equal(decode('a+b%21%21%21%21'), 'a+b!!!!')
  assert.equal(decode('a+b%21%21%21%21', { plus: 'True' }), 'a b!!!!')
})

test('%u is a character of text where such are few, pairs of halves are one', () => {
  const found = decode('%u0041%42%43%44%45%u20AC%uD83D%uDE00%ud83d%46%47%48%49')
  assert.equal(Buffer.from(found ?? '', 'latin1').toString(), 'ABCDE\u20ac\u{1f600}\ufffdFGHI')
})

test('%u is two bytes, the low one first, where most escapes are such', () => {
  assert.deepEqual(decodeAll('%u9090%uE8FC%u0082%u4141%41'), [
    [{ size: 10, encoding: 'utf-16le' }, Buffer.from('9090fce8820041414100', 'hex')],
  ])
})

test('%u of a program is two bytes as well, though most of its words have none in the upper half', () => {
  const program = Buffer.alloc(64)
  program.write('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0', 'latin1')
  const words = Array.from({ length: 32 }, (_, index) => program.readUInt16LE(index * 2))
  const text = words.map(word => `%u${word.toString(16).padStart(4, '0')}`).join('')
  assert.deepEqual(decodeAll(text), [[{ size: 64, encoding: 'utf-16le' }, program]])
})

test('where too few escapes are, nothing is decoded', () => {
  assert.equal(plugin.decode(Buffer.from('100%25 of %41%42'), {}, context()), null)
  assert.equal(decode(`%41%42%43%44${'a'.repeat(200)}`), null)
  assert.equal(decode(''), null)
  const lenient = Object.assign(new UrlDecoder(), { minimum_share: 1 })
  assert.notEqual(lenient.decode(Buffer.from(`%41%42%43%44${'a'.repeat(200)}`), {}, context()), null)
})

test('whatever was encoded comes back, from UTF-16 too', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4 }), fc.constantFrom('latin1', 'le', 'be'), (bytes, form) => {
      const text = Buffer.from(percent(bytes), form === 'latin1' ? 'latin1' : 'utf16le')
      assert.equal(decode(form === 'be' ? text.swap16() : text), Buffer.from(bytes).toString('latin1'))
    }),
  )
})

test('what JavaScript escapes comes back', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, unit: 'binary' }), text => {
      const escaped = Array.from({ length: text.length }, (_, index) => {
        const code = text.charCodeAt(index)
        return code > 255
          ? `%u${code.toString(16).padStart(4, '0')}`
          : `%${code.toString(16).padStart(2, '0')}`
      })
      const [[meta, content] = [{ size: 0 }, Buffer.alloc(0)]] = decodeAll(escaped.join('')) as [
        Meta,
        Buffer,
      ][]
      const isWide = 'encoding' in meta
      const wanted = isWide
        ? Buffer.from(text, 'utf16le')
        : Buffer.concat(
            Array.from(text.toWellFormed(), c => Buffer.from(c, c < '\u0100' ? 'latin1' : 'utf8')),
          )
      assert.deepEqual(content, wanted)
    }),
  )
})

test('each string with enough escapes is decoded by itself, with its offset', () => {
  const page = percent('<script>run()</script>')
  const code = '%u9090'.repeat(20)
  const found = decodeAll(`a = unescape('${page}'); b = unescape("${code}"); c = '%41%42'`, embedded)
  assert.deepEqual(found, [
    [{ offset: 14, size: 22 }, Buffer.from('<script>run()</script>')],
    [{ offset: 98, size: 40, encoding: 'utf-16le' }, Buffer.alloc(40, 0x90)],
  ])
  const wide = decodeAll(Buffer.from(`a = unescape('${page}')`, 'utf16le'), embedded)
  assert.deepEqual(wide[0]?.[0], { offset: 28, size: 22 })
})

test('where no string has enough, the payload is decoded as a whole', () => {
  const text = 'a %20 b %20 c %20 d %20 e'
  assert.deepEqual(decodeAll(text, embedded), [[{ size: 17 }, Buffer.from('a   b   c   d   e')]])
})

test('the budget says how much may come', () => {
  const payload = `"${'%41'.repeat(20)}" "${'%42'.repeat(20)}" "${'%u9090'.repeat(200)}"`
  const few = context({ max_children: 1 })
  assert.equal(decodeAll(payload, embedded, few).length, 1)
  assert.deepEqual(
    few.budget.truncated.map(({ limit }) => limit),
    ['max_children'],
  )
  const small = context({ max_bytes: 100 })
  assert.equal(decodeAll(payload, embedded, small).length, 2)
  assert.deepEqual(
    small.budget.truncated.map(({ limit }) => limit),
    ['max_bytes'],
  )
})

test('megabytes made of percent signs and quotes are read in a moment', () => {
  for (const piece of ['%', '%u', '%u4', '%4', '"%41', '%41', "%41%42%43%44'"]) {
    const begin = process.cpuUsage()
    decodeAll(Buffer.alloc(1 << 20, piece), embedded)
    assert.ok(process.cpuUsage(begin).user < 2_000_000, piece)
  }
})
