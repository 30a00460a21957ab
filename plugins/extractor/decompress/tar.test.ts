import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contents, makeTar, makeWithSevenZip, unpack } from './test-archives.ts'

test('files are given with their paths, directories are not', async () => {
  const tar = makeTar([{ name: 'd/', type: '5' }, { name: 'd/a.txt', content: 'first' }, { name: 'empty' }])
  const { members, error } = await unpack(tar)
  assert.deepEqual(
    members.map(({ meta }) => [meta['original_path'] ?? meta['filename'], meta['size']]),
    [
      ['d/a.txt', 5],
      ['empty', 0],
    ],
  )
  assert.equal(error, null)
})

test('an archive of another program is read, too', async () => {
  const files = { 'a.txt': 'first', [`${'long/'.repeat(40)}b.txt`]: 'second' }
  assert.deepEqual(await contents(await makeWithSevenZip('t.tar', files)), {
    'a.txt': 'first',
    'b.txt': 'second',
  })
})

test('paths that lead elsewhere are data', async () => {
  const { members } = await unpack(makeTar([{ name: '../../up.txt' }, { name: '/abs/up.txt' }]))
  assert.deepEqual(
    members.map(({ meta }) => meta['original_path']),
    ['../../up.txt', '/abs/up.txt'],
  )
})

test('links and devices are said in the log and are no content', async () => {
  const tar = makeTar([
    { name: 'link', type: '2', link: '/etc/passwd' },
    { name: 'null', type: '3' },
    { name: 'disk', type: '4' },
    { name: 'pipe', type: '6' },
    { name: 'a', content: 'first' },
  ])
  const { members, log } = await unpack(tar)
  assert.deepEqual(
    members.map(({ meta }) => meta['filename']),
    ['a'],
  )
  assert.deepEqual(log, [
    'link is a symbolic link: left out',
    'null is a device: left out',
    'disk is a device: left out',
    'pipe is a pipe: left out',
  ])
})

test('a hard link has the content of the file before it, under either spelling', async () => {
  const tar = makeTar([
    { name: './a', content: 'first' },
    { name: 'b', type: '1', link: 'a' },
  ])
  assert.deepEqual(await contents(tar), { a: 'first', b: 'first' })
})

test('a hard link to a file outside is told', async () => {
  const { members, error } = await unpack(makeTar([{ name: 'b', type: '1', link: '/etc/passwd' }]))
  assert.equal(members.length, 0)
  assert.match(error?.message ?? '', /b: hard link to what is no file of the archive/)
})

test('what goes through a link to a directory is a file like any other', async () => {
  const tar = makeTar([
    { name: 'd', type: '2', link: '..' },
    { name: 'd/a', content: 'first' },
  ])
  assert.deepEqual(await contents(tar), { a: 'first' })
})

test('a type that is not known is a file', async () => {
  assert.deepEqual(await contents(makeTar([{ name: 'a', type: 'q', content: 'first' }])), { a: 'first' })
})

test('long names of GNU tar count for the next member only', async () => {
  const name = `${'x'.repeat(150)}\n.txt`
  const tar = makeTar([
    { name: '@', type: 'L', content: `${name}\0` },
    { name: 'cut', content: 'first' },
    { name: 'b' },
  ])
  assert.deepEqual(await contents(tar), { [name]: 'first', b: '' })
})

test('pax records give path, link and size', async () => {
  const tar = makeTar([
    { name: 'pax', type: 'x', content: record('path', 'caf\u00e9=1.txt') + record('size', '3') },
    { name: 'ascii', content: 'fir', size: Buffer.from('00000000000\0') },
    { name: 'pax', type: 'x', content: record('linkpath', 'caf\u00e9=1.txt') },
    { name: 'hard', type: '1', link: 'ascii' },
  ])
  assert.deepEqual(await contents(tar), { 'caf\u00e9=1.txt': 'fir', hard: 'fir' })
})

test('pax records that are no records are passed over', async () => {
  const tar = makeTar([
    { name: 'pax', type: 'x', content: '0 a=b\n-1 c=d\nxx' },
    { name: 'a', content: 'first' },
  ])
  assert.deepEqual(await contents(tar), { a: 'first' })
})

test('sizes in binary count; one that is no number makes the rest of the archive its content', async () => {
  const size = Buffer.alloc(12)
  size[0] = 0x80
  size[11] = 5
  assert.deepEqual(await contents(makeTar([{ name: 'a', content: 'first', size }])), { a: 'first' })
  const { members, error } = await unpack(
    makeTar([{ name: 'a', content: 'first', size: Buffer.alloc(12, 0xff) }]),
  )
  assert.match(members[0]?.content.toString() ?? '', /^first/)
  assert.equal(members[0]?.meta['damaged'], 'cut short')
  assert.match(error?.message ?? '', /a: cut short/)
})

test('of a member that is cut short what there is is given, with a sign of it', async () => {
  const { members, error } = await unpack(
    makeTar([
      { name: 'a', content: 'first' },
      { name: 'b', content: 'second' },
    ]).subarray(0, 1540),
  )
  assert.deepEqual(
    members.map(({ meta, content }) => [meta['filename'], content.toString(), meta['damaged']]),
    [
      ['a', 'first', undefined],
      ['b', 'seco', 'cut short'],
    ],
  )
  assert.match(error?.message ?? '', /b: cut short/)
})

test('after a damaged header the next one counts', async () => {
  const tar = makeTar([
    { name: 'a', content: 'first' },
    { name: 'b', content: 'second' },
  ])
  tar.write('9999999', 148)
  const { members, error } = await unpack(tar)
  assert.deepEqual(
    members.map(({ meta }) => meta['filename']),
    ['b'],
  )
  assert.match(error?.message ?? '', /damaged tar header at 0/)
})

test('members after the end of an archive are given, other bytes there are no fault', async () => {
  const tar = Buffer.concat([makeTar([{ name: 'a' }]), makeTar([{ name: 'b' }]), Buffer.alloc(700, 'x')])
  assert.deepEqual(await contents(tar), { a: '', b: '' })
})

test('an archive without its end is whole', async () => {
  assert.deepEqual(await contents(makeTar([{ name: 'a', content: 'first' }], false)), { a: 'first' })
})

test('a sparse file is given as it is stored, with a sign of it', async () => {
  const { members } = await unpack(makeTar([{ name: 'a', type: 'S', content: 'first' }]))
  assert.equal(members[0]?.meta['damaged'], 'sparse file without its holes')
})

function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  const length = rest + String(rest + 2).length
  return `${length} ${key}=${value}\n`
}

test('a path of millions of slashes is a name like any other', { timeout: 20_000 }, async () => {
  const record = (path: string) => {
    const rest = ` path=${path}\n`
    const length = rest.length + String(rest.length + 8).length
    return `${length}${rest}`
  }
  const header = record(`${'/'.repeat(30_000_000)}name`)
  const tar = makeTar([
    { name: 'pax', type: 'x', content: header },
    { name: 'short', content: 'content' },
  ])
  const { members, error } = await unpack(tar)
  assert.equal(error, null)
  assert.equal(members[0]?.meta['filename'], 'name')
})

test('of a thousand links a hundred are told', async () => {
  const links = Array.from({ length: 1000 }, (_, index) => ({ name: `l${index}`, type: '2' }))
  const { log } = await unpack(makeTar(links))
  assert.deepEqual(
    [log.length, log[99], log[100]],
    [101, 'l99 is a symbolic link: left out', 'more of the kind are left out'],
  )
})
