import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contents, unpack } from './test-archives.ts'

test('a Debian package gives its three parts', async () => {
  const deb = makeAr([
    ['debian-binary', '2.0\n'],
    ['control.tar.gz/', 'odd'],
    ['data.tar.xz', 'data'],
  ])
  assert.deepEqual(await contents(deb), {
    'debian-binary': '2.0\n',
    'control.tar.gz': 'odd',
    'data.tar.xz': 'data',
  })
})

test('long names are read as GNU and as BSD write them', async () => {
  const library = makeAr([
    ['//', 'a_very_long_name.o/\nanother_long_name.o/\n'],
    ['/20', 'second'],
    ['#1/12', 'bsd name.o\0\0content'],
  ])
  assert.deepEqual(await contents(library), { 'another_long_name.o': 'second', 'bsd name.o': 'content' })
})

test('the tables of linkers are no members', async () => {
  const library = makeAr([
    ['/', '\0\0\0\0'],
    ['#1/12', '__.SYMDEF\0\0\0table'],
    ['a.o/', 'first'],
  ])
  assert.deepEqual(await contents(library), { 'a.o': 'first' })
})

test('a name outside the list of names is empty, and the member is given', async () => {
  const { members } = await unpack(makeAr([['/999', 'first']]))
  assert.deepEqual(
    members.map(({ meta }) => [meta['filename'], meta['size']]),
    [[undefined, 5]],
  )
})

test('what is cut short or no header is told, what there is is given', async () => {
  const library = makeAr([
    ['a.o/', 'first!'],
    ['b.o/', 'second'],
  ])
  const short = await unpack(library.subarray(0, -2))
  assert.deepEqual(
    short.members.map(({ meta, content }) => [meta['filename'], content.toString(), meta['damaged']]),
    [
      ['a.o', 'first!', undefined],
      ['b.o', 'seco', 'cut short'],
    ],
  )
  assert.match(short.error?.message ?? '', /b\.o: cut short/)
  const damaged = await unpack(Buffer.concat([library, Buffer.from('junk')]))
  assert.equal(damaged.members.length, 2)
  assert.match(damaged.error?.message ?? '', /damaged header at 140/)
})

test('a name of any length and of any bytes costs no more than its bytes', { timeout: 5000 }, async () => {
  const name = `a${'\0 '.repeat(200_000)}b`
  const { members } = await unpack(makeAr([[`#1/${name.length}`, `${name}content`]]))
  assert.equal(String(members[0]?.content), 'content')
  assert.equal(members[0]?.meta['filename'], 'a')
  const many = Array.from({ length: 3000 }, (): [string, string] => ['/0', ''])
  const library = makeAr([['//', 'x'.repeat(1_000_000)], ...many])
  assert.ok(String((await unpack(library)).members[0]?.meta['filename'] ?? '').length <= 4096)
})

function makeAr(members: [name: string, content: string][]): Buffer {
  const parts = members.map(([name, content]) => {
    const header = `${name.padEnd(16)}${'0'.padEnd(32)}${String(content.length).padEnd(10)}\`\n`
    return Buffer.from(header + content + (content.length % 2 ? '\n' : ''))
  })
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}
