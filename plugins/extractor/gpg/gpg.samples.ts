import { readFileSync } from 'node:fs'
import { deflateRawSync, deflateSync } from 'node:zlib'
import type { SampleSources } from 'stoq/testing'

/**
 * Messages that are made here. The others in the folder are by GnuPG 2.2.40 (`gpg -c`, `-e`, `-s`, `--clearsign`, `-b`) for
 * the two keys in `test/fixtures/gpghome` or with the passphrase `Thisisreallysecret`; `sym_unknown.gpg` has another one.
 */
const golden = new URL('../../../test/golden/extractor/gpg/', import.meta.url)
const byGpg = (name: string) => readFileSync(new URL(name, golden))

/** A packet with a header of the new kind (RFC 9580, 4.2.1.4). */
export function packet(tag: number, ...body: Uint8Array[]): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.reduce((sum, { length }) => sum + length, 0))
  return Buffer.concat([Buffer.from([0xc0 | tag, 255]), size, ...body])
}

/** A literal packet (RFC 9580, 5.9). */
export function literal(name: string, content: Uint8Array): Buffer {
  const head = [0x62, Buffer.byteLength(name), ...Buffer.from(name), 0, 0, 0, 0]
  return packet(11, Buffer.from(head), content)
}

/** The same as a packet in pieces, the first of 512 bytes (RFC 9580, 4.2.1.4). */
function literalInPieces(content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from([0x62, 0, 0, 0, 0, 0]), content])
  const last = body.subarray(512)
  return Buffer.concat([
    Buffer.from([0xcb, 224 + 9]),
    body.subarray(0, 512),
    Buffer.from([last.length]),
    last,
  ])
}

/** A compressed packet (RFC 9580, 5.6). */
export const zipped = (...packets: Uint8Array[]) =>
  packet(8, Buffer.from([1]), deflateRawSync(Buffer.concat(packets)))
const zlibbed = (content: Uint8Array) => packet(8, Buffer.from([2]), deflateSync(content))

/** Binary as text (RFC 9580, 6.2), without a checksum. */
export function armor(content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN PGP MESSAGE-----', '', ...lines, '-----END PGP MESSAGE-----', ''].join('\n')
}

const note = Buffer.from('A note that was put into a packet.\n')
const other = Buffer.from('Another note, of another message.\n')
const zip = Buffer.from('504b0506'.padEnd(44, '0'), 'hex')

/** The armored message as a mail program quotes it. */
function quoted(): Buffer {
  const lines = byGpg('sym_infected.asc').toString().split('\n')
  return Buffer.from(`Hello,\n\nsee below.\n\n${lines.map(line => `> ${line}`.trimEnd()).join('\n')}\n`)
}

export const samples: SampleSources = {
  'stored.gpg': zipped(literal('note.txt', note)),
  'pieces.gpg': literalInPieces(Buffer.concat(Array(16).fill(note))),
  'two.gpg': Buffer.concat([zlibbed(literal('one.txt', note)), zipped(literal('two.txt', other))]),
  'two_armored.txt': Buffer.from(
    `first\n${armor(literal('', note))}then\n${armor(zipped(literal('', other)))}`,
  ),
  'mail.eml': { content: quoted(), kwargs: { password_words: ['word', 'infected'] } },
  'path.gpg': literal('../../etc/cron.d/note\u202etxt', note),
  'empty.asc': Buffer.alloc(0),
  'truncated_1.gpg': byGpg('sym_zlib.gpg').subarray(0, 9),
  'truncated_2.gpg': byGpg('sym_zlib.gpg').subarray(0, 60),
  'truncated_3.asc': byGpg('sym_infected.asc').subarray(0, 120),
  'corrupt_header.gpg': Buffer.concat([Buffer.from([0x0c]), byGpg('sym_zlib.gpg').subarray(1)]),
  'corrupt_data.gpg': byGpg('sym_zlib.gpg').map((byte, index) => (index === 80 ? byte ^ 1 : byte)),
  'zip.gpg': literal('picture.png', zip),
  'zip_then_message.zip': Buffer.concat([zip, Buffer.from(`\n${armor(literal('', note))}`)]),
  'bomb.gpg': zipped(zipped(literal('', Buffer.alloc(80_000_000)))),
  'deep.gpg': Array(9)
    .fill(0)
    .reduce((inner: Uint8Array) => zipped(inner), literal('', note)),
}
