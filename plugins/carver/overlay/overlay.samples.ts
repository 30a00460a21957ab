import { crc32 } from 'node:zlib'
import type { SampleSources } from 'stoq/testing'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const join = (...parts: (string | Uint8Array)[]) =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? latin1(part) : part)))

function chunk(type: string, data: Uint8Array): Buffer {
  const body = join(type, data)
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

/** One grey pixel. */
export const png = join(
  '\x89PNG\r\n\x1a\n',
  chunk('IHDR', latin1('\0\0\0\x01\0\0\0\x01\x08\0\0\0\0')),
  chunk('IDAT', latin1('\x78\x01\x01\x02\0\xfd\xff\0\x80\0\x82\0\x81')),
  chunk('IEND', new Uint8Array()),
)

/** Segments and two scans as a camera writes them, with a thumbnail that has an end of its own; no real picture. */
export const jpeg = join(
  '\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0',
  '\xff\xe1\0\x0eExif\0\0\xff\xd8\xff\xd9\0\0',
  '\xff\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0',
  '\xff\xda\0\x08\x01\x01\0\0\x3f\0',
  'data\xff\0data\xff\xd0data\xff\xd1',
  '\xff\xc4\0\x05\0\x01\x02',
  '\xff\xda\0\x08\x01\x01\0\x01\x3f\0',
  'more\xff\0\xff\xd9',
)

/** One pixel, with a comment and both colour tables. */
export const gif = join(
  'GIF89a\x01\0\x01\0\x80\0\0',
  '\0\0\0\xff\xff\xff',
  '!\xfe\x05;;;;;\0',
  ',\0\0\0\0\x01\0\x01\0\x80\0\0\0\xff\xff\xff\x02\x02D\x01\0',
  ';',
)

export const bmp = Buffer.alloc(70, 0x11)
bmp.write('BM', 0, 'latin1')
;[70, 0, 54, 40, 2, 2].forEach((value, index) => void bmp.writeUInt32LE(value, 2 + index * 4))
;[0x180001, 0, 16, 0, 0, 0, 0].forEach((value, index) => void bmp.writeUInt32LE(value, 26 + index * 4))

/** A PE file of 0x400 bytes, then `behind`, then a certificate table of these. */
export function makePe(behind: string | Uint8Array = '', ...certificates: Uint8Array[]): Buffer {
  const pe = Buffer.alloc(0x400, 0xcc).fill(0, 0, 0x200)
  pe.write('MZ', 0, 'latin1')
  pe.writeUInt32LE(0x40, 0x3c)
  pe.write('PE\0\0\x4c\x01\x01\0', 0x40, 'latin1')
  pe.writeUInt16LE(224, 0x54)
  pe.writeUInt16LE(0x10b, 0x58)
  pe.writeUInt32LE(16, 0x58 + 92)
  const section = 0x58 + 224
  pe.write('.text', section, 'latin1')
  ;[0x200, 0x1000, 0x200, 0x200].forEach(
    (value, index) => void pe.writeUInt32LE(value, section + 8 + index * 4),
  )
  const table = join(...certificates)
  const file = join(pe, behind)
  if (table.length === 0) return file
  const padded = join(file, Buffer.alloc(-file.length & 7))
  padded.writeUInt32LE(padded.length, 0x58 + 96 + 32)
  padded.writeUInt32LE(table.length, 0x58 + 96 + 36)
  return join(padded, table)
}

/** WIN_CERTIFICATE around a DER sequence, with `stuffing` behind it. */
export function certificate(stuffing = ''): Buffer {
  const size = 8 + 4 + 16 + stuffing.length
  const entry = Buffer.alloc((size + 7) & ~7)
  entry.writeUInt32LE(size)
  entry.write('\0\x02\x02\0\x30\x82\0\x10', 4, 'latin1')
  entry.fill(0xab, 12, 28).write(stuffing, 28, 'latin1')
  return entry
}

/** An ELF file of one segment, and of one section after it. */
export function makeElf(is64 = true, isBig = false): Buffer {
  const elf = Buffer.alloc(0x200, 0x90).fill(0, 0, 0x100).fill(0, 0x180)
  const [half, word] = isBig
    ? (['writeUInt16BE', 'writeUInt32BE'] as const)
    : (['writeUInt16LE', 'writeUInt32LE'] as const)
  const long = (value: number, at: number) => elf[word](value, is64 && isBig ? at + 4 : at)
  elf.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, isBig ? 2 : 1, 1])
  long(0x40, is64 ? 32 : 28)
  long(0x180, is64 ? 40 : 32)
  elf[half](1, is64 ? 56 : 44)
  elf[half](is64 ? 64 : 40, is64 ? 58 : 46)
  elf[half](2, is64 ? 60 : 48)
  long(0x100, 0x40 + (is64 ? 8 : 4))
  long(0x80, 0x40 + (is64 ? 32 : 16))
  const section = 0x180 + (is64 ? 64 : 40)
  elf[word](1, section + 4)
  long(0x140, section + (is64 ? 24 : 16))
  long(0x40, section + (is64 ? 32 : 20))
  return elf.subarray(0, 0x180 + 2 * (is64 ? 64 : 40))
}

