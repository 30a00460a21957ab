import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, crc32, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { contents, unpack } from './test-archives.ts'

const named = (filename: string) => ({ kwargs: { filename } })

test('the parts of a gzip file are one content', async () => {
  const file = Buffer.concat([gzipSync('first '), gzipSync(''), gzipSync('second')])
  assert.deepEqual(await contents(file, named('x.gz')), { x: 'first second' })
})

test('what follows a gzip file is no fault', async () => {
  assert.deepEqual(await contents(Buffer.concat([gzipSync('text'), Buffer.from('junk')]), named('x.gz')), {
    x: 'text',
  })
})

test('the name is that of the payload without its suffix, and the one in the header is told', async () => {
  const { members } = await unpack(withName('C:\\docs\\evil.exe'), named('../up/mail.txt.gz'))
  assert.equal(members[0]?.meta['filename'], 'mail.txt')
  assert.equal(members[0]?.meta['original_path'], 'C:\\docs\\evil.exe')
})

test('without a suffix of its own the name in the header counts', async () => {
  assert.deepEqual(await contents(withName('evil.exe'), named('sample')), { 'evil.exe': 'text' })
  assert.deepEqual(await contents(withName('evil.exe')), { 'evil.exe': 'text' })
})

test('without any name there is none', async () => {
  const { members } = await unpack(gzipSync('text'))
  assert.deepEqual(members[0]?.meta, { size: 4, archive_type: 'gz' })
})

test('every optional field of the header is passed over', async () => {
  const plain = gzipSync('text')
  const fields = Buffer.from('\x03\x00abcname\0comment\0\x12\x34', 'latin1')
  const file = Buffer.concat([plain.subarray(0, 10), fields, plain.subarray(10)])
  file[3] = 0x1e
  assert.deepEqual(await contents(file), { name: 'text' })
})

test('a wrong CRC is told, and the content is given with a sign of it', async () => {
  const file = gzipSync('text')
  file.writeUInt32LE(1, file.length - 8)
  const { members, error } = await unpack(file)
  assert.deepEqual([members[0]?.content.toString(), members[0]?.meta['damaged']], ['text', 'CRC'])
  assert.match(error?.message ?? '', /CRC error in gzip stream/)
})

test('of a stream that is cut short all that comes before is given, with a sign of it', async () => {
  const file = gzipSync(numbers)
  const { members, error } = await unpack(file.subarray(0, file.length / 2))
  const [found] = members
  assert.equal(found?.meta['damaged'], 'cut short')
  assert.ok((found?.content.length ?? 0) > numbers.length / 3)
  assert.equal(found?.content.toString(), numbers.slice(0, found?.content.length))
  assert.match(error?.message ?? '', /gzip stream is cut short/)
})

test('parts before one that is cut short are given with what there is of it', async () => {
  const { members, error } = await unpack(
    Buffer.concat([gzipSync('whole '), gzipSync('second').subarray(0, -9)]),
  )
  assert.match(members[0]?.content.toString() ?? '', /^whole secon?d?$/)
  assert.match(error?.message ?? '', /gzip stream is cut short/)
})

test('cut short after many pieces it is given up to the last byte that there is', async () => {
  const content = Buffer.from(numbersUpTo(3_000_000))
  for (const file of [gzipSync(content), zstdCompressSync(content)]) {
    const { members } = await unpack(file.subarray(0, -20))
    const [found] = members
    assert.equal(found?.meta['damaged'], 'cut short')
    assert.ok((found?.content.length ?? 0) > content.length - 2 ** 18)
    assert.ok(content.subarray(0, found?.content.length).equals(found?.content ?? Buffer.of()))
  }
})

test('a stream that is cut short before its first byte gives nothing', async () => {
  const { members, error } = await unpack(gzipSync('text').subarray(0, 11))
  assert.equal(members.length, 0)
  assert.match(error?.message ?? '', /cut short/)
})

