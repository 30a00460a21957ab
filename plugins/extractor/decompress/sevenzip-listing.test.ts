import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListingReader } from './sevenzip-listing.ts'
import { ComplaintReader } from './sevenzip-text.ts'

function readPieces(text: string, size: number): ListingReader {
  const reader = new ListingReader()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size))
  return reader
}

const listing = (count: number, name = 'name') =>
  Array.from(
    { length: count },
    (_, index) => `Path = ${name} ${index}\nSize = ${index}\nMode = -rw-r--r--\n\n`,
  ).join('')

test('a listing that comes in pieces of three bytes is read as a whole', () => {
  const members = readPieces(`${listing(5000, 'größe')}Path = last\nFolder = -\nEncrypted = +`, 3).end()
  assert.equal(members.length, 5001)
  assert.deepEqual(members[4999], { path: 'größe 4999', size: 4999, isEncrypted: false, type: '-' })
  assert.deepEqual(members[5000], { path: 'last', size: null, isEncrypted: true, type: '-' })
})

test('folders are left out, links are told', () => {
  const text =
    'Path = d\nFolder = +\n\nPath = e\nAttributes = D drwxr-xr-x\n\nPath = l\nMode = lrwxrwxrwx\n\n'
  assert.deepEqual(
    readPieces(text, 1000)
      .end()
      .map(({ path, type }) => [path, type]),
    [['l', 'l']],
  )
})

test('a name that is longer than what is looked at together is whole', () => {
  const name = 'n'.repeat(300_000)
  assert.equal(readPieces(`Path = ${name}\n\n${listing(1)}`, 1000).end()[0]?.path, name)
})

test('no more members are remembered than a hundred thousand', () => {
  const reader = readPieces(listing(100_500), 2 ** 16)
  assert.deepEqual([reader.isFull, reader.end().length], [true, 100_000])
})

test('complaints are read from pieces, and a line without an end is dropped', () => {
  const reader = new ComplaintReader()
  const text = `${'x'.repeat(100_000)}\nERROR: CRC Failed : größe\n`
  const complaints = [...Buffer.from(text)].flatMap(byte => reader.read(Uint8Array.of(byte)))
  assert.deepEqual(complaints, [{ of: 'member', reason: 'CRC Failed', name: 'größe' }])
})
