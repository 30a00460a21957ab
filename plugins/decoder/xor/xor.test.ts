import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Kwargs } from 'stoq'
import { scanMessage } from 'stoq/testing'
import { XorDecoder } from './xor.ts'

const plugin = Object.assign(new XorDecoder(), { manifest: { name: 'xor', category: 'decoder' } })

function decode(payload: Uint8Array | string, kwargs: Kwargs): [Record<string, unknown>, string] {
  const [found] = [
    ...(plugin.decode(Buffer.from(payload), kwargs) as Iterable<[{ size: number }, Uint8Array]>),
  ]
  assert.ok(found)
  return [found[0], Buffer.from(found[1]).toString('latin1')]
}

function assertRefused(kwargs: Kwargs, reason: RegExp): void {
  assert.throws(() => plugin.decode(Buffer.from('abc'), kwargs), {
    code: 'STOQ_PLUGIN_FAILED',
    message: reason,
  })
}

test('a key of one byte is applied to every byte, and the size is told', () => {
  assert.deepEqual(decode('hello', { key: '1' }), [{ size: 5 }, 'idmmn'])
})

test('a key of several bytes is repeated', () => {
  assert.deepEqual(decode('hello', { key: '41 166 3' })[1], 'A\xc3oE\xc9')
})

test('a key may be a number, a list, hexadecimal, and spaced at will', () => {
  const wanted = decode('some text', { key: '65 2' })
  assert.deepEqual(decode('some text', { key: [65, 2] }), wanted)
  assert.deepEqual(decode('some text', { key: ['0x41', '2'] }), wanted)
  assert.deepEqual(decode('some text', { key: Uint8Array.of(65, 2) }), wanted)
  assert.deepEqual(decode('some text', { key: '  0x41\t\t0X02 ' }), wanted)
  assert.deepEqual(decode('some text', { key: 65 }), decode('some text', { key: '65' }))
})

test('an empty payload decodes to an empty one', () => {
  assert.deepEqual(decode('', { key: '65' }), [{ size: 0 }, ''])
})

test('a missing key is a fault that says how a rule names one', () => {
  assertRefused({}, /decoder:xor failed: no key is given, in a rule: key = "65"/)
})

test('a key without bytes is a fault', () => {
  assertRefused({ key: '' }, /the key is empty/)
  assertRefused({ key: [] }, /the key is empty/)
})

test('a key that is not made of bytes is a fault that shows what was got', () => {
  assertRefused({ key: '256' }, /bytes from 0 to 255, got '256'/)
  assertRefused({ key: '-1' }, /got '-1'/)
  assertRefused({ key: '1.5' }, /got '1.5'/)
  assertRefused({ key: 'secret' }, /got 'secret'/)
  assertRefused({ key: '0x' }, /got '0x'/)
  assertRefused({ key: { a: 1 } }, /got '\[object Object\]'/)
  assertRefused({ key: true }, /got 'true'/)
})

test('decoding twice gives the payload back, which is not changed', () => {
  const bytes = fc.uint8Array({ maxLength: 100 })
  fc.assert(
    fc.property(bytes, fc.uint8Array({ minLength: 1, maxLength: 20 }), (payload, key) => {
      const before = Buffer.from(payload).toString('latin1')
      const once = decode(payload, { key })[1]
      assert.equal(decode(Buffer.from(once, 'latin1'), { key })[1], before)
      assert.equal(
        once,
        String.fromCharCode(...payload.map((byte, at) => byte ^ (key[at % key.length] ?? 0))),
      )
    }),
  )
})

test('a payload that starts inside of a larger buffer is decoded alike', () => {
  const buffer = Buffer.from('..hello')
  assert.equal(decode(buffer.subarray(2), { key: '1 2 3' })[1], decode('hello', { key: '1 2 3' })[1])
})

test('a key that is incremented grows by one with every byte, and begins again behind 255', () => {
  assert.equal(decode('\0\0\0', { key: '254', rolling: 'increment' })[1], '\xfe\xff\0')
  assert.equal(decode('\0\0\0\0', { key: '1 10', rolling: 'Increment' })[1], '\x01\x0b\x03\x0d')
})

test('the bytes before take the place of a key that is used up, encrypted or plain', () => {
  const encrypted = Uint8Array.of(0x41 ^ 7, 0x42, 0x43)
  assert.equal(decode(encrypted, { key: 7, rolling: 'cipher' })[1], 'A\x04\x01')
  assert.equal(decode(encrypted, { key: 7, rolling: 'plain' })[1], 'A\x03@')
  assert.equal(decode('\x01\x02\x03\x04', { key: '1 2', rolling: 'cipher' })[1], '\0\0\x02\x06')
})

test('whatever was encrypted with a rolling key comes back', () => {
  /** The other direction, written down as it is described. */
  const encrypt = (plain: Uint8Array, key: Uint8Array, rolling: string) => {
    const encrypted: number[] = []
    for (const [index, byte] of plain.entries()) {
      const own = key[index % key.length] ?? 0
      const back = index - key.length
      const fed = rolling === 'cipher' ? encrypted[back] : plain[back]
      const value = rolling === 'increment' ? (own + index) % 256 : back < 0 ? own : (fed ?? 0)
      encrypted.push(byte ^ value)
    }
    return Uint8Array.from(encrypted)
  }
  const bytes = fc.uint8Array({ maxLength: 600 })
  const rollings = fc.constantFrom('increment', 'cipher', 'plain')
  fc.assert(
    fc.property(bytes, fc.uint8Array({ minLength: 1, maxLength: 20 }), rollings, (payload, key, rolling) => {
      const found = decode(encrypt(payload, key, rolling), { key, rolling })[1]
      assert.equal(found, Buffer.from(payload).toString('latin1'))
    }),
  )
})

test('another word for rolling is a fault, not a key that stays', () => {
  assertRefused(
    { key: '1', rolling: 'decrement' },
    /rolling must be increment, cipher, plain, got 'decrement'/,
  )
  assertRefused({ key: '1', rolling: '' }, /got ''/)
})

test('a rule gives the key', async () => {
  const rules = 'rule r { meta: plugin = "decoder:xor" key = "1" strings: $a = "idmmn" condition: $a }'
  const [document] = await scanMessage(import.meta.dirname, { payload: Buffer.from('idmmn') }, { rules })
  assert.equal(document?.results[1]?.sha1, 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')
})
