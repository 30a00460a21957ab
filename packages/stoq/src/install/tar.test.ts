import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { unpackTar } from './tar.ts'

interface Member {
  name: string
  content?: string
  type?: string
  mode?: string
  prefix?: string
}

/** A tar as ustar has it. */
function makeTar(...members: Member[]): Buffer {
  const parts = members.map(({ name, content = '', type = '0', mode = '0000644', prefix = '' }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(mode, 100)
    header.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124)
    header.write(`${type}        `.slice(0, 1), 156)
    header.write('ustar\0', 257)
    header.write(prefix, 345)
    header.fill(' ', 148, 156)
    const sum = header.reduce((all, byte) => all + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    const padded = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512)
    padded.write(content)
    return Buffer.concat([header, padded])
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

const top = mkdtempSync(join(tmpdir(), 'stoq-tar-'))
after(() => rmSync(top, { recursive: true, force: true }))
let count = 0

function unpack(archive: Buffer): string {
  const folder = join(top, `${++count}`, 'inside')
  mkdirSync(folder, { recursive: true })
  unpackTar(archive, folder, 'x.tgz')
  return folder
}

test('files and folders are unpacked, compressed or not; only the right to run stays', () => {
  const members = [
    { name: 'package/', type: '5', mode: '0000777' },
    { name: 'package/a.txt', content: 'first' },
    { name: './package/run', content: '#!', mode: '0004755' },
    { name: 'deep.txt', prefix: 'package/a/b', content: 'deep' },
  ]
  for (const archive of [makeTar(...members), gzipSync(makeTar(...members))]) {
    const folder = unpack(archive)
    assert.equal(readFileSync(join(folder, 'package/a.txt'), 'utf8'), 'first')
    assert.equal(readFileSync(join(folder, 'package/a/b/deep.txt'), 'utf8'), 'deep')
    assert.equal(statSync(join(folder, 'package/run')).mode & 0o7777 & ~0o022, 0o755)
    assert.equal(statSync(join(folder, 'package/a.txt')).mode & 0o111, 0)
  }
})

test('long names of pax and of GNU tar are read', () => {
  const long = `${'n'.repeat(120)}.txt`
  const record = `path=${long}\n`
  const pax = `${record.length + 4} ${record}`
  const viaPax = unpack(makeTar({ name: 'pax', type: 'x', content: pax }, { name: 'short', content: 'one' }))
  assert.equal(readFileSync(join(viaPax, long), 'utf8'), 'one')
  const viaGnu = unpack(
    makeTar({ name: 'l', type: 'L', content: `${long}\0` }, { name: 'short', content: 'two' }),
  )
  assert.equal(readFileSync(join(viaGnu, long), 'utf8'), 'two')
})

for (const name of ['../out', 'a/../../out', '/out', 'a\\..\\..\\out', 'C:out']) {
  test(`the path ${name} is refused`, () => {
    assert.throws(() => unpack(makeTar({ name, content: 'x' })), { code: 'STOQ_INSTALL_UNSAFE' })
    assert.ok(!existsSync(join(top, `${count}`, 'out')))
  })
}

test('a path that leaves is refused in a long name as well', () => {
  const record = 'path=../out\n'
  const pax = makeTar({ name: 'p', type: 'x', content: `${record.length + 3} ${record}` }, { name: 'a' })
  assert.throws(() => unpack(pax), { code: 'STOQ_INSTALL_UNSAFE' })
  const gnu = makeTar({ name: 'l', type: 'L', content: '../out\0' }, { name: 'a' })
  assert.throws(() => unpack(gnu), { code: 'STOQ_INSTALL_UNSAFE' })
})

for (const [type, what] of [
  ['1', 'a hard link'],
  ['2', 'a symbolic link'],
  ['3', 'a device'],
  ['6', 'a pipe'],
]) {
  test(`${what} is refused`, () => {
    assert.throws(() => unpack(makeTar({ name: 'a', type: type ?? '' })), { code: 'STOQ_INSTALL_UNSAFE' })
  })
}

test('what is cut short, damaged, or no tar is no package', () => {
  const whole = makeTar({ name: 'a', content: 'x'.repeat(2000) })
  const damaged = Buffer.from(whole).fill('z', 0, 5)
  for (const archive of [
    whole.subarray(0, 1000),
    damaged,
    Buffer.alloc(2048, 'no tar'),
    gzipSync(whole).subarray(0, 60),
  ]) {
    assert.throws(() => unpack(archive), { code: 'STOQ_INSTALL_PACKAGE' })
  }
})

test('an archive that unfolds too far is refused before it does', () => {
  const zeros = gzipSync(Buffer.alloc(2 ** 20))
  const bomb = Buffer.concat(Array.from({ length: 600 }, () => zeros))
  assert.throws(() => unpack(bomb), { code: 'STOQ_INSTALL_UNSAFE', message: /unfolds to more than/ })
})
