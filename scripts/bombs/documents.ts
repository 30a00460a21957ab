import { deflateSync } from 'node:zlib'
import { type Bomb, repeat, type Scale } from './bomb.ts'

/** Documents that unpack or nest without end. */
export const documentBombs: readonly Bomb[] = [
  { name: 'filters.pdf', pieces: filterChain },
  {
    name: 'filters-deep.pdf',
    pieces: () => [
      pdfOf(
        Array.from({ length: 5000 }, () => 'ASCIIHexDecode'),
        hexed,
      ),
    ],
  },
  { name: 'groups.rtf', pieces: nestedGroups },
]

const hexed = Buffer.from('00>')

/** Every filter that pdf.js knows, one after another; what comes out at the end is all zeros. */
function filterChain({ zeros }: Scale): Uint8Array[] {
  let data: Buffer = runLength(Math.min(zeros, 2 ** 32))
  const filters = ['RunLengthDecode']
  for (const name of [
    'FlateDecode',
    'LZWDecode',
    'FlateDecode',
    'ASCII85Decode',
    'FlateDecode',
    'ASCIIHexDecode',
  ]) {
    data = encoders[name as keyof typeof encoders](data)
    filters.unshift(name)
  }
  for (let level = 0; level < 20; level++) {
    data = deflateSync(data, { level: 9 })
    filters.unshift('FlateDecode')
  }
  return [pdfOf(filters, data)]
}

const encoders = {
  FlateDecode: (data: Buffer) => deflateSync(data, { level: 9 }),
  LZWDecode: lzw,
  ASCII85Decode: ascii85,
  ASCIIHexDecode: (data: Buffer) => Buffer.from(`${data.toString('hex')}>`),
}

/** Zeros: two bytes for 128 of them. */
function runLength(zeros: number): Buffer {
  const data = Buffer.alloc((zeros / 128) * 2 + 1)
  for (let at = 0; at < data.length - 1; at += 2) data[at] = 129
  data[data.length - 1] = 128
  return data
}

/** Without compression: 9-bit codes, and the table is cleared before a code needs more. */
function lzw(data: Buffer): Buffer {
  const codes = [256]
  for (const [index, byte] of data.entries()) {
    if (index > 0 && index % 250 === 0) codes.push(256)
    codes.push(byte)
  }
  codes.push(257)
  const packed = Buffer.alloc(Math.ceil((codes.length * 9) / 8) + 1)
  for (const [index, code] of codes.entries()) {
    const at = index * 9
    const shifted = code << (16 - 9 - (at & 7))
    packed[at >> 3] = (packed[at >> 3] ?? 0) | (shifted >> 8)
    packed[(at >> 3) + 1] = shifted & 0xff
  }
  return packed
}

function ascii85(data: Buffer): Buffer {
  const padded = Buffer.concat([data, Buffer.alloc(-data.length & 3)])
  const text = Buffer.alloc((padded.length / 4) * 5)
  for (let at = 0, to = 0; at < padded.length; at += 4, to += 5) {
    let value = padded.readUInt32BE(at)
    for (let digit = 4; digit >= 0; digit--, value = Math.floor(value / 85))
      text[to + digit] = 33 + (value % 85)
  }
  return Buffer.concat([text, Buffer.from('~>')])
}

/** One page whose content is `data` behind `filters`. */
function pdfOf(filters: readonly string[], data: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let offset = parts[0]?.length ?? 0
  const add = (...pieces: (string | Buffer)[]) => {
    offsets.push(offset)
    const object = Buffer.concat(
      [`${offsets.length} 0 obj\n`, ...pieces, '\nendobj\n'].map(piece => Buffer.from(piece)),
    )
    offset += object.length
    parts.push(object)
  }
  add('<< /Type /Catalog /Pages 2 0 R >>')
  add('<< /Type /Pages /Kids [3 0 R] /Count 1 >>')
  add('<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] /Contents 4 0 R >>')
  const chain = filters.map(name => `/${name}`).join(' ')
  add(`<< /Length ${data.length} /Filter [${chain}] >>\nstream\n`, data, '\nendstream')
  const table = offsets.map(at => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const xref = `xref\n0 5\n0000000000 65535 f \n${table}trailer\n<< /Size 5 /Root 1 0 R >>\n`
  return Buffer.concat([...parts, Buffer.from(`${xref}startxref\n${offset}\n%%EOF\n`)])
}

const atOnce = 1000

/** Groups in groups, each of which a simple reader calls itself for. */
function* nestedGroups({ count }: Scale): Generator<Uint8Array> {
  yield Buffer.from('{\\rtf1\\ansi ')
  yield* repeat(Buffer.from('{\\b '.repeat(atOnce)), count / atOnce)
  yield Buffer.from('text')
  yield* repeat(Buffer.from('}'.repeat(atOnce)), count / atOnce)
  yield Buffer.from('}')
}
