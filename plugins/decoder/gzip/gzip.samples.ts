import { readFileSync } from 'node:fs'
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { SampleSources } from 'stoq/testing'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('pe32.exe', parity)).subarray(0, 2048)
const picture = readFileSync(new URL('png_plain.png', parity))
const text = Buffer.from(Array.from({ length: 300 }, (_, index) => `line ${index * 7919}\n`).join(''))
const latin1 = (content: string) => Buffer.from(content, 'latin1')
const gzip = gzipSync(text)
const zlib = deflateSync(text)
const named = Buffer.concat([
  latin1('\x1f\x8b\x08\x08\0\0\0\0\x02\x03..\\..\\run me.txt\0'),
  gzip.subarray(10),
])
const unending = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH })
const raw = (content: Uint8Array, offset?: string) => ({
  content,
  kwargs: { raw: 'True', ...(offset !== undefined && { offset }) },
})

const whole = (...parts: Uint8Array[]) => ({
  content: Buffer.concat(parts),
  kwargs: { formats: 'zlib', whole: 'True' },
})

function withWrongSum(stream: Uint8Array): Buffer {
  const wrong = Buffer.from(stream)
  wrong.writeUInt8((wrong.at(-6) ?? 0) ^ 0xff, wrong.length - 6)
  return wrong
}

export const samples: SampleSources = {
  'resource_of_program.exe': Buffer.concat([program, gzipSync(program), latin1('padding')]),
  'two_streams.bin': Buffer.concat([
    latin1('one'),
    gzip,
    latin1('x\x9c two'),
    deflateSync(program),
    latin1('end'),
  ]),
  'whole.bin': whole(
    latin1('\0\0'),
    zlib,
    withWrongSum(zlib),
    zlib.subarray(0, -300),
    gzip,
    latin1('IDAT'),
    zlib,
  ),
  'whole_false_ones.bin': whole(latin1('x\x9c\x03\0'.repeat(2000)), zlib),
  'named.bin': Buffer.concat([latin1('...'), named]),
  'zlib.bin': zlib,
  'active.mso': Buffer.concat([latin1('ActiveMime\0\0\x01\xf0'.padEnd(50, '\0')), zlib]),
  'raw.bin': raw(deflateRawSync(text)),
  'raw_at_7.bin': raw(Buffer.concat([latin1('header '), deflateRawSync(text)]), '7'),
  'raw_damaged.bin': raw(Buffer.concat([unending, latin1('\x07')])),
  'nested.bin': Buffer.concat([latin1('..'), gzipSync(Buffer.concat([latin1('..'), gzip]))]),
  'stored.bin': Buffer.concat([latin1('..'), deflateSync(gzip, { level: 0 })]),
  'picture.png': { content: Buffer.concat([picture, gzip]), kwargs: { formats: 'gzip' } },
  'other_format.bin': { content: gzip, kwargs: { formats: 'lzma' } },
  'program.gz': Buffer.concat([program, latin1('no gzip, \x1f\x8b\x08 is but a header')]),
  'cut_in_header.bin': Buffer.concat([latin1('..'), gzip.subarray(0, 8)]),
  'cut_in_data.bin': Buffer.concat([latin1('..'), gzip.subarray(0, -300)]),
  'cut_in_sum.bin': Buffer.concat([latin1('..'), gzip.subarray(0, -3)]),
  'wrong_sum.bin': Buffer.concat([latin1('..'), withWrongSum(gzip), latin1('..')]),
  'damaged.bin': Buffer.concat([latin1('..'), gzip.subarray(0, 10), unending, latin1('\x07'), gzip]),
  'bomb.bin': Buffer.concat([latin1('..'), gzipSync(Buffer.alloc(10 << 20), { level: 9 })]),
  'many_false_ones.bin': Buffer.concat([gzip, latin1('x\x9c\x03\0'.repeat(80)), zlib]),
  'empty.bin': new Uint8Array(),
  'empty_raw.bin': raw(new Uint8Array()),
}
