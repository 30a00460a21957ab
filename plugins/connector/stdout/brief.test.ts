import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { briefJson, cut } from './brief.ts'

test('a small value is written whole', () => {
  assert.equal(briefJson({ a: [1, 'x', null, true], b: {} }, 80), '{"a": [1, "x", null, true], "b": {}}')
})

test('a large value is cut to the width', () => {
  assert.equal(briefJson({ imphash: 'f34d5f2d4577', sections: ['.text'] }, 20), '{"imphash": "f34d5f…')
  assert.equal(briefJson('x'.repeat(10_000_000), 10), '"xxxxxxxx…')
})

test('text that would steer a terminal is shown as escapes', () => {
  assert.equal(briefJson({ 'a\u202e': '\x1b[2J\u200b' }, 80), '{"a\\u202e": "\\u001b[2J\\u200b"}')
})

test('a value of any depth and shape ends at the width, on one line', () => {
  let deep: unknown = 'end'
  for (let level = 0; level < 100_000; level++) deep = [deep]
  assert.equal(briefJson(deep, 10), '[[[[[[[[[…')
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 60 }), (value, width) => {
      const text = briefJson(value, width)
      assert.ok(text.length <= width)
      assert.doesNotMatch(text, /[\x00-\x1f]/)
    }),
  )
})

test('no character is cut in half', () => {
  assert.equal(cut('ab😀cd', 4), 'ab…')
  assert.equal(cut('abcd', 4), 'abcd')
})
