import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameReader, frameOf } from './frames.ts'

const part = fc.uint8Array({ maxLength: 300 })

test('frames come out as they went in, however the stream is cut into chunks', () => {
  const frames = fc.array(fc.tuple(part, part), { maxLength: 12 })
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (given, cuts) => {
      const stream = Buffer.concat(given.flatMap(([head, body]) => frameOf(head, body)))
      const reader = new FrameReader()
      const seen: [Uint8Array, Uint8Array][] = []
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const length = cuts[turn % cuts.length] ?? 1
        for (const { head, body } of reader.push(stream.subarray(at, at + length)))
          seen.push([Uint8Array.from(head), Uint8Array.from(body)])
        at += length
      }
      assert.deepEqual(seen, given)
    }),
  )
})

test('a large body is not copied to be sent', () => {
  const body = new Uint8Array(1_000_000)
  assert.ok(frameOf(Buffer.from('head'), body).includes(body))
})

test('what cannot be a frame is refused at once, before its bytes are waited for', () => {
  const reader = new FrameReader()
  assert.throws(() => reader.push(Buffer.alloc(8, 0xff)), { code: 'STOQ_POOL_DIED' })
})
