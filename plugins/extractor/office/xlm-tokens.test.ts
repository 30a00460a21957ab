import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { command, f64, fn, token, u8, u16 } from './golden/workbook-maker.ts'
import { cellName, formulaText, type Names } from './xlm-tokens.ts'

const names: Names = {
  name: index => `Name${index}`,
  sheets: reference => `Sheet${reference}`,
  externalName: (reference, index) => `Book${reference}Name${index}`,
}
const text = (...tokens: Buffer[]) =>
  formulaText(Buffer.concat(tokens), { row: 9, column: 1, isBinary12: false }, names)

/** What each formula reads like. */
const formulas: Readonly<Record<string, readonly Buffer[]>> = {
  'EXEC("calc"&A1)': [token.text('calc'), token.reference(0, 0), token.concat, token.call(fn.exec, 1)],
  'CHAR(65)': [token.integer(65), token.fixed(fn.char)],
  'FORMULA("=1",Sheet2!$A$1)': [
    token.text('=1'),
    token.reference3d(2, 0, 0),
    token.command(command.formula, 2),
  ],
  'Name3(1)': [token.name(3), token.integer(1), token.call(255, 2)],
  'Book1Name4()': [token.externalName(1, 4), token.call(255, 1)],
  'IF(TRUE,(1),-2)': [
    u8(0x1d, 1),
    u8(0x19, 2, 9, 0),
    token.integer(1),
    u8(0x15),
    u8(0x19, 8, 3, 0),
    token.integer(2),
    u8(0x13),
    token.call(fn.if, 3),
  ],
  'SUM(A1:B2)': [token.area(0, 0, 1, 1), u8(0x19, 0x10, 0, 0)],
  'A1+1.5*#N/A': [token.reference(0, 0), u8(0x1f), f64(1.5), u8(0x1c, 0x2a), u8(0x05), u8(0x03)],
  '"say ""hi"""': [token.text('say "hi"')],
  'CHOOSE(1,,2)': [
    u8(0x19, 4),
    u16(2, 0, 0, 0),
    token.integer(1),
    u8(0x16),
    token.integer(2),
    token.call(100, 3),
  ],
  // Relative to the cell B10: one row up, one column to the right.
  C9: [u8(0x4c), u16(0xffff, 0xc001)],
}

for (const [formula, tokens] of Object.entries(formulas)) {
  test(`${formula} is read from its tokens`, () => assert.equal(text(...tokens), formula))
}

test('a token that nobody knows ends a formula: what was read stands, the rest is shown in hex', () => {
  assert.equal(text(token.integer(5), u8(0x00, 1, 2)), '5 {not decoded: 000102}')
})

test('a number of a function that no table has is shown as it is', () => {
  assert.equal(text(token.call(20_000, 0)), 'FUNCTION.20000()')
  assert.equal(text(token.command(9999, 0)), 'COMMAND.9999()')
})

test('operators without operands show that', () => assert.equal(text(token.concat), '?&?'))

test('names that are long, again and again, do not make a formula longer than a million characters', () => {
  const long: Names = { ...names, name: () => 'x'.repeat(30_000) }
  const tokens = Buffer.concat(Array.from({ length: 5000 }, () => token.name(1)))
  assert.ok(formulaText(tokens, { row: 0, column: 0, isBinary12: false }, long).length < 1_100_000)
})

test('columns have letters as in Excel', () => {
  assert.deepEqual(
    [0, 25, 26, 255, 16383].map(column => cellName(0, column)),
    ['A1', 'Z1', 'AA1', 'IV1', 'XFD1'],
  )
})

test('arbitrary tokens of either format give some text and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (tokens, isBinary12) => {
      const place = { row: 70_000, column: 3, isBinary12 }
      assert.equal(typeof formulaText(Buffer.from(tokens), place, names), 'string')
    }),
    { numRuns: 2000 },
  )
})
