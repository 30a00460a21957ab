import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { hashPath, type WriteOptions, writeArchive, writePayload } from './write.ts'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'stoq-write-')))
after(() => rmSync(base, { recursive: true }))

let folders = 0
/** A folder that nothing has been written to. */
const fresh = () => {
  const folder = join(base, String(folders++))
  mkdirSync(folder)
  return folder
}
const text = (path: string) => readFileSync(path, 'utf8')
const refuses = (
  code: string,
  path: string,
  options: Partial<WriteOptions>,
  content: string | Uint8Array = 'x',
) => assert.throws(() => writePayload(content, { path, ...options }), { name: 'StoqError', code })

describe('a payload is written', () => {
  test('under the name that was given, and its path is told', () => {
    const path = fresh()
    assert.equal(writePayload('text', { path, filename: 'a.txt' }), join(path, 'a.txt'))
    assert.equal(text(join(path, 'a.txt')), 'text')
    assert.deepEqual(readdirSync(path), ['a.txt'])
  })
  test('under a name of its own', () => {
    assert.match(writePayload('x', { path: fresh() }), /\/[0-9a-f-]{36}\.stoq$/)
    assert.match(writePayload('x', { path: fresh(), suffix: 'json' }), /\/[0-9a-f-]{36}\.json$/)
  })
  test('as bytes', () => {
    const path = writePayload(Uint8Array.of(0, 255, 10), { path: fresh(), binary: true })
    assert.deepEqual([...readFileSync(path)], [0, 255, 10])
  })
  test('in a folder that is not there yet', () => {
    const path = join(fresh(), 'a', 'b', 'c')
    assert.equal(text(writePayload('x', { path })), 'x')
  })
  test('in a folder below a root', () => {
    const root = fresh()
    assert.equal(writePayload('x', { root, path: 'a/b', filename: 'f' }), join(root, 'a', 'b', 'f'))
    assert.equal(writePayload('x', { root, path: join(root, 'a'), filename: 'f' }), join(root, 'a', 'f'))
  })
  test('in a folder that is relative to the current one', () => {
    const path = fresh()
    assert.equal(writePayload('x', { path: relative(process.cwd(), path), filename: 'f' }), join(path, 'f'))
  })
  test('in a root that is a link', () => {
    const [real, root] = [fresh(), join(base, 'root-link')]
    symlinkSync(real, root)
    assert.equal(writePayload('x', { root, path: 'a', filename: 'f' }), join(root, 'a', 'f'))
    assert.equal(text(join(real, 'a', 'f')), 'x')
  })
  test('with what the disk has when that is asked for', () => {
    assert.equal(text(writePayload('x', { path: join(fresh(), 'a/b/c'), fsync: true })), 'x')
    assert.equal(text(writePayload('x', { path: fresh(), filename: 'f', append: true, fsync: true })), 'x\n')
  })
})

describe('a file that is there', () => {
  test('is not replaced, and that is told', () => {
    const path = fresh()
    writePayload('first', { path, filename: 'f' })
    refuses('STOQ_WRITE_EXISTS', path, { filename: 'f' })
    assert.equal(text(join(path, 'f')), 'first')
    assert.deepEqual(readdirSync(path), ['f'])
  })
  test('is replaced when that is asked for', () => {
    const path = fresh()
    writePayload('a long first text', { path, filename: 'f' })
    writePayload('second', { path, filename: 'f', overwrite: true })
    assert.equal(text(join(path, 'f')), 'second')
    assert.deepEqual(readdirSync(path), ['f'])
  })
  test('is a link: the link is replaced, not what it leads to', () => {
    const path = fresh()
    const other = writePayload('other', { path: fresh() })
    symlinkSync(other, join(path, 'f'))
    refuses('STOQ_WRITE_EXISTS', path, { filename: 'f' })
    writePayload('new', { path, filename: 'f', overwrite: true })
    assert.deepEqual([text(join(path, 'f')), text(other)], ['new', 'other'])
  })
  test('is a folder: that is told', () => {
    const path = fresh()
    mkdirSync(join(path, 'f'))
    refuses('STOQ_WRITE_EXISTS', path, { filename: 'f' })
    refuses('STOQ_WRITE_FAILED', path, { filename: 'f', overwrite: true })
    refuses('STOQ_WRITE_FAILED', path, { filename: 'f', append: true })
    assert.deepEqual(readdirSync(path), ['f'])
  })
})

describe('text that is appended', () => {
  test('becomes a line of the file', () => {
    const path = join(fresh(), 'new')
    for (const line of ['one', 'two'])
      writePayload(line, { path, filename: 'log', append: true, overwrite: true })
    assert.equal(text(join(path, 'log')), 'one\ntwo\n')
  })
  test('does not follow a link out of the root', () => {
    const [root, outside] = [fresh(), fresh()]
    symlinkSync(writePayload('x', { path: outside }), join(root, 'log'))
    refuses('STOQ_WRITE_ESCAPE', root, { filename: 'log', append: true })
  })
})

