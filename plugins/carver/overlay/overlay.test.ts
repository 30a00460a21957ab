import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bmp,
  certificate,
  gif,
  jpeg,
  makeElf,
  makePe,
  makeZip,
  pdf,
  png,
  samples,
} from './overlay.samples.ts'
import { OverlayCarver } from './overlay.ts'

const plugin = new OverlayCarver()
const zip = makeZip('hello.txt', 'hello')

/** What was found, as `[offset, content, format]`; that the metadata tells of it is checked on the way. */
function carve(payload: Uint8Array, carver = plugin): [number, string, string][] | null {
  type Overlay = [{ offset: number; size: number; format: string }, Uint8Array]
  const found = carver.carve(payload) as Overlay[] | null
  const told = found?.map(([{ offset, size, format }, content]): [number, string, string] => {
    assert.equal(size, content.length)
    assert.ok(Buffer.from(payload.subarray(offset, offset + size)).equals(content))
    return [offset, Buffer.from(content).toString('latin1'), format]
  })
  return told ?? null
}

const append = (file: Uint8Array, tail: string) => Buffer.concat([file, Buffer.from(tail, 'latin1')])

const files: Record<string, [format: string, file: Uint8Array]> = {
  'a PNG': ['png', png],
  'a JPEG with a thumbnail and two scans': ['jpeg', jpeg],
  'a GIF with a comment full of trailers': ['gif', gif],
  'a BMP': ['bmp', bmp],
  'a PE': ['pe', makePe()],
  'a signed PE': ['pe', makePe('', certificate(), certificate())],
  'an ELF of 64 bits': ['elf', makeElf()],
  'an ELF of 32 bits, high byte first': ['elf', makeElf(false, true)],
  'an ELF of 64 bits, high byte first': ['elf', makeElf(true, true)],
  'a zip with a comment': ['zip', makeZip('a', 'b', 'comment')],
  'a zip in a zip': ['zip', makeZip('inner.zip', zip)],
  'an empty zip': ['zip', append(Buffer.from('PK\x05\x06'), '\0'.repeat(18))],
  'a PDF that was saved twice': ['pdf', pdf],
}

for (const [what, [format, file]] of Object.entries(files)) {
  test(`${what} has no overlay, whatever padding is behind it`, () => {
    assert.equal(carve(file), null)
    assert.equal(carve(append(file, '\0\0\r\n\t \x1a')), null)
  })

  test(`what is behind ${what} is carved from its exact end`, () => {
    assert.deepEqual(carve(append(file, 'tail')), [[file.length, 'tail', format]])
    const more = append(file, zip.toString('latin1'))
    assert.deepEqual(carve(more), [[file.length, zip.toString('latin1'), format]])
  })

  test(`${what} that was cut has no overlay`, () => {
    // The line end of a PDF, and the zeros that fill a certificate table, may be missing.
    for (let length = 0; length < file.length - 4; length++) {
      if (format === 'pdf' && length > 89) break
      if (format === 'pe' && length > 0x400) break
      assert.equal(carve(file.subarray(0, length)), null, `cut to ${length} bytes`)
    }
  })
}

test('a certificate table is no overlay; what is before, within and behind it is', () => {
  const pe = makePe('before', certificate('stuffed'), certificate())
  const found = carve(append(pe, 'behind'))
  assert.deepEqual(found, [
    [0x400, 'before\0\0', 'pe'],
    [0x408 + 28, 'stuffed', 'pe'],
    [pe.length, 'behind', 'pe'],
  ])
})

test('symbols behind the sections belong to a PE', () => {
  const pe = makePe(`${'s'.repeat(36)}\x08\0\0\0name`)
  pe.writeUInt32LE(0x400, 0x40 + 12)
  pe.writeUInt32LE(2, 0x40 + 16)
  assert.equal(carve(pe), null)
  assert.deepEqual(carve(append(pe, 'tail')), [[pe.length, 'tail', 'pe']])
})

test('the signature of a kernel module is no overlay', () => {
  const signature = `der der der${'\0'.repeat(8)}\0\0\0\x0b~Module signature appended~\n`
  assert.equal(carve(append(makeElf(), signature)), null)
  assert.deepEqual(carve(append(makeElf(), `more${signature}`)), [[0x200, 'more', 'elf']])
})

