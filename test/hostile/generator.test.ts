import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32, createGunzip, createZstdDecompress, gunzipSync, inflateRawSync } from 'node:zlib'
import { pieceSize } from '../../scripts/bombs/bomb.ts'
import { crcAfterZeros } from '../../scripts/bombs/crc.ts'
import { gzipQuine, zipQuine } from '../../scripts/bombs/quine.ts'
import { bombs, writeBombs } from '../../scripts/bombs.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-bombs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the CRC of zeros needs no zeros', () => {
  const text = Buffer.from('before')
  assert.equal(crcAfterZeros(crc32(text), 12_345), crc32(Buffer.concat([text, Buffer.alloc(12_345)])))
})

test('the gzip quine unpacks to itself', () => {
  assert.deepEqual(gunzipSync(gzipQuine()), gzipQuine())
})

test('the only member of the zip quine is the zip', () => {
  const zip = zipQuine()
  const start = 30 + zip.readUInt16LE(26)
  assert.deepEqual(inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(18))), zip)
  assert.equal(zip.readUInt32LE(14), crc32(zip))
})

test('every small bomb is written, and none is large itself', async () => {
  const written = await writeBombs(folder, { isSmall: true })
  assert.deepEqual(
    written.map(({ name }) => name),
    bombs.map(({ name }) => name),
  )
  for (const { name, size } of written) assert.ok(size > 100 && size < 16_000_000, `${name}: ${size} bytes`)
})

for (const [name, unpacker] of [
  ['zeros.gz', createGunzip],
  ['zeros-members.gz', createGunzip],
  ['zeros.zst', createZstdDecompress],
  ['zeros-frames.zst', createZstdDecompress],
] as const) {
  test(`${name} is valid from its start to its end`, async () => {
    const { pieces } = bombs.find(bomb => bomb.name === name) ?? assert.fail()
    const file = Buffer.concat([...(pieces({ zeros: 2 * pieceSize, count: 1 }) as Iterable<Uint8Array>)])
    let size = 0
    for await (const piece of unpacker().end(file)) size += piece.length
    assert.equal(size, 2 * pieceSize)
  })
}

test('the first member of the overlapping zip reaches over all others', () => {
  const zip = readFileSync(join(folder, 'overlap.zip'))
  const content = inflateRawSync(zip.subarray(30 + zip.readUInt16LE(26)))
  assert.deepEqual([content.length, crc32(content)], [zip.readUInt32LE(22), zip.readUInt32LE(14)])
  assert.ok(content.includes('PK\x03\x04'))
})
