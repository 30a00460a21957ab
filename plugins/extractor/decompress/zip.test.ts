import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib'
import { contents, makeWithSevenZip, makeZip, makeZipEnd, unpack, type ZipMember } from './test-archives.ts'

const text = 'the quick brown fox '.repeat(50)

for (const method of ['Copy', 'Deflate', 'Deflate64', 'BZip2', 'LZMA', 'PPMd', 'xz']) {
  test(`method ${method} is unpacked`, async () => {
    const files = { 'a.txt': text, 'b.txt': 'second' }
    assert.deepEqual(await contents(await makeWithSevenZip('m.zip', files, [`-mm=${method}`])), files)
  })
}

test('method Zstandard is unpacked', async () => {
  const packed = zstdCompressSync(text)
  assert.deepEqual(await contents(makeZip([{ name: 'a', content: text, method: 93, packed }])), { a: text })
})

test('a method that nobody knows is told, the other members are given', async () => {
  const zip = makeZip([
    { name: 'odd', method: 77, packed: Buffer.from('xyz') },
    { name: 'a', content: text },
  ])
  const { members, error } = await unpack(zip)
  assert.deepEqual(names(members), ['a'])
  assert.match(error?.message ?? '', /odd: /)
})

test('content of more than 32 MiB comes whole', async () => {
  const content = Buffer.alloc(40 * 2 ** 20, 'abcdefg')
  const { members } = await unpack(
    makeZip([
      { name: 'a', content },
      { name: 'b', content, size: 5 },
    ]),
  )
  assert.deepEqual(
    members.map(member => crc32(member.content)),
    [crc32(content), crc32(content)],
  )
})

test('an empty archive gives nothing', async () => {
  assert.deepEqual(await contents(makeZip([])), {})
})

test('empty members are given, directories are not', async () => {
  assert.deepEqual(await contents(makeZip([{ name: 'd/', method: 0 }, { name: 'd/empty' }])), { empty: '' })
})

test('a directory that has data is a file', async () => {
  const { members } = await unpack(makeZip([{ name: 'classes.dex/', content: 'dex' }]))
  assert.deepEqual(members[0]?.meta, {
    filename: 'classes.dex',
    size: 3,
    original_path: 'classes.dex/',
    archive_type: 'zip',
  })
})

test('members of one name are all given', async () => {
  const zip = makeZip([
    { name: 'same', content: 'first' },
    { name: 'same', content: 'second' },
  ])
  assert.deepEqual(
    (await unpack(zip)).members.map(({ content }) => content.toString()),
    ['first', 'second'],
  )
})

test('paths that lead elsewhere are data: the last part is the name', async () => {
  const paths = ['../../up.txt', '/abs/up.txt', '..\\..\\up.txt', 'C:\\up.txt']
  const { members } = await unpack(makeZip(paths.map(name => ({ name }))))
  assert.deepEqual(names(members), ['up.txt', 'up.txt', 'up.txt', 'up.txt'])
  assert.deepEqual(
    members.map(({ meta }) => meta['original_path']),
    paths,
  )
})

test('control characters and changes of direction stay in the name', async () => {
  const given = ['esc_\x1b[31m.txt', 'new\nline.txt', 'rtl\u202etxt.exe', 'nul\0.txt', ' ']
  assert.deepEqual(names((await unpack(makeZip(given.map(name => ({ name }))))).members), given)
})

test('names are UTF-8 where they are, else code page 437, and always valid text', async () => {
  const zip = makeZip([
    { name: 'résumé' },
    { name: Buffer.from([0x81, 0x8d, 0xff]) },
    { name: Buffer.from([0x61, 0xed, 0xa0, 0x80]), flags: 0x800 },
  ])
  assert.deepEqual(names((await unpack(zip)).members), ['résumé', 'üì\u00a0', 'a\ufffd\ufffd\ufffd'])
})

test('the Unicode path field counts when it belongs to the name', async () => {
  const field = (crc: number) => {
    const head = Buffer.alloc(9)
    head.writeUInt16LE(0x7075, 0)
    head.writeUInt16LE(5 + 5, 2)
    head[4] = 1
    head.writeUInt32LE(crc, 5)
    return Buffer.concat([head, Buffer.from('true!')])
  }
  const zip = makeZip([
    { name: 'name', extra: field(crc32('name')) },
    { name: 'other', extra: field(1) },
  ])
  assert.deepEqual(names((await unpack(zip)).members), ['true!', 'other'])
})

test('a symbolic link is said in the log and is no content', async () => {
  const zip = makeZip([
    { name: 'link', content: '/etc/passwd', mode: 0xa1ff },
    { name: 'a', mode: 0x81ff },
  ])
  const { members, log } = await unpack(zip)
  assert.deepEqual(names(members), ['a'])
  assert.deepEqual(log, ['link is a symbolic link: left out'])
})