test('a BMP whose header tells of less than its pixels ends behind its pixels', () => {
  const short = Buffer.from(bmp)
  short.writeUInt32LE(0, 2)
  assert.equal(carve(short), null)
  assert.deepEqual(carve(append(short, 'tail')), [[70, 'tail', 'bmp']])
})

test('a PDF behind a PDF is an overlay', () => {
  const text = pdf.toString('latin1')
  assert.deepEqual(carve(append(pdf, text)), [[pdf.length, text, 'pdf']])
})

test('what is before a zip is carved, whether its offsets were corrected or not', () => {
  const stub = '#!/usr/bin/env python3\n'
  for (const base of [0, stub.length]) {
    const payload = append(Buffer.from(stub), makeZip('a', 'b', '', base).toString('latin1'))
    assert.deepEqual(carve(payload), [[0, stub, 'zip']])
  }
})

test('a 64-bit zip ends where the others do', () => {
  const plain = makeZip('a', 'b')
  const at = plain.indexOf('PK\x05\x06')
  const wide = Buffer.alloc(76)
  wide.write('PK\x06\x06', 'latin1')
  wide.writeBigUInt64LE(BigInt(plain.readUInt32LE(at + 12)), 40)
  wide.writeBigUInt64LE(BigInt(plain.readUInt32LE(at + 16)), 48)
  wide.write('PK\x06\x07', 56, 'latin1')
  const end = Buffer.from(plain.subarray(at)).fill(0xff, 12, 20)
  const zip64 = Buffer.concat([plain.subarray(0, at), wide, end])
  assert.equal(carve(zip64), null)
  assert.deepEqual(carve(append(zip64, 'tail')), [[zip64.length, 'tail', 'zip']])
})

test('an overlay below the least size is left out', () => {
  const choosy = Object.assign(new OverlayCarver(), { minimum_size_int: 5 })
  assert.equal(carve(append(png, 'tail'), choosy), null)
  assert.equal(carve(append(png, 'tails'), choosy)?.length, 1)
})

test('however a file is damaged, nothing is thrown and every overlay is within the payload', () => {
  const all = Object.values(samples).map(sample => (sample instanceof Uint8Array ? sample : sample.content))
  const damage = fc.array(fc.tuple(fc.nat(1200), fc.integer({ min: 0, max: 255 })), { maxLength: 12 })
  fc.assert(
    fc.property(fc.constantFrom(...all), damage, (sample, changes) => {
      const payload = Buffer.from(sample)
      for (const [at, value] of changes) if (at < payload.length) payload[at] = value
      return (carve(payload) ?? []).every(([offset, content]) => offset + content.length <= payload.length)
    }),
    { numRuns: 3000 },
  )
})

const hostile: Record<string, Uint8Array> = {
  'chunks without data': append(png.subarray(0, 33), '\0\0\0\0abcd\0\0\0\0'.repeat(800_000)),
  'scans without an end': append(jpeg.subarray(0, 20), '\xff\xda\0\x02\xff\0'.repeat(1_600_000)),
  'bytes that fill up to a marker': append(jpeg.subarray(0, 20), '\xff'.repeat(10 << 20)),
  'blocks without data': append(gif.subarray(0, 19), '!\xfe\0'.repeat(3_000_000)),
  'ends of PDF files': append(pdf, '%%EOF'.repeat(2_000_000)),
  'ends of PDF files in much padding': append(pdf, `%%EOF${' '.repeat(2000)}`.repeat(5000)),
  'ends of zips': append(zip.subarray(0, 40), 'PK\x05\x06'.repeat(2_500_000)),
  'a directory that many ends of zips point to': append(
    Buffer.from('#!'),
    `PK\x01\x02${'\0'.repeat(42)}`.repeat(100_000) + `PK\x05\x06${'\0'.repeat(18)}`.repeat(200_000),
  ),
}

for (const [what, payload] of Object.entries(hostile)) {
  test(`ten megabytes of ${what} are read in one pass`, { timeout: 5000 }, () => {
    carve(payload)
  })
}
