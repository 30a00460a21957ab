import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatSize, printable } from './printable.ts'

const dangerous = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

test('ordinary text of any language stays as it is', () => {
  const text = 'C:\\Users\\Zoë\\Рахунок (1).pdf — 請求書 😀'
  assert.equal(printable(text), text)
})

test('control characters are shown as escapes of two digits', () => {
  assert.equal(printable('\x1b[2J\0\r\n\t\x7f'), '\\x1b[2J\\x00\\x0d\\x0a\\x09\\x7f')
  assert.equal(printable('\x9b31m\x85'), '\\x9b31m\\x85')
})

test('a name that is turned around by bidi characters shows its real end', () => {
  assert.equal(printable('invoice\u202efdp.exe'), 'invoice\\u202efdp.exe')
  assert.equal(printable('\u2066a\u2069\u200f\u061c'), '\\u2066a\\u2069\\u200f\\u061c')
})

test('what cannot be seen is shown', () => {
  assert.equal(printable('a\u200bb\u200d\ufeff\u00ad\u3164'), 'a\\u200bb\\u200d\\ufeff\\xad\\u3164')
  assert.equal(printable('a\u{e0041}b'), 'a\\u{e0041}b')
})

test('line and paragraph separators and lone surrogates are shown', () => {
  assert.equal(printable('a\u2028b\u2029c\ud800d\udfff'), 'a\\u2028b\\u2029c\\ud800d\\udfff')
})

test('any text becomes one harmless line, and a second pass changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const shown = printable(text)
      assert.doesNotMatch(shown, dangerous)
      assert.equal(printable(shown), shown)
      assert.ok(shown.isWellFormed())
    }),
  )
})

test('sizes have one decimal and the unit in which they are shortest', () => {
  assert.equal(formatSize(0), '0 B')
  assert.equal(formatSize(999), '999 B')
  assert.equal(formatSize(1000), '1.0 kB')
  assert.equal(formatSize(4096), '4.1 kB')
  assert.equal(formatSize(999_949), '999.9 kB')
  assert.equal(formatSize(999_950), '1.0 MB')
  assert.equal(formatSize(10_737_418_240), '10.7 GB')
  assert.equal(formatSize(2 ** 80), '1208925.8 EB')
})

test('what is no size is a question mark', () => {
  assert.equal(formatSize(-1), '?')
  assert.equal(formatSize(Number.NaN), '?')
  assert.equal(formatSize(Number.POSITIVE_INFINITY), '?')
})
