import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatText } from './format.ts'

const format = (template: string, ...values: unknown[]) => formatText(template, values, new Map(), String)

test('numbers are written as Python writes them', () => {
  assert.equal(format('%d|%5d|%-5d|%05d|%+d|% d', 42, 42, 42, 42, 42, 42), '42|   42|42   |00042|+42| 42')
  assert.equal(
    format('%.2f|%08.3f|%e|%.1E', 3.14, -2.5, 12345.678, 0.00012),
    '3.14|-002.500|1.234568e+04|1.2E-04',
  )
  assert.equal(format('%g|%g|%g', 0.0001, 1234567, 2.5), '0.0001|1.23457e+06|2.5')
  assert.equal(format('%x|%X|%o|%08x', 255, 255, 8, 78), 'ff|FF|10|0000004e')
  assert.equal(format('%d|%i', -7.9, true), '-7|1')
})

test('text is padded and cut', () => {
  assert.equal(format('[%5s|%-5s|%.2s]', 'abc', 'abc', 'abc'), '[  abc|abc  |ab]')
  assert.equal(format('%c%c', 65, 'z'), 'Az')
})

test('two percent signs are one, and a sign alone stays', () => {
  assert.equal(format('100%% of %y, 5%'), '100% of %y, 5%')
})

test('named values are found by name', () => {
  assert.equal(
    formatText(
      '%(a)s-%(b)03d-%(c)s',
      [],
      new Map<string, unknown>([
        ['a', 'x'],
        ['b', 7],
      ]),
      String,
    ),
    'x-007-',
  )
})

test('a missing value is empty and a value of another type is written as text', () => {
  assert.equal(format('%s|%d|%x', 'a'), 'a||')
  assert.equal(format('%d|%.1f', 'many', 'few'), 'many|f')
})

test('no field is wider than a thousand characters', () => {
  assert.equal(format('%999999999s', 'x').length, 1000)
  assert.ok(format('%.999999999f', 1).length < 1000)
})

test('no template makes it fail', () => {
  const piece = fc.constantFrom('%', '(', ')', 's', 'd', 'f', 'x', 'g', 'c', '.', '5', '-', '0', '+', 'a')
  const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant(undefined))
  fc.assert(
    fc.property(fc.array(piece), fc.array(value), (pieces, values) => {
      assert.equal(typeof format(pieces.join(''), ...values), 'string')
    }),
  )
})
