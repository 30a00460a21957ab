import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Budget, type ExtractedResult, type Payload, type PluginContext } from 'stoq'
import { PeCarver } from '../../plugins/carver/pe/pe.ts'
import { Base64Decoder } from '../../plugins/decoder/b64/b64.ts'
import { GzipDecoder } from '../../plugins/decoder/gzip/gzip.ts'
import { HexDecoder } from '../../plugins/decoder/hex/hex.ts'
import { UrlDecoder } from '../../plugins/decoder/url/url.ts'
import { XorDecoder } from '../../plugins/decoder/xor/xor.ts'
import { makeTar, unpack } from '../../plugins/extractor/decompress/test-archives.ts'
import { open as openMail } from '../../plugins/extractor/email/test-mails.ts'
import { makeTnef, tnefAttribute } from '../../plugins/extractor/email/test-outlook.ts'
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

const multipart = 'Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n'
const mails: Record<string, (size: number) => Buffer> = {
  'line breaks': size => Buffer.from(`Subject: x\n\n${'\n'.repeat(size)}`),
  'empty parts': size => Buffer.from(multipart + '--b\n'.repeat(size / 4)),
  'multiparts with boundaries of their own': size => {
    const parts = Array.from({ length: size / 100 }, (_, index) => {
      return `--b\nContent-Type: multipart/mixed; boundary=x${index}\n\n--y\n`
    })
    return Buffer.from(multipart + parts.join('') + '--z\n'.repeat(size / 8))
  },
  'multiparts in multiparts': size =>
    Buffer.from(
      Array.from({ length: size / 60 }, (_, index) => {
        return `Content-Type: multipart/mixed; boundary=b${index}\n\n--b${index}\n`
      }).join(''),
    ),
  'header fields': size => Buffer.from(`Subject: x\n${'x-a:1\n'.repeat(size / 6)}`),
  'beginnings of files': size => Buffer.from(`Subject: x\n\n${'begin 644 a\n'.repeat(size / 12)}`),
  'tags that nothing ends': size =>
    Buffer.from(`Content-Type: text/html\n\n${'<style><!--'.repeat(size / 11)}`),
  'mailbox lines': size => Buffer.from('From a Mon 10:10\nA: b\n\n'.repeat(size / 23)),
  'messages of a session': size => Buffer.from(`EHLO x\n${'DATA\n.\n'.repeat(size / 7)}`),
  'TNEF attributes': size => makeTnef(repeated(tnefAttribute(1, 0x18004, new Uint8Array()), size)),
}

for (const [name, make] of Object.entries(mails)) {
  test(`four times as much of a mail of ${name} takes about four times as long`, async () => {
    await assertLinear(name, 250_000, size => {
      const mail = make(size)
      return () => openMail(mail, { limits: { max_children: 1_000_000 } })
    })
  })
}

function drain(given: ExtractedResult | Promise<ExtractedResult>): number {
  return [...((given ?? []) as Iterable<unknown>)].length
}

function context(): PluginContext {
  const times = { max_time: 60, max_plugin_time: 60 }
  const budget = new Budget({ max_recursion: 3, max_children: 1e6, max_bytes: 2 ** 30, ...times })
  return { budget, signal: new AbortController().signal }
}

const plugins: Record<string, (payload: Payload) => unknown> = {
  'carver:pe': payload => drain(new PeCarver().carve(payload)),
  'decoder:b64': payload => new Base64Decoder().decode(payload, {}, context()),
  'decoder:b64, embedded': payload =>
    drain(new Base64Decoder().decode(payload, { embedded: true }, context())),
  'decoder:gzip': async payload => {
    const found = await new GzipDecoder().decode(payload, {}, context())
    for await (const _ of found ?? []);
  },
  'decoder:hex, embedded': payload => drain(new HexDecoder().decode(payload, { embedded: true }, context())),
  'decoder:url, embedded': payload => drain(new UrlDecoder().decode(payload, { embedded: true }, context())),
  'decoder:xor': payload => {
    try {
      return new XorDecoder().decode(Buffer.from('x'), { key: Buffer.from(payload).toString('latin1') })
    } catch {
      return null
    }
  },
  'extractor:decompress': payload => unpack(payload, { limits: { max_children: 100 } }),
  'extractor:email': payload => openMail(Buffer.concat([Buffer.from('Subject: x\n\n'), payload])),
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
