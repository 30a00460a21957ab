import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { isInside, readAllowedFile } from './read-file.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stoq-read-')))
const base = join(folder, 'base')
const outside = join(folder, 'base-evil')
mkdirSync(join(base, 'sub'), { recursive: true })
mkdirSync(outside)
const put = (path: string, content: string | Uint8Array = 'payload') => {
  writeFileSync(path, content)
  return path
}
const inside = put(join(base, 'sub', 'file'))
const secret = put(join(outside, 'file'), 'secret')
after(() => rmSync(folder, { recursive: true }))

const read = (path: string, bases = [base], maxBytes = 1000) => readAllowedFile(path, { bases, maxBytes })
const text = (path: string, bases?: string[]) => Buffer.from(read(path, bases)).toString()
const refuses = (code: string, path: string, message = /./, maxBytes?: number) =>
  assert.throws(() => read(path, [base], maxBytes), { name: 'StoqError', code, message })
const link = (target: string, path: string) => {
  symlinkSync(target, path)
  return path
}

describe('a file below an allowed folder is read', () => {
  test('by its path', () => assert.equal(text(inside), 'payload'))
  test('by a path with detours', () => assert.equal(text(`${base}/./sub/../sub//file`), 'payload'))
  test('by a relative path', () => assert.equal(text(relative(process.cwd(), inside)), 'payload'))
  test('through a link that stays inside', () =>
    assert.equal(text(link(inside, join(base, 'link-in'))), 'payload'))
  test('through a link from elsewhere', () =>
    assert.equal(text(link(inside, join(outside, 'link-in'))), 'payload'))
  test('when the folder is named by a link', () =>
    assert.equal(text(inside, [link(base, join(folder, 'alias'))]), 'payload'))
  test('when the folder is named with a slash at its end', () =>
    assert.equal(text(inside, [`${base}/`]), 'payload'))
  test('when everything is allowed', () => assert.equal(text(inside, ['/']), 'payload'))
  test('when it is allowed by itself', () => assert.equal(text(inside, [inside]), 'payload'))
  test('when one of several folders holds it', () =>
    assert.equal(text(inside, ['/nonexistent', base]), 'payload'))
  test('when its folder was made after it had been asked for', () => {
    const late = join(folder, 'late')
    assert.throws(() => text(join(late, 'file'), [late]), { code: 'STOQ_SOURCE_UNREADABLE' })
    mkdirSync(late)
    assert.equal(text(put(join(late, 'file')), [late]), 'payload')
  })
  test('into an array of its own', () => {
    const bytes = read(inside)
    assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype)
    assert.equal(bytes.buffer.byteLength, 7)
  })
  test('also when it is empty', () => assert.equal(read(put(join(base, 'empty'), '')).length, 0))
  test('also when its name is not plain text', () =>
    assert.equal(text(put(join(base, '\n\x1b[31m ü (deleted)'))), 'payload'))
  test('of any size up to the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), content => {
        assert.deepEqual(read(put(join(base, 'any'), content)), content)
      }),
    )
  })
})

describe('a file elsewhere is forbidden', () => {
  const forbidden = (path: string) => refuses('STOQ_SOURCE_FORBIDDEN', path, /source_base_tuple in stoq\.cfg/)
  test('when its folder only begins like an allowed one', () => forbidden(secret))
  test('by a detour out of an allowed folder', () => forbidden(`${base}/../base-evil/file`))
  test('through a link to the file', () => forbidden(link(secret, join(base, 'link-out'))))
  test('through a link to its folder', () => forbidden(join(link(outside, join(base, 'folder-out')), 'file')))
  test('through a link to a link', () => forbidden(link(join(base, 'link-out'), join(base, 'link-link'))))
  test('through the folders of the process', () => forbidden(`/proc/self/root${secret}`))
  test('when no folder is allowed', () =>
    assert.throws(() => read(inside, []), { code: 'STOQ_SOURCE_FORBIDDEN' }))
  test('and nobody learns whether it is there', () => forbidden(join(outside, 'nonexistent')))
  test('and nobody learns what it is', () => forbidden(outside))
  test('and nobody learns so through a link', () => forbidden(join(base, 'folder-out', 'nonexistent')))
  test('devices are not even opened', () => forbidden('/dev/null'))
})

