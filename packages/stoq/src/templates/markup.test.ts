import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { defang, markdownCode, markdownText } from './markup.ts'

const defanged: readonly (readonly [string, string])[] = [
  ['http://evil.example/a.b?c=d', 'hxxp[://]evil[.]example/a.b?c=d'],
  ['HTTPS://www.evil.example', 'hxxpS[://]www[.]evil[.]example'],
  ['ftp://u:p@evil.example:21/x', 'fxp[://]u:p[@]evil[.]example:21/x'],
  ['mail to joe.doe@evil.example, now', 'mail to joe[.]doe[@]evil[.]example, now'],
  ['192.0.2.1:8080', '192[.]0[.]2[.]1:8080'],
  ['2001:db8::1', '2001[:]db8[:][:]1'],
  ['www.evil.example', 'www[.]evil[.]example'],
  ['see evil.com.', 'see evil[.]com.'],
  ['invoice.pdf at 12:30:45, version 4.0.0', 'invoice.pdf at 12:30:45, version 4.0.0'],
  ['münchen.example', 'münchen[.]example'],
]

for (const [text, expected] of defanged) {
  test(`defang writes ${text} as ${expected}`, () => assert.equal(defang(text), expected))
}

test('nothing that was defanged changes when it is defanged again', () => {
  for (const [, text] of defanged) assert.equal(defang(text), text)
})

test('defang leaves no address that could be followed, in any text', () => {
  const piece = fc.constantFrom(
    'http://',
    'www.',
    'a.com',
    '@',
    '192.0.2.1',
    '/',
    ':',
    ' ',
    '::',
    '.',
    'x',
    '"',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      assert.doesNotMatch(defang(pieces.join('')), /https?:\/\/|[\w-]@[\w-]+\.com/i)
    }),
  )
})

test('text in Markdown keeps no mark that could be structure', () => {
  assert.equal(markdownText('a|b'), 'a&#124;b')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.doesNotMatch(markdownText(text).replace(/&#\d+;/g, ''), /[!-/:-@[-`{-~\n\r]/)
    }),
  )
})

test('a code span in Markdown holds neither its own end, nor that of a cell, nor a line end', () => {
  assert.equal(markdownCode('a`|\nb'), '`a\\x60\\x7c\\x0ab`')
  assert.equal(markdownCode(''), '')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), text => {
      assert.match(markdownCode(text), /^`[^`|\p{Cc}\p{Zl}\p{Zp}]+`$/u)
    }),
  )
})
