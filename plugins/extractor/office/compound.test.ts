import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { openCompound } from './compound.ts'
import { makeCompound } from './golden/compound-maker.ts'

const large = Buffer.alloc(5000, 'large ')
const streams = {
  'A/B/small': Buffer.from('small'),
  'A/large': large,
  empty: Buffer.alloc(0),
  top: Buffer.from('t'),
}
const made = makeCompound(streams)

function contents(payload: Uint8Array): Record<string, Buffer> {
  const compound = openCompound(payload)
  const found = compound?.entries.filter(entry => entry.isStream) ?? []
  return Object.fromEntries(found.map(entry => [entry.path, compound?.read(entry) ?? Buffer.alloc(0)]))
}

test('every stream comes with its path, small ones out of the mini stream', () => {
  assert.deepEqual(contents(made), streams)
  assert.equal(openCompound(made)?.damage, null)
})

test('a file so large that its sector table is listed outside of the header is read whole', () => {
  const huge = Buffer.alloc(17 * 2 ** 20, 'some bytes that differ ')
  assert.ok(contents(makeCompound({ huge, small: Buffer.from('x') }))['huge']?.equals(huge))
})

test('a file of Word gives its streams', () => {
  const file = readFileSync(new URL('../../../test/parity/samples/office_word97.doc', import.meta.url))
  const sizes = Object.entries(contents(file)).map(([path, content]) => [path, content.length])
  assert.ok(sizes.some(([path, size]) => path === 'WordDocument' && Number(size) > 500))
})

test('segments are where the bytes of a stream lie in the file', () => {
  const compound = openCompound(made)
  for (const entry of compound?.entries.filter(({ isStream }) => isStream) ?? []) {
    const pieces =
      compound?.segments(entry).map(([offset, length]) => made.subarray(offset, offset + length)) ?? []
    assert.deepEqual(Buffer.concat(pieces), streams[entry.path as keyof typeof streams])
  }
})

test('what is no compound file is null', () => {
  assert.equal(openCompound(made.subarray(0, 511)), null)
  assert.equal(openCompound(Buffer.alloc(4096)), null)
})

test('of a file that is cut short comes what is there, and its damage is told', () => {
  const compound = openCompound(made.subarray(0, 1024))
  assert.deepEqual([compound?.entries.length, compound?.damage], [0, 'the directory is missing'])
  const end = contents(made.subarray(0, made.length - 100))
  assert.deepEqual(end['A/large'], large)
  const stream = openCompound(makeCompound({ large }).subarray(0, 2000))
  assert.equal(stream?.damage, 'the directory is missing')
})

test('a chain of sectors that runs in a ring ends, and a stream in it is no longer than it says', () => {
  const ring = Buffer.from(made)
  // The table is the first sector: every sector is followed by itself.
  for (let sector = 1; sector < 128; sector++) ring.writeUInt32LE(sector, 512 + 4 * sector)
  for (const content of Object.values(contents(ring))) assert.ok(content.length <= 5000)
})

test('a directory whose entries point at each other ends, each entry once', () => {
  const directory = made.indexOf(Buffer.from('R\0o\0o\0t\0 \0'))
  const looped = Buffer.from(made)
  for (const field of [68, 72, 76])
    for (let entry = 0; entry < 4; entry++) looped.writeUInt32LE(1, directory + 128 * entry + field)
  const names = openCompound(looped)?.entries.map(entry => entry.name) ?? []
  assert.deepEqual([...names].sort(), [...new Set(names)].sort())
})

test('streams that all claim the same sectors are not read for ever', () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`s${index}`, Buffer.from('x')]))
  const shared = makeCompound({ big: Buffer.alloc(2 ** 20, 'x'), ...many })
  const directory = shared.indexOf(Buffer.from('R\0o\0o\0t\0 \0'))
  for (let entry = 1; entry <= 401; entry++) {
    shared.copy(shared, directory + 128 * entry + 116, directory + 128 + 116, directory + 128 + 124)
  }
  const total = Object.values(contents(shared)).reduce((sum, content) => sum + content.length, 0)
  assert.ok(total > 2 ** 20 && total < 6 * shared.length)
})

test('no change of a few bytes makes it throw', () => {
  const change = fc.tuple(fc.nat(made.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), changes => {
      const bytes = Buffer.from(made)
      for (const [at, byte] of changes) if (at >= 8) bytes[at] = byte
      contents(bytes)
    }),
    { numRuns: 500 },
  )
})