test('what calls itself a link and is too long for one is content', async () => {
  const content = Array.from({ length: 9000 }, (_, index) => index * 7919).join()
  assert.deepEqual(await contents(makeZip([{ name: 'link', content, mode: 0xa1ff }])), { link: content })
})

test('an archive is found behind other bytes, whether its offsets count them or not', async () => {
  const junk = Buffer.from('GIF89a and some more')
  const members = [{ name: 'a', content: text }]
  assert.deepEqual(await contents(Buffer.concat([junk, makeZip(members)])), { a: text })
  assert.deepEqual(await contents(Buffer.concat([junk, makeZip(members, junk.length)])), { a: text })
})

test('a program with a zip at its end gives what is in it', async () => {
  assert.deepEqual(
    await contents(Buffer.concat([Buffer.from('MZ'), makeZip([{ name: 'a', content: text }])])),
    {
      a: text,
    },
  )
})

test('a marker of a spanned archive may come first', async () => {
  assert.deepEqual(
    await contents(Buffer.concat([Buffer.from('PK\x07\x08'), makeZip([{ name: 'a', content: text }])])),
    { a: text },
  )
})

test('a comment may look like an end', async () => {
  const comment = Buffer.concat([Buffer.from('x'), makeZipEnd(9, 99, 99)])
  const zip = makeZip([{ name: 'a', content: text }])
  zip.writeUInt16LE(comment.length, zip.length - 2)
  assert.deepEqual(await contents(Buffer.concat([zip, comment])), { a: text })
})

test('archives laid end to end are all unpacked', async () => {
  const first = makeZip([{ name: 'first', content: '1' }])
  const apart = Buffer.concat([first, makeZip([{ name: 'second', content: '2' }])])
  const joined = Buffer.concat([first, makeZip([{ name: 'second', content: '2' }], first.length)])
  assert.deepEqual(await contents(apart), { first: '1', second: '2' })
  assert.deepEqual(await contents(joined), { first: '1', second: '2' })
})

test('an empty end that was put behind an archive hides nothing', async () => {
  const zip = Buffer.concat([makeZip([{ name: 'a', content: text }]), makeZipEnd(0, 0, 0)])
  assert.deepEqual(await contents(zip), { a: text })
})

test('the 64-bit records count', async () => {
  const zip = makeZip([{ name: 'a', content: text }])
  const start = zip.indexOf('PK\x01\x02')
  const record = Buffer.alloc(56)
  record.write('PK\x06\x06', 'latin1')
  record.writeBigUInt64LE(BigInt(zip.length - 22 - start), 40)
  record.writeBigUInt64LE(BigInt(start), 48)
  const locator = Buffer.alloc(20)
  locator.write('PK\x06\x07', 'latin1')
  locator.writeBigUInt64LE(BigInt(zip.length - 22), 8)
  const end = makeZipEnd(0xffff, 0xffffffff, 0xffffffff)
  assert.deepEqual(await contents(Buffer.concat([zip.subarray(0, -22), record, locator, end])), { a: text })
})

test('sizes that follow the data are read from the directory', async () => {
  assert.deepEqual(await contents(makeZip([{ name: 'a', content: text, hasDescriptor: true }])), { a: text })
})

const lost: Record<string, ZipMember[]> = {
  'with sizes before the data': [
    { name: 'a', content: text },
    { name: 'b', content: 'second', method: 0 },
  ],
  'with sizes after the data': [
    { name: 'a', content: text, hasDescriptor: true },
    { name: 'b', content: 'second', method: 0, hasDescriptor: true },
  ],
}
for (const [title, members] of Object.entries(lost)) {
  test(`without a directory the members are found by their headers, ${title}, and the loss is told`, async () => {
    const zip = makeZip(members)
    const { members: found, error } = await unpack(zip.subarray(0, zip.indexOf('PK\x01\x02')))
    assert.deepEqual(
      found.map(({ content }) => content.toString()),
      [text, 'second'],
    )
    assert.match(error?.message ?? '', /no directory/)
  })
}

test('of a member that is cut short what there is is given, with a sign of it', async () => {
  const numbers = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 10_007).join(' ')
  const stored = makeZip([
    { name: 'a', content: text },
    { name: 'b', content: numbers, method: 0 },
  ])
  for (const zip of [
    stored,
    makeZip([
      { name: 'a', content: text },
      { name: 'b', content: numbers },
    ]),
  ]) {
    const { members, error } = await unpack(zip.subarray(0, zip.length - numbers.length / 4))
    assert.deepEqual(names(members), ['a', 'b'])
    const [whole, cut] = members
    assert.equal(whole?.meta['damaged'], undefined)
    assert.equal(cut?.meta['damaged'], 'cut short')
    assert.equal(cut?.content.toString(), numbers.slice(0, cut?.content.length))
    assert.ok((cut?.content.length ?? 0) > 1000)
    assert.match(error?.message ?? '', /b: cut short/)
  }
})

