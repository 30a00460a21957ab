import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { getMagic, loadMagic } from './magic.ts'

test('an empty payload is application/x-empty', async () => {
  assert.equal(await getMagic(new Uint8Array()), 'application/x-empty')
  assert.equal(await getMagic(new Uint8Array(), false), 'empty')
})

test('a payload has the MIME type that libmagic gives it', async () => {
  assert.equal(await getMagic(Buffer.from('just some words\n')), 'text/plain')
  assert.equal(await getMagic(Buffer.from('GIF89a')), 'image/gif')
  assert.equal(await getMagic(gzipSync('words')), 'application/gzip')
  assert.equal(await getMagic(Buffer.from('{"a": [1, 2]}')), 'application/json')
  assert.equal(await getMagic(zip('a.txt', 'words')), 'application/zip')
  assert.equal(await getMagic(tar('a.txt')), 'application/x-tar')
})

test('a payload has the description that libmagic gives it', async () => {
  assert.equal(await getMagic(Buffer.from('just some words\n'), false), 'ASCII text')
  assert.match(
    String(await getMagic(Buffer.from('GIF89a\x10\0\x20\0'), false)),
    /^GIF image data, version 89a/,
  )
})

test('the start of a zip alone is unknown', async () => {
  assert.equal(await getMagic(Buffer.from('PK\x03\x04', 'latin1')), 'application/octet-stream')
})

test('a label 32 KiB into the payload is seen', async () => {
  assert.equal(await getMagic(at(0x8000, '\x01CD001\x01', 300_000)), 'application/x-iso9660-image')
})

test('a RAR archive keeps the name that stoQ v1 gave it', async () => {
  const rar = Buffer.from('Rar!\x1a\x07\0\xcf\x90\x73\0\0\x0d\0\0\0\0\0\0\0', 'latin1')
  assert.equal(await getMagic(rar), 'application/x-rar')
})

test('a zip at the end does not hide the program before it', async () => {
  const program = at(0, 'MZ', 512)
  program.set(Buffer.from('\x80\0\0\0PE\0\0\x4c\x01', 'latin1').subarray(0, 4), 0x3c)
  program.set(Buffer.from('PE\0\0\x4c\x01', 'latin1'), 0x80)
  const alone = await getMagic(program)
  assert.notEqual(alone, 'application/zip')
  assert.equal(await getMagic(Buffer.concat([program, zip('a.txt', 'words')])), alone)
})

test('a zip after unknown bytes is a zip', async () => {
  assert.equal(
    await getMagic(Buffer.concat([at(0, '\x01\x02', 40), zip('a.txt', 'words')])),
    'application/zip',
  )
})

test('the same instance answers every call, and one for descriptions stands beside it', async () => {
  assert.equal(await loadMagic(), await loadMagic(true))
  assert.notEqual(await loadMagic(), await loadMagic(false))
})

test('once loaded, libmagic answers at once', async () => {
  const magic = await loadMagic()
  assert.equal(magic.detect(Buffer.from('GIF89a')), 'image/gif')
})

test('after a fault inside libmagic the payload has no type, and the next call gets a new instance', async () => {
  const magic = await loadMagic()
  assert.equal(magic.detect(new Faulty(10)), null)
  assert.equal(magic.detect(Buffer.from('GIF89a')), null)
  assert.equal(await getMagic(Buffer.from('GIF89a')), 'image/gif')
})

test('any bytes have a type', async () => {
  const magic = await loadMagic()
  const heads = [
    '',
    'MZ',
    'PK\x03\x04',
    '%PDF-1.',
    '\x7fELF',
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    '{\\rtf',
    '<?xml',
  ]
  const head = fc.constantFrom(...heads).map(text => Buffer.from(text, 'latin1'))
  const bytes = fc
    .tuple(head, fc.uint8Array({ maxLength: 600, size: 'max' }))
    .map(parts => Buffer.concat(parts))
  fc.assert(fc.property(bytes, payload => /^[a-z]+\/[\w.+-]+$/.test(magic.detect(payload) ?? '')))
})

/** Stands for a payload on which the WASM code traps. */
class Faulty extends Uint8Array {
  override subarray(): never {
    throw new RangeError('memory access out of bounds')
  }
}

function at(offset: number, text: string, size: number): Uint8Array {
  const payload = new Uint8Array(size)
  payload.set(Buffer.from(text, 'latin1'), offset)
  return payload
}

/** A tar with one empty member: its magic stands at 257. */
function tar(name: string): Uint8Array {
  const header = Buffer.alloc(1024)
  header.write(name, 0)
  header.write('0000644', 100)
  header.write('00000000000', 124)
  header.write('        ', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** A zip with one deflated member and no checksum. */
function zip(name: string, content: string): Uint8Array {
  const body = deflateRawSync(content)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(8, 4)
  common.writeUInt32LE(body.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), body])
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\0'),
    common,
    Buffer.alloc(14),
    Buffer.from(name),
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
