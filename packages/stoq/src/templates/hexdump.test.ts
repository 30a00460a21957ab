import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesToText } from '../results/json.ts'
import { hexdump } from './hexdump.ts'

const options = { width: 16, length: 256, offset: 0 }

test('bytes as a document holds them are shown as hexdump -C does', () => {
  const bytes = Buffer.from('MZ\x90\x00\\\t\n\rProgram here', 'latin1')
  assert.equal(
    hexdump(bytesToText(bytes), options),
    '00000000  4d 5a 90 00 5c 09 0a 0d 50 72 6f 67 72 61 6d 20  |MZ..\\...Program |\n' +
      '00000010  68 65 72 65                                      |here|',
  )
})

test('width, length and the first offset can be chosen, and what is left out is told', () => {
  assert.equal(
    hexdump('abcdefgh', { width: 4, length: 6, offset: 0x100 }),
    '00000100  61 62 63 64  |abcd|\n00000104  65 66        |ef|\n... 2 bytes more',
  )
})

test('every byte comes back from its text', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const shown = hexdump(bytesToText(all), { ...options, width: 64 })
  const digits = [...shown.matchAll(/^\S+ {2}((?:[\da-f]{2} ?)+)/gm)].map(match => match[1]).join(' ')
  assert.deepEqual(Buffer.from(digits.replace(/\s/g, ''), 'hex'), Buffer.from(all))
})

test('lists of numbers are bytes; what is neither is nothing', () => {
  assert.equal(hexdump([0x41, 0], options).slice(10, 15), '41 00')
  for (const odd of [undefined, null, 5, '']) assert.equal(hexdump(odd, options), '')
})
