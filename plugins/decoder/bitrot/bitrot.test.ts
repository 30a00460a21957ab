import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Kwargs } from 'stoq'
import { BitrotDecoder } from './bitrot.ts'

const plugin = Object.assign(new BitrotDecoder(), { manifest: { name: 'bitrot', category: 'decoder' } })

type Found = [meta: { size: number; bits: number; direction: string }, content: string]

function decodeAll(payload: Uint8Array, kwargs: Kwargs = {}): Found[] {
  const found = plugin.decode(payload, kwargs) as Iterable<[Found[0], Uint8Array]> | null
  return [...(found ?? [])].map(([meta, content]) => {
    assert.equal(meta.size, content.length)
    return [meta, Buffer.from(content).toString('hex')]
  })
}

function decode(digits: string, kwargs: Kwargs = {}): Found {
  const [found] = decodeAll(Buffer.from(digits, 'hex'), kwargs)
  assert.ok(found)
  return found
}

function assertRefused(kwargs: Kwargs, reason: RegExp): void {
  assert.throws(() => plugin.decode(Buffer.from('abc'), kwargs), {
    code: 'STOQ_PLUGIN_FAILED',
    message: reason,
  })
}

test('without keywords the halves of every byte are exchanged', () => {
  assert.deepEqual(decode('1234ff'), [{ size: 3, bits: 4, direction: 'right' }, '2143ff'])
})

test('bits and direction are those that the rule names, as number or as text', () => {
  const wanted = [{ size: 3, bits: 1, direction: 'left' }, '2468ff']
  assert.deepEqual(decode('1234ff', { bits: 1, direction: 'left' }), wanted)
  assert.deepEqual(decode('1234ff', { bits: ' 1 ', direction: 'LEFT' }), wanted)
  assert.deepEqual(decode('2468ff', { bits: '1' })[1], '1234ff')
})

test('eight bits, or none, change nothing', () => {
  for (const bits of [0, 8]) assert.equal(decode('0180a5', { bits })[1], '0180a5')
})

test('left and right undo each other, and so do n and 8 - n', () => {
  const bits = fc.integer({ min: 0, max: 8 })
  fc.assert(
    fc.property(fc.uint8Array(), bits, (payload, bits) => {
      const before = Buffer.from(payload).toString('hex')
      const left = decode(before, { bits, direction: 'left' })[1]
      assert.equal(decode(left, { bits, direction: 'right' })[1], before)
      assert.equal(decode(left, { bits: 8 - bits, direction: 'left' })[1], before)
      assert.equal(Buffer.from(payload).toString('hex'), before)
    }),
  )
})

test('any: each rotation under which there is a program, and null when there is none', () => {
  const program = Buffer.from('MZ... This program cannot be run in DOS mode')
  for (const direction of ['left', 'right']) {
    for (let bits = 1; bits <= 7; bits++) {
      const opposite = direction === 'left' ? 'right' : 'left'
      const rotated = Buffer.from(decode(program.toString('hex'), { bits, direction: opposite })[1], 'hex')
      const meta = { size: program.length, bits, direction }
      assert.deepEqual(decodeAll(rotated, { bits: 'Any', direction }), [[meta, program.toString('hex')]])
    }
  }
  assert.equal(plugin.decode(program, { bits: 'any' }), null)
  const [one, other] = [1, 6].map(bits => decode(program.toString('hex'), { bits, direction: 'left' })[1])
  const both = decodeAll(Buffer.from(`${one}${other}`, 'hex'), { bits: 'any' })
  assert.deepEqual(
    both.map(([{ bits }]) => bits),
    [1, 6],
  )
})

test('another number of bits is a fault that shows what was got', () => {
  for (const bits of ['9', '-1', '1.5', 'four', '']) assertRefused({ bits }, new RegExp(`got '${bits}'`))
  assertRefused({ bits: 9 }, /decoder:bitrot failed: bits must be from 0 to 8, or 'any', got '9'/)
  assertRefused({ bits: true }, /got 'true'/)
})

test('another direction is a fault, not a right', () => {
  assertRefused({ direction: 'sideways' }, /direction must be left or right, got 'sideways'/)
  assertRefused({ bits: 'any', direction: '' }, /got ''/)
})

test('an empty payload decodes to an empty one', () => {
  assert.deepEqual(decode(''), [{ size: 0, bits: 4, direction: 'right' }, ''])
})