test('of a stored member whose descriptor is cut off nobody knows how long it is: it is cut short', async () => {
  const zip = makeZip([{ name: 'a', content: text, method: 0, hasDescriptor: true }])
  const { members } = await unpack(zip.subarray(0, zip.indexOf('PK\x07\x08') - 2))
  assert.deepEqual(
    [members[0]?.content.toString(), members[0]?.meta['damaged']],
    [text.slice(0, -2), 'cut short'],
  )
})

test('where only the directory says that a member is encrypted, the local header counts', async () => {
  const zip = makeZip([{ name: 'a', content: text }])
  zip.writeUInt16LE(1, zip.indexOf('PK\x01\x02') + 8)
  const { members, error } = await unpack(zip)
  assert.deepEqual([members[0]?.content.toString(), members[0]?.meta['damaged']], [text, undefined])
  assert.equal(error, null)
})

test('where the directory tells of a method that does not fit, the local header counts', async () => {
  const zip = makeZip([{ name: 'a', content: text }])
  zip.writeUInt16LE(0, zip.indexOf('PK\x01\x02') + 10)
  assert.deepEqual(await contents(zip), { a: text })
})

test('an encrypted member that is cut short is told and not given: what proves a password stands at its end', async () => {
  const zip = makeZip([{ name: 'a', content: text, method: 0, flags: 1 }])
  const { members, error } = await unpack(zip.subarray(0, zip.indexOf(text) + 3))
  assert.equal(members.length, 0)
  assert.match(error?.message ?? '', /a: cut short/)
})

test('members that a damaged directory does not reach are found by their headers', async () => {
  const zip = makeZip([
    { name: 'a', content: text },
    { name: 'b', content: 'second' },
  ])
  zip.writeUInt32LE(0, zip.lastIndexOf('PK\x01\x02'))
  const { members, error } = await unpack(zip)
  assert.deepEqual(names(members), ['a', 'b'])
  assert.match(error?.message ?? '', /tells of 2 members and holds 1/)
})

test('a local header that lies about its name does not matter', async () => {
  assert.deepEqual(await contents(makeZip([{ name: 'true.txt', content: text, localName: 'l' }])), {
    'true.txt': text,
  })
  const zip = makeZip([{ name: 'a', content: text }])
  zip.writeUInt16LE(0xffff, 26)
  assert.deepEqual(await contents(zip), { a: text })
})

test('a local header that is not there is told', async () => {
  const zip = makeZip([
    { name: 'a', content: text },
    { name: 'b', content: 'second' },
  ])
  zip.writeUInt32LE(0, 0)
  const { members, error } = await unpack(zip)
  assert.deepEqual(names(members), ['b'])
  assert.match(error?.message ?? '', /a: its local header is not where the directory says/)
})

test('a wrong CRC is told, and the content is given with a sign of it', async () => {
  const { members, error } = await unpack(makeZip([{ name: 'a', content: text, crc: 1 }]))
  assert.equal(members[0]?.content.toString(), text)
  assert.equal(members[0]?.meta['damaged'], 'CRC error')
  assert.match(error?.message ?? '', /a: CRC error/)
})

test('damaged data is told and not given', async () => {
  const { members, error } = await unpack(
    makeZip([{ name: 'a', packed: Buffer.from('\xff\xff\xff', 'latin1') }]),
  )
  assert.equal(members.length, 0)
  assert.match(error?.message ?? '', /a: data is damaged/)
})

test('a member that is larger than it says and cut short does not end the archive', async () => {
  const large = deflateRawSync(Buffer.alloc(8 * 2 ** 20 + 500_000, 'abc')).subarray(0, -3)
  const zip = makeZip([
    { name: 'a', packed: large, size: 1_000_000 },
    { name: 'b', content: text },
  ])
  const { members } = await unpack(zip)
  assert.deepEqual(
    members.map(({ meta }) => [meta['filename'], meta['damaged']]),
    [
      ['a', 'cut short'],
      ['b', undefined],
    ],
  )
})

test('a member with a wrong CRC needs no password, whatever its local header says of encryption', async () => {
  const zip = makeZip([{ name: 'a', content: text, crc: 1 }])
  zip.writeUInt16LE(1, 6)
  const { members, error } = await unpack(zip)
  assert.equal(members[0]?.meta['damaged'], 'CRC error')
  assert.doesNotMatch(error?.message ?? '', /password/)
})

test('encryption that is not known is told', async () => {
  const { error } = await unpack(makeZip([{ name: 'a', content: text, flags: 0x41 }]))
  assert.match(error?.message ?? '', /this kind of encryption is not supported/)
})

test('3,000 members are all found, with a directory and without', async () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({
    name: `${index}`,
    content: `${index}`,
    hasDescriptor: true,
  }))
  const zip = makeZip(many)
  assert.equal((await unpack(zip)).members.length, 3000)
  assert.equal((await unpack(zip.subarray(0, zip.indexOf('PK\x01\x02')))).members.length, 3000)
})

function names(members: { meta: Record<string, unknown> }[]): unknown[] {
  return members.map(({ meta }) => meta['filename'])
}
