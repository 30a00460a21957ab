import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Rot47Decoder } from './rot47.ts'

const plugin = new Rot47Decoder()

/** The content as latin1. The size in the metadata is checked on the way. */
function decode(payload: Uint8Array | string): string {
  const [found] = plugin.decode(Buffer.from(payload)) as [[{ size: number }, Uint8Array]]
  assert.deepEqual(found[0], { size: found[1].length })
  return Buffer.from(found[1]).toString('latin1')
}

test('text is turned by 47 characters, blanks and line breaks stay', () => {
  assert.equal(decode('w6==@[ (@C=5P\r\n'), 'Hello, World!\r\n')
  assert.equal(decode('!~'), 'PO')
})

test('bytes that are no printable characters stay as they are', () => {
  const bytes = Uint8Array.of(0, 31, 32, 127, 128, 255)
  assert.deepEqual(decode(bytes), Buffer.from(bytes).toString('latin1'))
})

test('decoding twice gives the payload back, which is not changed', () => {
  fc.assert(
    fc.property(fc.uint8Array(), payload => {
      const before = Buffer.from(payload).toString('latin1')
      assert.equal(decode(Buffer.from(decode(payload), 'latin1')), before)
      assert.equal(Buffer.from(payload).toString('latin1'), before)
    }),
  )
})

test('an empty payload decodes to an empty one', () => {
  assert.equal(decode(''), '')
})
