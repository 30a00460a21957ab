import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { detectFormat } from './formats.ts'
import { makeTar, makeZip } from './test-archives.ts'

const known: Record<string, Buffer> = {
  '7z': bytes('7z\xbc\xaf\x27\x1c'),
  ar: bytes('!<arch>\n'),
  arj: bytes('\x60\xea\x2a\0\x22\x0b\x01', 40),
  bz2: bytes('BZh91AY&SY'),
  cab: bytes('MSCF\0\0\0\0'),
  chm: bytes('ITSF\x03\0\0\0'),
  cpio: bytes('070701'),
  gz: gzipSync(''),
  lzh: bytes('\x20\x11-lh5-', 30),
  lzma: bytes(`]\0\0\x80\0${'\xff'.repeat(8)}\0`, 20),
  rar: bytes('Rar!\x1a\x07\0'),
  rar5: bytes('Rar!\x1a\x07\x01\0'),
  rpm: bytes('\xed\xab\xee\xdb'),
  swf: bytes('ZWS'),
  tar: makeTar([{ name: 'a' }]),
  wim: bytes('MSWIM\0\0\0'),
  xar: bytes('xar!\0\x1c'),
  xz: bytes('\xfd7zXZ\0'),
  z: bytes('\x1f\x9d\x90\0'),
  zip: makeZip([]),
  zlib: bytes('\x78\x9c', 10),
  zst: bytes('\x28\xb5\x2f\xfd'),
  iso: disc('CD001'),
  udf: disc('CD001', 'BEA01', 'NSR02', 'TEA01'),
}
for (const [format, start] of Object.entries(known)) {
  test(`${format} is known by its first bytes`, () => assert.equal(detectFormat(start), format))
}

const unknown: Record<string, Buffer> = {
  'text of the size of a tar block': Buffer.alloc(512, 'text'),
  'a block of zeros': Buffer.alloc(1024),
  'gzip with another method': bytes('\x1f\x8b\x09\0', 20),
  'gzip with reserved flags': bytes('\x1f\x8b\x08\xe0', 20),
  'bzip2 in name only': bytes('BZh9 is text'),
  'LZMA with an odd dictionary': bytes(`]\x01\0\x80\0${'\xff'.repeat(8)}\0`, 20),
  'compress with 20 bits': bytes('\x1f\x9d\x94\0'),
  'arj with a header of 60 KB': bytes('\x60\xea\xff\xff\x22', 40),
  'compressed Flash of another kind': bytes('CWS\x06', 20),
}
for (const [title, start] of Object.entries(unknown)) {
  test(`${title} is no archive`, () => assert.equal(detectFormat(start), null))
}

test('a payload of 40 MB without a marker is decided at once', () => {
  const started = performance.now()
  assert.equal(detectFormat(Buffer.alloc(40_000_000, 'PK\x05')), null)
  assert.ok(performance.now() - started < 500)
})

function bytes(text: string, length = 0): Buffer {
  return Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(Math.max(0, length - text.length))])
}

function disc(...names: string[]): Buffer {
  const image = Buffer.alloc(40 * 2048)
  for (const [index, name] of names.entries()) image.write(name, (16 + index) * 2048 + 1, 'latin1')
  return image
}