/** A zip of one stored member; its offsets begin at `base`. */
export function makeZip(name: string, content: string | Uint8Array, comment = '', base = 0): Buffer {
  const data = typeof content === 'string' ? latin1(content) : content
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt16LE(0x5821, 8)
  facts.writeUInt32LE(crc32(data), 10)
  facts.writeUInt32LE(data.length, 14)
  facts.writeUInt32LE(data.length, 18)
  facts.writeUInt16LE(name.length, 22)
  const member = join('PK\x03\x04', facts, name, data)
  const place = Buffer.alloc(14)
  place.writeUInt32LE(base, 10)
  const directory = join('PK\x01\x02\x14\0', facts, place, name)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(base + member.length, 12)
  end.writeUInt16LE(comment.length, 16)
  return join(member, directory, 'PK\x05\x06', end, comment)
}

const body =
  '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n'
/** Saved once more on top of itself. */
export const pdf = latin1(
  `${body}2 0 obj\n(new)\nendobj\ntrailer\n<< /Root 1 0 R /Prev 0 >>\nstartxref\n0\n%%EOF\r\n`,
)

const zip = makeZip('hello.txt', 'hello from behind\n')
const longChunk = Buffer.from(png)
longChunk.writeUInt32BE(0x7fffffff, 33)

/** A file with `bytes` at an offset, and a zip behind it. */
function corrupt(file: Uint8Array, at: number, ...bytes: number[]): Buffer {
  const damaged = join(file, zip)
  damaged.set(bytes, at)
  return damaged
}

const highest = [0xff, 0xff, 0xff, 0xff] as const
const signed = makePe('installer data', certificate('in the certificate'))
const zipEnd = zip.length - 22

/** Golden samples of carver/overlay. */
export const samples: SampleSources = {
  'png_zip.png': join(png, zip),
  'png_png.png': join(png, png),
  'png_plain.png': png,
  'png_padded.png': join(png, '\0\0\0\r\n'),
  'png_cut.png': png.subarray(0, 60),
  'png_long_chunk.png': join(longChunk, zip),
  'jpeg_html.jpg': join(jpeg, '<script>alert(1)</script>'),
  'jpeg_cut.jpg': jpeg.subarray(0, 60),
  'gif_text.png': join(gif, 'the name says PNG\n'),
  'gif_cut.gif': gif.subarray(0, 30),
  'bmp_zip.bmp': join(bmp, zip),
  'bmp_cut.bmp': bmp.subarray(0, 50),
  'pe_zip.exe.masked': makePe(zip),
  'pe_signed.exe.masked': makePe('', certificate()),
  'pe_signed_around.exe.masked': join(
    makePe('installer data', certificate('in the certificate')),
    'behind it',
  ),
  'pe_cut.exe.masked': makePe().subarray(0, 0x300),
  elf_zip: join(makeElf(), zip),
  elf_plain: makeElf(),
  elf_cut: makeElf().subarray(0, 0x190),
  'zip_comment.zip': makeZip('hello.txt', 'hello', 'a comment'),
  'zip_zip.zip': join(zip, makeZip('second.txt', 'second')),
  'zip_nested.zip': makeZip('png_zip.png', join(png, zip)),
  'zip_cut.zip': zip.subarray(0, 100),
  'zip_script.pyz': join('#!/usr/bin/env python3\n', zip),
  'zip_corrected.bin': join('#!/bin/sh\n', makeZip('hello.txt', 'hello', '', 10)),
  'pdf_saved_again.pdf': pdf,
  'pdf_zip.pdf': join(pdf, zip),
  'pdf_pdf.pdf': join(pdf, '\n', body),
  'pdf_cut.pdf': latin1(body.slice(0, 80)),
  'png_bad_signature.png': corrupt(png, 5, 0x0a),
  'png_bad_ihdr.png': corrupt(png, 8, ...highest),
  'jpeg_bad_segment.jpg': corrupt(jpeg, 4, 0xff, 0xff),
  'jpeg_empty_segment.jpg': corrupt(jpeg, 4, 0, 0),
  'gif_bad_table.gif': corrupt(gif, 10, 0xff),
  'gif_bad_block.gif': corrupt(gif, 19, 0xee),
  'bmp_bad_header.bmp': corrupt(bmp, 14, 41),
  'bmp_huge.bmp': corrupt(bmp, 18, ...highest, ...highest),
  'pe_bad_header.exe.masked': corrupt(makePe(), 0x3c, ...highest),
  'pe_bad_section.exe.masked': corrupt(makePe(), 0x58 + 224 + 16, ...highest),
  'pe_bad_symbols.exe.masked': corrupt(makePe(), 0x40 + 12, ...highest, ...highest),
  'pe_bad_certificate.exe.masked': corrupt(
    signed,
    signed.length - certificate('in the certificate').length,
    ...highest,
  ),
  elf_bad_class: corrupt(makeElf(), 4, 9),
  elf_bad_sections: corrupt(makeElf(), 40, ...highest, ...highest),
  elf_bad_counts: corrupt(makeElf(), 56, 0xff, 0xff),
  'zip_bad_directory.zip': corrupt(zip, zipEnd + 12, ...highest, ...highest),
  'zip_bad_comment.zip': corrupt(zip, zipEnd + 20, 0xff, 0xff),
  'pdf_bad_end.pdf': corrupt(pdf.subarray(0, body.length), body.length - 4, 0),
  'ends_bomb.zip': join(zip.subarray(0, 60), 'PK\x05\x06'.repeat(2000)),
  'empty.bin': new Uint8Array(),
}
