import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type Kwargs, type PluginContext } from 'stoq'
import { Base64Decoder } from './b64.ts'

const plugin = new Base64Decoder()

function context(limits = {}): PluginContext {
  const usual = { max_recursion: 3, max_children: 100, max_bytes: 2 ** 30, max_time: 60, max_plugin_time: 60 }
  return { budget: new Budget({ ...usual, ...limits }), signal: new AbortController().signal }
}

/** The content as latin1; null when the payload is not Base64. The size in the metadata is checked on the way. */
function decode(payload: Uint8Array | string, kwargs: Kwargs = {}): string | null {
  const found = plugin.decode(Buffer.from(payload), kwargs, context()) as
    | [{ size: number }, Uint8Array][]
    | null
  if (!found) return null
  const [[meta, content] = [{ size: -1 }, new Uint8Array()]] = found
  assert.deepEqual(meta, { size: content.length })
  return Buffer.from(content).toString('latin1')
}

test('Base64 text is decoded', () => {
  assert.equal(decode('aGVsbG8gYmFzZTY0'), 'hello base64')
})

test('whatever was encoded comes back, with lines of any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
      const text = Buffer.from(bytes).toString('base64')
      const lines = text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\r\n') ?? ''
      assert.equal(decode(lines), Buffer.from(bytes).toString('latin1'))
    }),
  )
})

test('foreign characters are left out', () => {
  assert.equal(decode('aG Vs!bG8='), 'hello')
  assert.equal(decode('a,G,V,s,b,G,8,='), 'hello')
})

test('UTF-16 text and byte order marks are taken', () => {
  assert.equal(decode(Buffer.from('\ufeffaGVsbG8=', 'utf16le')), 'hello')
  assert.equal(decode(Buffer.from('\ufeffaGVsbG8=', 'utf8')), 'hello')
})

test('what follows the padding is not read', () => {
  assert.equal(decode('aGVsbG8=\nZZZZ'), 'hello')
})

test('padding that does not end a group is left out', () => {
  assert.equal(decode('=aGVs=bG8='), 'hello')
  assert.equal(decode('aGVsbA=\n='), 'hell')
  assert.equal(decode('aGVsbA=G8='), 'hell\x01\xbc')
})

test('a text that breaks off inside of a group is not Base64', () => {
  assert.equal(decode('aGVsb'), null)
  assert.equal(decode('aGVsbG8'), null)
  assert.equal(decode('aGVsbA='), null)
})

test('the alphabet for URLs needs no padding, and is only read when asked for', () => {
  const text = '8PHy8_T19vf4-fr7_P3-__8'
  assert.equal(decode(text, { urlsafe: 'True' }), Buffer.from(text, 'base64url').toString('latin1'))
  assert.equal(decode(`${text}=`, { urlsafe: true }), Buffer.from(text, 'base64url').toString('latin1'))
  assert.equal(decode('aGVsb', { urlsafe: 'True' }), null)
  assert.equal(decode(text), null)
})

test('the option sets the alphabet for every payload, and a rule is stronger', () => {
  const forUrls = Object.assign(new Base64Decoder(), { urlsafe: true })
  assert.notEqual(forUrls.decode(Buffer.from('-_-_'), {}, context()), null)
  assert.equal(forUrls.decode(Buffer.from('-_-_'), { urlsafe: 'False' }, context()), null)
})

test('an empty payload decodes to an empty one, one of blanks is not Base64', () => {
  assert.equal(decode(''), '')
  assert.equal(decode(' \r\n\t'), null)
  assert.equal(decode(new Uint8Array(4096)), null)
})

test('a payload with binary bytes is not Base64', () => {
  assert.equal(decode(Buffer.from('aGVsbG8gd29ybGQ\x01', 'latin1')), null)
  assert.equal(decode(Buffer.from('aGVsbG8gd29ybGQ\xe9', 'latin1')), null)
})

test('a text of mostly foreign characters is not Base64', () => {
  assert.equal(decode('((((((("a","b","c","d")))))))'), null)
})

test('random noise never decodes', () => {
  // Without bias, which makes little but zeros: those are passed over.
  const noise = fc.noBias(fc.uint8Array({ minLength: 64, maxLength: 4096 }))
  fc.assert(fc.property(noise, bytes => decode(bytes) === null))
})

test('fifty megabytes are decoded in one pass', () => {
  const text = Buffer.alloc(50 << 20, 'QUJD')
  assert.equal(decode(text)?.length, (50 << 20) * 0.75)
})