test('a stream without its CRC is cut short, and its content is there', async () => {
  const { members, error } = await unpack(gzipSync('text').subarray(0, -3))
  assert.deepEqual([members[0]?.content.toString(), members[0]?.meta['damaged']], ['text', 'cut short'])
  assert.match(error?.message ?? '', /cut short/)
})

test('what a damaged stream gave is told and not given; whole parts before it are', async () => {
  const damaged = gzipSync('second')
  damaged[10] = 0xff
  const { members, error } = await unpack(Buffer.concat([gzipSync('whole'), damaged]))
  assert.equal(members[0]?.content.toString(), 'whole')
  assert.match(error?.message ?? '', /gzip stream is damaged/)
})

test('content of more than 32 MiB comes whole, in parts as well', async () => {
  const content = Buffer.alloc(40 * 2 ** 20, 'abcdefg')
  for (const file of [
    gzipSync(content),
    Buffer.concat([gzipSync('x'), gzipSync(content)]),
    zstdCompressSync(content),
  ]) {
    const { members } = await unpack(file)
    const [found] = members
    assert.equal(crc32(found?.content.subarray(-content.length) ?? ''), crc32(content))
  }
})

test('20,000 small parts are one content', async () => {
  const file = Buffer.concat(Array.from({ length: 20_000 }, () => gzipSync('x')))
  assert.equal((await unpack(file)).members[0]?.content.length, 20_000)
})

test('whole parts of a gzip file stand before a large one that is damaged', async () => {
  const large = Buffer.alloc(20 * 2 ** 20, numbers)
  const whole = gzipSync(large)
  // A block of a type that there is not follows where it could go on.
  const open = deflateRawSync(large, { finishFlush: constants.Z_SYNC_FLUSH })
  const damaged = Buffer.concat([whole.subarray(0, 10), open, Buffer.alloc(8, 0xff)])
  const { members, error } = await unpack(Buffer.concat([whole, damaged]))
  assert.equal(members[0]?.content.length, large.length)
  assert.equal(members[0]?.meta['damaged'], 'damaged')
  assert.match(error?.message ?? '', /gzip stream is damaged/)
})

test('Zstandard frames, skippable ones too, are one content', async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0])
  const file = Buffer.concat([zstdCompressSync('first '), skippable, zstdCompressSync('second')])
  assert.deepEqual(await contents(file, named('x.tar.zst')), { 'x.tar': 'first second' })
})

test('a Zstandard file that is cut short is told, and what there is of it is given', async () => {
  const file = zstdCompressSync(Buffer.alloc(300_000, numbers))
  const { members, error } = await unpack(file.subarray(0, -5))
  const [found] = members
  assert.equal(found?.meta['damaged'], 'cut short')
  assert.ok((found?.content.length ?? 0) >= 2 ** 17)
  assert.match(error?.message ?? '', /zstd stream is cut short/)
})

test('a damaged Zstandard file is told', async () => {
  const file = zstdCompressSync('a text that is long enough')
  file[6] = 0xff
  const { members, error } = await unpack(file)
  assert.equal(members.length, 0)
  assert.match(error?.message ?? '', /zstd stream is damaged/)
})

test('a zlib stream is unpacked; what only begins like one is nothing', async () => {
  assert.deepEqual(await contents(deflateSync('text'), named('x.zz')), { x: 'text' })
  assert.deepEqual(await contents(Buffer.from('x\x9c and then plain text', 'latin1')), {})
})

const numbers = numbersUpTo(20_000)

/** A text that cannot be packed well. */
function numbersUpTo(count: number): string {
  return Array.from({ length: count }, (_, index) => (index * 7919) % 9_999_991).join(' ')
}

function withName(name: string): Buffer {
  const plain = gzipSync('text')
  plain[3] = 8
  return Buffer.concat([plain.subarray(0, 10), Buffer.from(`${name}\0`), plain.subarray(10)])
}