describe('a name that is no name is refused', () => {
  for (const filename of [
    '',
    '.',
    '..',
    '/',
    '/etc/x',
    '../x',
    'a/b',
    'a/',
    './a',
    'a\0b',
    '../../../../tmp/x',
    '..\0',
  ]) {
    test(JSON.stringify(filename), () => {
      const path = fresh()
      refuses('STOQ_WRITE_ESCAPE', path, { filename })
      assert.deepEqual(readdirSync(path), [])
    })
  }
  test('also as a suffix', () => refuses('STOQ_WRITE_ESCAPE', fresh(), { suffix: '/../../x' }))
  test('also when a program without types gives something else', () => {
    refuses('STOQ_WRITE_ESCAPE', fresh(), { filename: 5 as unknown as string })
  })
  test('one that is too long is told', () =>
    refuses('STOQ_WRITE_FAILED', fresh(), { filename: 'x'.repeat(300) }))
  test('any name ends as a file in the folder, or as a StoqError', () => {
    const path = fresh()
    const pieces = fc.constantFrom('.', '..', '/', '\\', '\0', 'a', '~', ' ', '\n', ':', 'ü')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), parts => {
        try {
          const written = writePayload('x', { path, filename: parts.join(''), overwrite: true })
          assert.deepEqual(readdirSync(path), [parts.join('')])
          rmSync(written)
        } catch (error) {
          assert.equal((error as Error).name, 'StoqError')
        }
      }),
    )
  })
})

describe('a folder outside of the root is refused', () => {
  const setUp = () => {
    const [root, outside] = [fresh(), fresh()]
    symlinkSync(outside, join(root, 'out'))
    symlinkSync(join(outside, 'nothing'), join(root, 'dangling'))
    return { root, outside }
  }
  for (const path of ['..', '../x', '/', 'a/../..', 'out', 'out/new/folder', 'dangling', 'dangling/x']) {
    test(path, () => {
      const { root, outside } = setUp()
      assert.throws(() => writePayload('x', { root, path }), /STOQ_WRITE_(ESCAPE|FAILED)|leaves|cannot write/)
      assert.deepEqual(readdirSync(outside), [])
    })
  }
  test('a neighbour whose name only begins alike', () => {
    const { root } = setUp()
    refuses('STOQ_WRITE_ESCAPE', `${root}-evil`, { root })
    assert.ok(!existsSync(`${root}-evil`))
  })
})

describe('what cannot be written is told, and nothing stays behind', () => {
  const leavesNothing = (code: string, content: unknown, options: Partial<WriteOptions>) => {
    const path = fresh()
    refuses(code, path, { filename: 'f', ...options }, content as string)
    assert.deepEqual(readdirSync(path), [])
  }
  test('empty text', () => leavesNothing('STOQ_WRITE_EMPTY', '', {}))
  test('no bytes', () => leavesNothing('STOQ_WRITE_EMPTY', new Uint8Array(), { binary: true }))
  test('nothing to append', () => leavesNothing('STOQ_WRITE_EMPTY', '', { append: true }))
  test('text as bytes', () => leavesNothing('STOQ_WRITE_TYPE', 'text', { binary: true }))
  test('bytes as text', () => leavesNothing('STOQ_WRITE_TYPE', Uint8Array.of(1), {}))
  test('an object', () => leavesNothing('STOQ_WRITE_TYPE', { a: 1 }, {}))
  test('null', () => leavesNothing('STOQ_WRITE_TYPE', null, { binary: true }))
  test('a folder that is a file', () =>
    refuses('STOQ_WRITE_FAILED', join(writePayload('x', { path: fresh() }), 'a'), {}))
})

describe('the archive', () => {
  const sha1 = '4caa16eba080d3d4937b095fb68999f3dbabd99d'
  const bytes = Buffer.from('payload')
  test('has a folder for each of the first five digits', () => {
    assert.equal(hashPath('/archive', sha1), '/archive/4/c/a/a/1')
    assert.equal(hashPath('/archive', sha1.toUpperCase()), '/archive/4/c/a/a/1')
  })
  for (const wrong of [
    '',
    '../../../../etc',
    sha1.slice(1),
    `${sha1}0`,
    `/${sha1.slice(1)}`,
    `${sha1}\n`,
    'g'.repeat(40),
  ]) {
    test(`has no folder for ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => hashPath('/archive', wrong), { code: 'STOQ_WRITE_TYPE' })
    })
  }
  test('takes a payload under its sha1', () => {
    const path = fresh()
    const written = writeArchive(path, sha1.toUpperCase(), bytes)
    assert.equal(written, join(path, '4/c/a/a/1', sha1))
    assert.equal(text(written), 'payload')
    assert.deepEqual(readdirSync(join(path, '4/c/a/a/1')), [sha1])
  })
  test('keeps what it has', () => {
    const path = fresh()
    const first = statSync(writeArchive(path, sha1, bytes)).ino
    assert.equal(statSync(writeArchive(path, sha1, bytes, { fsync: true })).ino, first)
  })
  test('replaces half a payload', () => {
    const path = fresh()
    writeArchive(path, sha1, bytes.subarray(3))
    assert.equal(text(writeArchive(path, sha1, bytes, { fsync: true })), 'payload')
  })
  test('takes an empty payload', () => assert.equal(text(writeArchive(fresh(), sha1, new Uint8Array())), ''))
  test('tells when it cannot', () => {
    const file = writePayload('x', { path: fresh() })
    assert.throws(() => writeArchive(file, sha1, bytes), { code: 'STOQ_WRITE_FAILED' })
  })
})