describe('what is no readable file is refused', () => {
  const unreadable = (path: string, message: RegExp) => refuses('STOQ_SOURCE_UNREADABLE', path, message)
  test('nothing', () => unreadable(join(base, 'nonexistent'), /nonexistent: no such file/))
  test('a file used as a folder', () => unreadable(join(inside, 'x'), /no such file/))
  test('a folder', () => unreadable(base, /it is a directory/))
  test('a link in a circle', () =>
    unreadable(link(join(base, 'circle'), join(base, 'circle')), /round in a circle/))
  test('a named pipe, at once', () => {
    execFileSync('mkfifo', [join(base, 'pipe')])
    unreadable(join(base, 'pipe'), /it is a named pipe/)
  })
  test('a socket', async () => {
    const server = createServer().listen(join(base, 'socket'))
    await new Promise(resolve => server.once('listening', resolve))
    unreadable(join(base, 'socket'), /it is a socket/)
    server.close()
  })
  test('a device', () => assert.throws(() => read('/dev/zero', ['/dev']), { message: /it is a device/ }))
  test('a path with a NUL', () => assert.throws(() => read(`${inside}\0.txt`), { name: 'StoqError' }))
  test('an empty path', () => assert.throws(() => read(''), { name: 'StoqError' }))
  test('a path of a million folders, quickly', () => refuses('STOQ_SOURCE_FORBIDDEN', '/a'.repeat(1e6)))
  test('a name that is too long', () => unreadable(join(base, 'x'.repeat(300)), /too long/))
})

describe('the limit counts what is really read', () => {
  test('one byte more than the limit is too large', () => {
    refuses('STOQ_PAYLOAD_TOO_LARGE', put(join(base, 'large'), 'x'.repeat(1001)), /is larger than 1000 bytes/)
  })
  test('exactly the limit is read', () =>
    assert.equal(read(put(join(base, 'exact'), 'x'.repeat(1000))).length, 1000))
  test('a terabyte of nothing is refused unread', () => {
    truncateSync(put(join(base, 'sparse')), 2 ** 40)
    refuses('STOQ_PAYLOAD_TOO_LARGE', join(base, 'sparse'), /./, 2 ** 30)
  })
  // Files of /proc have no size until they are read; other systems have nothing like it.
  const [sizeless, folderOfIt] = process.platform === 'linux' ? ['/proc/self/smaps', '/proc'] : [inside, base]
  test('a file that claims to be empty is read to its end', () => {
    assert.ok(read(sizeless, [folderOfIt], 1e8).length > 0)
  })
  test('a file that claims to be empty is cut off', () => {
    assert.throws(() => read(sizeless, [folderOfIt], 5), { code: 'STOQ_PAYLOAD_TOO_LARGE' })
  })
})

describe('on other systems than Linux', () => {
  const elsewhere = (act: () => void) => {
    const platform = process.platform
    Object.defineProperty(process, 'platform', { value: 'other' })
    try {
      act()
    } finally {
      Object.defineProperty(process, 'platform', { value: platform })
    }
  }
  test('a file inside is read', () => elsewhere(() => assert.equal(text(inside), 'payload')))
  test('a link that leads outside is forbidden', () => {
    elsewhere(() => refuses('STOQ_SOURCE_FORBIDDEN', link(secret, join(base, 'link-other'))))
  })
})

describe('isInside compares whole components', () => {
  test('a folder holds itself and what is below it', () => {
    assert.deepEqual(
      [isInside('/a/b', '/a/b'), isInside('/a/b/c', '/a/b'), isInside('/a', '/')],
      [true, true, true],
    )
  })
  test('a folder does not hold its neighbours or its parent', () => {
    assert.deepEqual(
      [isInside('/a/bc', '/a/b'), isInside('/a', '/a/b'), isInside('/b', '/a')],
      [false, false, false],
    )
  })
})
