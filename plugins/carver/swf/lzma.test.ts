import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LzmaDecoder, lzmaMemory } from './lzma.ts'
import vectors from './lzma.vectors.json' with { type: 'json' }

/** What the vectors hold, packed by liblzma 5.4 with other properties each. */
function makeText(): Buffer {
  const text = Buffer.alloc(3000)
  let state = 1
  for (let index = 0; index < text.length; index++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    text[index] = (state >> 18) % 5 ? 0x61 + ((state >> 16) & 3) : (state >> 20) & 255
  }
  return text
}

const text = makeText()
const first = Buffer.from(vectors[0]?.stream ?? '', 'base64')

for (const { properties, stream } of vectors) {
  test(`a stream with properties ${properties} is unpacked up to its end mark`, () => {
    const decoder = new LzmaDecoder(properties, Buffer.from(stream, 'base64'), 1e6)
    decoder.run(1e6)
    assert.equal(decoder.end, 'end mark')
    assert.ok(text.equals(decoder.output))
  })
}

test('it makes no difference in how many steps a stream is unpacked', () => {
  const decoder = new LzmaDecoder(93, first, 1e6)
  for (let until = 0; decoder.end === null; until += 7) decoder.run(until)
  assert.ok(text.equals(decoder.output))
})

test('no more is unpacked than there is room for', () => {
  const decoder = new LzmaDecoder(93, first, 1000)
  decoder.run(1e6)
  assert.ok(text.subarray(0, 1000).equals(decoder.output))
  assert.equal(decoder.end, null)
})

test('wherever a stream is cut, what came before is given', () => {
  for (let length = 0; length < first.length; length++) {
    const decoder = new LzmaDecoder(93, first.subarray(0, length), 1e6)
    decoder.run(1e6)
    assert.match(decoder.end ?? '', length < 5 ? /damaged/ : /cut short|end mark/)
    assert.ok(text.subarray(0, decoder.output.length).equals(decoder.output))
  }
})

test('properties that there are not take no memory', () => {
  assert.equal(lzmaMemory(225), null)
  assert.equal(lzmaMemory(255), null)
  assert.ok((lzmaMemory(224) ?? 0) < 8e6)
})

test('noise ends somewhere', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6 }), fc.integer({ min: 0, max: 224 }), (noise, properties) => {
      fc.pre((lzmaMemory(properties) ?? 0) < 1e5)
      noise[0] = 0
      const decoder = new LzmaDecoder(properties, noise, 1e5)
      decoder.run(1e6)
      assert.ok(decoder.end !== null || decoder.output.length === 1e5)
    }),
  )
})
