import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { makeZip } from './golden/zip-maker.ts'
import { listZip, partKey, readMember } from './zip.ts'

const zip = makeZip({ 'a/One.xml': 'one', 'two.bin': Buffer.alloc(300, 'two') })
const read = (bytes: Buffer, path: string, limit = 1000) => {
  const member = listZip(bytes).get(partKey(path))
  return member && readMember(bytes, member, limit)
}

/** A zip whose only member is packed; the rest of its headers stays. */
function packedZip(content: Uint8Array): Buffer {
  const packed = deflateRawSync(content)
  const bytes = makeZip({ m: packed })
  bytes.writeUInt16LE(8, 8)
  bytes.writeUInt16LE(8, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 10)
  return bytes
}

test('members are found whatever the letters, the slashes and the first slash', () => {
  for (const path of ['a/One.xml', '/A/ONE.XML', 'a\\one.xml'])
    assert.equal(read(zip, path)?.content.toString(), 'one')
})

test('packed members are unpacked up to the limit', () => {
  const bytes = packedZip(Buffer.alloc(5000, 'x'))
  assert.equal(read(bytes, 'm', 5000)?.content.length, 5000)
  assert.deepEqual(read(bytes, 'm', 4999), { content: Buffer.alloc(0), problem: 'larger than the limit' })
})

test('without a directory local headers tell of the members, the last one cut short', () => {
  const cut = zip.subarray(0, 150)
  assert.equal(read(cut, 'a/one.xml')?.content.toString(), 'one')
  assert.equal(read(cut, 'two.bin')?.content.toString().startsWith('two'), true)
})

test('bytes before a zip shift all its offsets', () => {
  assert.equal(read(Buffer.concat([Buffer.from('MZ before'), zip]), 'a/one.xml')?.content.toString(), 'one')
})

test('damaged, encrypted and unknown members are told as damaged', () => {
  const damaged = packedZip(Buffer.from('hello hello hello'))
  damaged.fill(0xff, 31, 40)
  assert.equal(read(damaged, 'm')?.problem, 'damaged')
  const strange = packedZip(Buffer.from('x'))
  strange.writeUInt16LE(99, strange.indexOf('PK\x01\x02', 0, 'latin1') + 10)
  assert.equal(read(strange, 'm')?.problem, 'damaged')
})

test('no change of a few bytes makes it throw', () => {
  const change = fc.tuple(fc.nat(zip.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), changes => {
      const bytes = Buffer.from(zip)
      for (const [at, byte] of changes) bytes[at] = byte
      for (const member of listZip(bytes).values()) readMember(bytes, member, 1000)
    }),
    { numRuns: 500 },
  )
})
