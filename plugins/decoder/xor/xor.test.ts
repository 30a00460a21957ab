import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Kwargs } from 'stoq'
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
