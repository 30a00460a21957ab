import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'
import { XorDecoder } from './xor.ts'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('pe32.exe', parity)).subarray(0, 1024)
const picture = readFileSync(new URL('png_plain.png', parity))
const secret = Buffer.from('secret!')

function masked(content: Uint8Array, kwargs: Record<string, string>) {
  const [found] = new XorDecoder().decode(content, kwargs) as [[object, Uint8Array]]
  return { content: found[1], kwargs }
}

/** Every byte before is fed back, so that the sample is made byte by byte. */
function fed(content: Uint8Array, rolling: 'cipher' | 'plain') {
  const made = new Uint8Array(content.length)
  for (const [index, byte] of content.entries()) {
    const before = rolling === 'cipher' ? made : content
    made[index] = byte ^ (index < 2 ? ([0x13, 0x37][index] ?? 0) : (before[index - 2] ?? 0))
  }
  return { content: made, kwargs: { key: '0x13 0x37', rolling } }
}

/** Every payload is another one under a key, of the same length: a long key stands for the bomb. */
export const samples: SampleSources = {
  'secret.bin': masked(program, { key: [...secret].join(' ') }),
  'secret_cut.bin': masked(program.subarray(0, 100), { key: [...secret].join(' ') }),
  'secret_cut_to_three.bin': masked(program.subarray(0, 3), { key: [...secret].join(' ') }),
  'cipher_cut_in_key.bin': { ...fed(program.subarray(0, 1), 'cipher') },
  'no_header.bin': masked(Buffer.from(program).fill(0xff, 0, 64), { key: [...secret].join(' ') }),
  'in_picture.png': {
    content: Buffer.concat([picture, masked(program, { key: '65' }).content]),
    kwargs: { key: '65' },
  },
  'bomb_increment.bin': masked(Buffer.alloc(60_000, 'A'), {
    key: Array.from({ length: 999 }, (_, index) => index % 251).join(' '),
    rolling: 'increment',
  }),
  'increment.bin': masked(program, { key: '0x41', rolling: 'increment' }),
  'cipher.bin': fed(program, 'cipher'),
  'plain.bin': fed(program, 'plain'),
  'twice.bin': masked(masked(program, { key: '65' }).content, { key: '1 2 3' }),
  'no_key.bin': program.subarray(0, 64),
  'bad_key.bin': { content: program.subarray(0, 64), kwargs: { key: '65 256' } },
  'bad_rolling.bin': { content: program.subarray(0, 64), kwargs: { key: '65', rolling: 'sideways' } },
  'not_masked.pdf': { content: Buffer.from('%PDF-1.4'), kwargs: { key: '0' } },
  'empty.bin': { content: new Uint8Array(), kwargs: { key: '65' } },
}
