import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Extracted } from 'stoq'
import { makePackage, samples } from './olepackagestream.samples.ts'
import { OlePackageStreamCarver } from './olepackagestream.ts'

function carve(payload: Uint8Array): { meta: Record<string, unknown>; content: Buffer } | null {
  const found = new OlePackageStreamCarver().carve(payload) as Extracted[] | null
  if (!found) return null
  const [[meta, content]] = found as [Extracted]
  assert.equal(meta['size'], content.length)
  return { meta, content: Buffer.from(content) }
}

const sample = (name: string) => Buffer.from(samples[name] as Uint8Array)

test('the file is given with its names, those in UTF-16 as text', () => {
  const found = carve(makePackage({ label: 'a.txt', content: 'content' }))
  assert.equal(found?.content.toString(), 'content')
  assert.deepEqual(found.meta, {
    filename: 'a.txt',
    size: 7,
    original_path: 'C:\\own\\a.txt',
    Header: '0200',
    Label: 'a.txt',
    OriginalPath: 'C:\\own\\a.txt',
    FormatId: '00000300',
    DefaultExtractPathLength: 14,
    DefaultExtractPath: 'C:\\Temp\\a.txt',
    DefaultExtractPathWLength: 13,
    DefaultExtractPathW: 'C:\\Temp\\a.txt',
    LabelWLength: 5,
    LabelW: 'a.txt',
    OrgFileWLength: 12,
    OrgFileW: 'C:\\own\\a.txt',
  })
})

test('a package without names in UTF-16, or with half of them, is a package', () => {
  for (const stream of [makePackage({ isOld: true }), sample('cut-wide.bin')]) {
    const found = carve(stream)
    assert.equal(found?.content.toString(), 'a file of our own\n')
    assert.ok(!('LabelW' in found.meta) && !('damaged' in found.meta))
  }
})

test('names of an unknown code page are read as UTF-8, else as windows-1252', () => {
  const utf8 = Buffer.from('\u03b1.txt').toString('latin1')
  assert.equal(carve(makePackage({ label: utf8, isOld: true }))?.meta['Label'], '\u03b1.txt')
  assert.equal(carve(makePackage({ label: '\x80\xe9.txt', isOld: true }))?.meta['Label'], '\u20ac\xe9.txt')
})

test('the name in UTF-16 is the file name where there is one: in a code page it may be question marks', () => {
  const wide: [string, string, string] = ['', '\u4e2d.txt', 'C:\\\u4e2d.txt']
  const meta = carve(makePackage({ label: '?.txt', wide }))?.meta ?? {}
  assert.deepEqual(
    [meta['filename'], meta['Label'], meta['original_path']],
    ['\u4e2d.txt', '?.txt', 'C:\\\u4e2d.txt'],
  )
})

test('a file name has no folder; without a label it is that of the path', () => {
  assert.equal(carve(makePackage({ label: '..\\..\\Startup\\run.txt' }))?.meta['filename'], 'run.txt')
  assert.equal(
    carve(makePackage({ label: '', path: 'C:\\own\\b.txt', isOld: true }))?.meta['filename'],
    'b.txt',
  )
  assert.ok(
    !('filename' in (carve(makePackage({ label: '..', path: '\\', isOld: true }))?.meta ?? { filename: 1 })),
  )
})

test('a path without NUL is as long as its length says', () => {
  const stream = makePackage({ extractPath: 'C:\\x', isOld: true })
  const at = stream.lastIndexOf('C:\\x') + 4
  assert.equal(stream[at], 0)
  stream[at] = 0x79
  const found = carve(stream)
  assert.deepEqual(
    [found?.meta['DefaultExtractPath'], found?.content.toString()],
    ['C:\\xy', 'a file of our own\n'],
  )
})

test('content that is cut is given, and it says how much is missing', () => {
  const found = carve(makePackage({ content: 'x'.repeat(100), isOld: true }).subarray(0, -30))
  assert.deepEqual([found?.content.length, found?.meta['damaged']], [70, '70 of 100 bytes are there'])
})

test('no package, a link, an empty file, a negative size: null', () => {
  const negative = makePackage({ isOld: true })
  negative.writeInt32LE(-5, negative.length - 22)
  const none = [
    negative,
    makePackage({ content: '' }),
    ...['link.bin', 'bad-header.bin', 'empty.bin'].map(sample),
  ]
  for (const payload of [
    ...none,
    Buffer.alloc(4096),
    Buffer.from('\0\0\0\0\x02\0'.padEnd(400, '\0')),
    Buffer.from('text'),
  ])
    assert.equal(carve(payload), null)
})

test('a size that is a lie takes no memory: the content is a part of the payload', () => {
  const stream = sample('bomb.bin')
  const [[meta, content]] = new OlePackageStreamCarver().carve(stream) as [Extracted]
  assert.equal(content.buffer, stream.buffer)
  assert.deepEqual([meta['size'], meta['damaged']], [18, '18 of 2147483647 bytes are there'])
})

test('whatever comes, content is a part of the payload and names are valid text', () => {
  const whole = makePackage({ content: 'x'.repeat(50) })
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 10 })
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (changes, length) => {
      const stream = Buffer.from(whole.subarray(0, length))
      for (const [at, value] of changes) stream[at] = value
      const found = carve(stream)
      return !found || JSON.stringify(found.meta).isWellFormed()
    }),
    { numRuns: 2000 },
  )
})

test('ten megabytes without a NUL are not searched to their end', () => {
  const begin = performance.now()
  for (let times = 0; times < 100; times++)
    carve(Buffer.concat([Buffer.from('\0\0\0\0\x02\0'), Buffer.alloc(1 << 20, 'x')]))
  assert.ok(performance.now() - begin < 2000)
})
