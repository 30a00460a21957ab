import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rowsOf, toNumber } from './hexdump.ts'
import { type FoundString, stringsIn } from './strings.ts'

function found(text: string | Uint8Array, min = 4): string[] {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  return [...stringsIn(bytes, min)]
    .filter((each): each is FoundString => each !== null)
    .map(({ offset, text, isWide }) => `${offset}${isWide ? 'w' : ''} ${text}`)
}

test('strings are runs of printable characters, of one byte or of two', () => {
  assert.deepEqual(found('\x00abcd\x01abc\x02de\tfg\xff'), ['1 abcd', '10 de\tfg'])
  assert.deepEqual(found('\x01w\0i\0d\0e\0'), ['1w wide'])
  assert.deepEqual(found('xyw\0i\0d\0e\0\0\0'), ['2w wide'])
  assert.deepEqual(found('w\0i\0d\0'), [])
  assert.deepEqual(found('', 1), [])
})

test('of a long string the first thousand characters are kept', () => {
  const [long] = [...stringsIn(Buffer.alloc(10_000, 'A'), 4)]
  assert.deepEqual([long?.length, long?.text.length], [10_000, 1000])
})

test('strings give each byte to one run at most, in any bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 0x41, 0x42, 0xff)),
      fc.integer({ min: 1, max: 5 }),
      (given, min) => {
        let end = 0
        for (const each of stringsIn(Uint8Array.from(given), min)) {
          if (each === null) continue
          assert.ok(each.offset >= end && each.length >= min)
          end = each.offset + each.length * (each.isWide ? 2 : 1)
          assert.ok(end <= given.length)
        }
      },
    ),
  )
})

test('strings give others a turn once in a megabyte', () => {
  assert.equal([...stringsIn(new Uint8Array(4 * 2 ** 20), 4)].filter(each => each === null).length, 3)
})

test('a row of a hexdump is offset, sixteen bytes in two halves, and their text', () => {
  const bytes = Buffer.from('MZ\x90\x00 and so on, further', 'latin1')
  assert.deepEqual(
    [...rowsOf(bytes, 1, 19)],
    [
      '00000001  5a 90 00 20 61 6e 64 20  73 6f 20 6f 6e 2c 20 66  |Z.. and so on, f|',
      '00000011  75 72                                             |ur|',
    ],
  )
})

test('numbers are decimal or hexadecimal, and nothing else', () => {
  assert.deepEqual(['10', '0x1F', '-16'].map(toNumber), [10, 31, -16])
  for (const word of ['', '1e3', '0x', '1.5', 'ten', '99999999999999999999'])
    assert.throws(() => toNumber(word))
})
