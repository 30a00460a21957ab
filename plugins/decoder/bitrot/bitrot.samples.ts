import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('pe32.exe', parity))
const rol = (content: Uint8Array, bits: number) => content.map(byte => (byte << bits) | (byte >>> (8 - bits)))

const picture = readFileSync(new URL('png_plain.png', parity))

const any = { bits: 'any' }
const sentence = Buffer.from('This program')
const rotations = [1, 2, 3, 4, 5, 6, 7]

/** Every payload is a rotation of another, of the same length: one that shows a program under each rotation comes out seven times. */
export const samples: SampleSources = {
  'rol1.bin': { content: rol(program, 1), kwargs: { bits: '1' } },
  'rol1_left7.bin': { content: rol(program, 1), kwargs: { bits: 7, direction: 'left' } },
  'rol3_any.bin': { content: rol(program, 3), kwargs: any },
  'rol5_cut_any.bin': { content: rol(program, 5).subarray(0, 100), kwargs: any },
  // The sentence begins at 78.
  'rol5_cut_in_sentence_any.bin': { content: rol(program, 5).subarray(0, 84), kwargs: any },
  'no_header_any.bin': {
    content: rol(Buffer.from(program.subarray(0, 256)).fill(0xff, 0, 64), 6),
    kwargs: any,
  },
  'nested_in_picture_any.png': {
    content: Buffer.concat([picture, rol(program.subarray(0, 512), 2)]),
    kwargs: any,
  },
  'bomb_any.bin': {
    content: Buffer.concat([...rotations.map(bits => rol(sentence, bits)), Buffer.alloc(60_000)]),
    kwargs: any,
  },
  'two_rotations_any.bin': {
    content: Buffer.concat([rol(program.subarray(0, 256), 2), rol(program.subarray(0, 256), 6)]),
    kwargs: any,
  },
  'not_rotated_any.exe': { content: program.subarray(0, 512), kwargs: any },
  'halves.bin': rol(program.subarray(0, 512), 4),
  'sideways.bin': { content: Buffer.from('abc'), kwargs: { direction: 'sideways' } },
  'nine_bits.bin': { content: Buffer.from('abc'), kwargs: { bits: '9' } },
  'empty.bin': new Uint8Array(),
  'empty_any.bin': { content: new Uint8Array(), kwargs: any },
}
