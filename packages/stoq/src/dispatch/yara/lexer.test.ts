import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Lexer, type Token } from './lexer.ts'

function tokens(text: string): Token[] {
  const lexer = new Lexer(text)
  const found: Token[] = []
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) found.push(token)
  return found
}

function kinds(text: string): string[] {
  return tokens(text).map(({ kind, value }) => `${kind} ${value}`)
}

test('the lexer tells words, numbers, texts, regular expressions, patterns and marks apart', () => {
  assert.deepEqual(kinds('rule a_1 { $x = "t" /re/i #x > 0x1F }'), [
    'word rule',
    'word a_1',
    'mark {',
    'pattern $x',
    'mark =',
    'text t',
    'regexp /re/',
    'word i',
    'pattern #x',
    'mark >',
    'number 0x1F',
    'mark }',
  ])
})

test('the lexer leaves comments out', () => {
  assert.deepEqual(kinds('a // "b"\nc /* d\n"e */ f /* never closed'), ['word a', 'word c', 'word f'])
})

test('the lexer keeps quotes and slashes that a backslash precedes inside', () => {
  assert.deepEqual(kinds(String.raw`"a\"b\\" /a\/b/ c`), [
    String.raw`text a\"b\\`,
    String.raw`regexp /a\/b/`,
    'word c',
  ])
})

test('the lexer takes three quotes for a text of several lines', () => {
  assert.deepEqual(kinds('"""a\n"b" """ "" c'), ['text a\n"b" ', 'text ', 'word c'])
})

test('the lexer ends a text that is not closed with its line', () => {
  assert.deepEqual(kinds('"abc\ndef'), ['text "abc', 'word def'])
})

test('the lexer takes the dots of a range apart and those of a number together', () => {
  assert.deepEqual(kinds('(0..filesize) 1.5 2MB 1_000'), [
    'mark (',
    'number 0',
    'mark .',
    'mark .',
    'word filesize',
    'mark )',
    'number 1.5',
    'number 2MB',
    'number 1_000',
  ])
})

test('the lexer counts lines from 1, through texts and comments', () => {
  const lines = tokens('a\n/* \n */ b "\\\n" """\n""" c').map(({ value, line }) => [value, line])
  assert.deepEqual(lines, [
    ['a', 1],
    ['b', 3],
    ['\\\n', 3],
    ['\n', 4],
    ['c', 5],
  ])
})

test('the lexer goes through any text to its end, in order and without gaps but blanks and comments', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'rule a{}$="/\\*\n#0x.'), maxLength: 80 }), text => {
      let end = 0
      for (const token of tokens(text)) {
        assert.ok(token.start >= end && token.end > token.start && token.end <= text.length)
        end = token.end
      }
    }),
  )
})

test('the lexer takes time in proportion to the text', () => {
  const text = `${'"\\'.repeat(200_000)}${'/*'.repeat(200_000)}${'$a = { '.repeat(100_000)}`
  const start = performance.now()
  tokens(text)
  assert.ok(performance.now() - start < 5000)
})
