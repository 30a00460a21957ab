import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoteWord, splitLine } from './words.ts'

const texts = (line: string) => splitLine(line).map(({ text }) => text)

test('words stand between blanks, however many', () => {
  assert.deepEqual(texts('  run   decoder\txor '), ['run', 'decoder', 'xor'])
  assert.deepEqual(texts(' \t '), [])
})

test('quotes and backslashes hold blanks together', () => {
  assert.deepEqual(texts(`read "my file" 'a "b"' c\\ d`), ['read', 'my file', 'a "b"', 'c d'])
  assert.deepEqual(texts('key="a b"=c ""'), ['key=a b=c', ''])
})

test('a backslash before an ordinary character is itself', () => {
  assert.deepEqual(texts('C:\\temp\\x \'\\\' "\\n"'), ['C:\\temp\\x', '\\', '\\n'])
})

test('a quote that is not closed is told', () => {
  assert.deepEqual(splitLine('read "my f'), [
    { text: 'read', start: 0, quote: '' },
    { text: 'my f', start: 5, quote: '"' },
  ])
})

test('whatever is quoted is read as the same word again', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.constantFrom('', '"'), (text, quote) => {
      assert.deepEqual(texts(`a ${quoteWord(text, quote, true)} b`), ['a', text, 'b'])
    }),
  )
})
