import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { ExtractedResult, Payload } from 'stoq'
import { PeCarver } from '../../plugins/carver/pe/pe.ts'
import { Base64Decoder } from '../../plugins/decoder/b64/b64.ts'
import { XorDecoder } from '../../plugins/decoder/xor/xor.ts'
import { makeTar, unpack } from '../../plugins/extractor/decompress/test-archives.ts'
import { streamTexts } from '../../plugins/reader/pdftext/raw-scan.ts'
import { trapOf, traps } from '../../scripts/bombs/traps.ts'
import { assertLinear } from './growth.ts'

/** A directory of one entry whose name does not fit, and a record that ends it. */
function emptyDirectory(): Buffer {
  const entry = Buffer.alloc(46)
  entry.write('PK\x01\x02', 'latin1')
  entry.writeUInt16LE(0xffff, 28)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length, 12)
  return Buffer.concat([entry, end])
}

/** A member that calls itself a link. */
function linkHeader(): Buffer {
  return makeTar([{ name: 'link', type: '2' }]).subarray(0, 512)
}

const archives: Record<string, (size: number) => Buffer> = {
  'a zip of directories without entries': size => repeated(emptyDirectory(), size),
  'a zip of local headers': size => repeated(Buffer.from('PK\x03\x04'.padEnd(30, '\0')), size),
  'a pax header of lengths alone': size =>
    makeTar([{ name: 'x', type: 'x', content: `${'1\n'.repeat(size / 2)} ` }]),
  'a gzip of empty parts': size => repeated(gzipSync(''), size),
  'a tar of links': size => repeated(linkHeader(), size * 4),
  'a tar of damaged headers': size => Buffer.concat([linkHeader(), Buffer.alloc(size * 4, 'x')]),
  'an ar of empty members': size =>
    Buffer.concat([
      Buffer.from('!<arch>\n'),
      repeated(Buffer.from('a/'.padEnd(48) + '0'.padEnd(10) + '`\n'), size),
    ]),
}

function repeated(piece: Buffer, size: number): Buffer {
  return Buffer.alloc(Math.ceil(size / piece.length) * piece.length, piece)
}

for (const [name, make] of Object.entries(archives)) {
  test(`four times as much of ${name} takes about four times as long`, async () => {
    await assertLinear(name, 500_000, size => {
      const archive = make(size)
      return () => unpack(archive, { limits: { max_children: 100 } })
    })
  })
}

function drain(given: ExtractedResult | Promise<ExtractedResult>): number {
  return [...((given ?? []) as Iterable<unknown>)].length
}

const plugins: Record<string, (payload: Payload) => unknown> = {
  'carver:pe': payload => drain(new PeCarver().carve(payload)),
  'decoder:b64': payload => new Base64Decoder().decode(payload, {}),
  'decoder:xor': payload => {
    try {
      return new XorDecoder().decode(Buffer.from('x'), { key: Buffer.from(payload).toString('latin1') })
    } catch {
      return null
    }
  },
  'extractor:decompress': payload => unpack(payload, { limits: { max_children: 100 } }),
  'reader:pdftext, damaged': async payload => {
    const texts = streamTexts(Buffer.from(payload), new AbortController().signal)
    for await (const text of texts) if (text === '') return
  },
}

for (const [plugin, run] of Object.entries(plugins)) {
  test(`traps of four times the size take ${plugin} about four times as long`, async () => {
    for (const name of Object.keys(traps)) {
      await assertLinear(`${plugin} on ${name}`, 250_000, size => {
        const payload = Buffer.from(trapOf(name, size), 'latin1')
        return () => run(payload)
      })
    }
  })
}
