import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { decode, type Step } from './filters.ts'
import { encode85, encodeLzw, encodeRunLength, predictPng } from './test-filters.ts'
import type { Dict } from './values.ts'

const wanted = { limit: 2 ** 24, isGlance: false, check: () => {} }

function parms(values: Record<string, number>): Dict {
  return { names: Object.keys(values), items: Object.values(values) }
}

function decodeOne(input: Uint8Array | string, filter: string, values?: Record<string, number>) {
  const step: Step = { filter, parms: values ? parms(values) : null }
  return decode(typeof input === 'string' ? Buffer.from(input, 'latin1') : input, [step], wanted)
}

/** Whatever goes in comes out again. */
function undoes(
  filter: string,
  encode: (content: Buffer) => Uint8Array | string,
  values?: Record<string, number>,
) {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc.array(fc.constantFrom(0, 1, 65), { maxLength: 6000 }).map(bytes => Uint8Array.from(bytes)),
  )
  const property = fc.asyncProperty(content, async bytes => {
    const decoded = await decodeOne(encode(Buffer.from(bytes)), filter, values)
    return decoded.end === 'whole' && Buffer.from(bytes).equals(decoded.content)
  })
  return fc.assert(property, { numRuns: 100 })
}

test('ASCIIHexDecode undoes digits', () => undoes('ASCIIHexDecode', content => `${content.toString('hex')}>`))
test('ASCII85Decode undoes groups', () => undoes('ASCII85Decode', encode85))
test('RunLengthDecode undoes runs', () => undoes('RunLengthDecode', encodeRunLength))
test('LZWDecode undoes codes', () => undoes('LZWDecode', content => encodeLzw(content)))
test('LZWDecode undoes codes that do not change early', () =>
  undoes('LZWDecode', content => encodeLzw(content, 0), { EarlyChange: 0 }))
test('FlateDecode undoes deflate', () => undoes('FlateDecode', content => deflateSync(content)))

for (const filter of [0, 1, 2, 3, 4] as const) {
  test(`predictor ${10 + filter} is undone`, () =>
    undoes('FlateDecode', content => deflateSync(predictPng(content, 7, filter)), {
      Predictor: 15,
      Columns: 7,
    }))
}

test('the predictor of TIFF is undone for 8 and 16 bits', async () => {
  const eight = await decodeOne(deflateSync(Buffer.from([1, 2, 3, 250, 10, 5])), 'FlateDecode', {
    Predictor: 2,
    Columns: 3,
  })
  assert.deepEqual([...eight.content], [1, 3, 6, 250, 4, 9])
  const values = { Predictor: 2, Columns: 2, BitsPerComponent: 16 }
  const sixteen = await decodeOne(deflateSync(Buffer.from([0, 255, 0, 2])), 'FlateDecode', values)
  assert.deepEqual([...sixteen.content], [0, 255, 1, 1])
})

test('columns that no data has are no more than the data', async () => {
  for (const Columns of [0, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    const { content } = await decodeOne(deflateSync(Buffer.alloc(100, 1)), 'FlateDecode', {
      Predictor: 12,
      Columns,
    })
    assert.ok(content.length <= 100)
  }
})

test('blanks and what is no digit do not count', async () => {
  const { content } = await decodeOne(' 4 1\n4x2 4>ignored', 'ASCIIHexDecode')
  assert.equal(Buffer.from(content).toString(), 'AB@')
})

test('ASCII85 may have blanks, the brackets of Adobe, and z for zeros', async () => {
  const { content } = await decodeOne(' <~87cUR\nD]i,"z~> rest', 'ASCII85Decode')
  assert.equal(Buffer.from(content).toString('latin1'), 'Hello Wo\0\0\0\0')
})

test('blanks before zlib data do not matter, and neither does what is behind it', async () => {
  const data = Buffer.concat([Buffer.from('\r\n'), deflateSync('text'), Buffer.from('\nmore')])
  const { content, end } = await decodeOne(data, 'FlateDecode')
  assert.deepEqual([Buffer.from(content).toString(), end], ['text', 'whole'])
})

test('noise under FlateDecode gives nothing', async () => {
  const { content, end } = await decodeOne(
    Buffer.from('this is not deflated, and no part of it is'),
    'FlateDecode',
  )
  assert.deepEqual([content.length, end], [0, 'damaged'])
})

test('zlib data with a broken header or checksum is given, with a sign of it', async () => {
  const [header, checksum] = [deflateSync('text'.repeat(20)), deflateSync('text'.repeat(20))]
  header.fill(0, 0, 2)
  checksum.fill(0, checksum.length - 4)
  for (const data of [header, checksum]) {
    const { content, end } = await decodeOne(data, 'FlateDecode')
    assert.deepEqual([Buffer.from(content).toString(), end], ['text'.repeat(20), 'damaged'])
  }
})

test('any bytes under any filter are decoded within the limit, without an error', async () => {
  const names = ['ASCIIHexDecode', 'ASCII85Decode', 'RunLengthDecode', 'LZWDecode', 'FlateDecode']
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 500 }),
    fc.array(fc.constantFrom(...names), { maxLength: 4 }),
    fc.boolean(),
    async (bytes, chain, isGlance) => {
      const steps = chain.map(filter => ({ filter, parms: null }))
      const { content } = await decode(bytes, steps, { limit: 1000, isGlance, check: () => {} })
      return content.length <= (chain.length === 0 ? 500 : 1000)
    },
  )
  await fc.assert(property, { numRuns: 1000 })
})
