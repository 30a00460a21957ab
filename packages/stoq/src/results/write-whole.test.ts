import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import fs, { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, mock, test } from 'node:test'
import { promisify } from 'node:util'
import { makeFolders, writeWhole } from './write-whole.ts'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'stoq-whole-')))
after(() => rmSync(base, { recursive: true }))

let folders = 0
const fresh = () => {
  const folder = join(base, String(folders++))
  mkdirSync(folder)
  return folder
}
const write = (folder: string, content: string | Uint8Array, replace = false, fsync = false) =>
  writeWhole(join(folder, 'file'), content, { replace, fsync })
const text = (folder: string) => readFileSync(join(folder, 'file'), 'utf8')

/** A program that writes `folder/file` in a process of its own, and prints `ok` or the code of the error that it meets. */
const program = (folder: string, content: string, replace: boolean) => `
  import { writeWhole } from ${JSON.stringify(import.meta.resolve('./write-whole.ts'))}
  try {
    writeWhole('${folder}/file', ${content}, { replace: ${replace}, fsync: false })
    process.stdout.write('ok')
  } catch (error) { process.stdout.write(error.code) }`

describe('a file is written whole', () => {
  test('when there is none', () => {
    const folder = fresh()
    write(folder, 'text')
    assert.deepEqual([readdirSync(folder), text(folder)], [['file'], 'text'])
  })

  test('to the disk when that is asked for', () => {
    const folder = fresh()
    write(folder, Uint8Array.of(65), false, true)
    assert.equal(text(folder), 'A')
  })

  test('and replaces the one that is there when that is asked for', () => {
    const folder = fresh()
    write(folder, 'a long first text')
    write(folder, 'second', true)
    assert.deepEqual([readdirSync(folder), text(folder)], [['file'], 'second'])
  })

  test('and keeps the one that is there when not', () => {
    const folder = fresh()
    write(folder, 'first')
    assert.throws(() => write(folder, 'second'), { code: 'STOQ_WRITE_EXISTS' })
    assert.deepEqual([readdirSync(folder), text(folder)], [['file'], 'first'])
  })

  test('by one of several processes: exactly one succeeds', async () => {
    const folder = fresh()
    const run = async (digit: string) => {
      const code = program(folder, `'${digit}'.repeat(1e6)`, false)
      return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])).stdout
    }
    const answers = await Promise.all(['1', '2', '3'].map(run))
    assert.deepEqual(answers.sort(), ['STOQ_WRITE_EXISTS', 'STOQ_WRITE_EXISTS', 'ok'])
    assert.match(text(folder), /^(\d)\1{999999}$/)
  })
})

describe('a file that cannot be written leaves nothing behind', () => {
  // A process that may not make a file larger than 4 KiB meets the same as on a full disk.
  const onFullDisk = (folder: string, replace: boolean) => {
    const code = program(folder, `'x'.repeat(100000)`, replace)
    const limited = ['-c', 'ulimit -f 8 && exec "$0" --input-type=module -e "$1"', process.execPath, code]
    return spawnSync('sh', limited, { encoding: 'utf8' }).stdout
  }

  test('on a full disk', () => {
    const folder = fresh()
    assert.equal(onFullDisk(folder, false), 'EFBIG')
    assert.deepEqual(readdirSync(folder), [])
  })

  test('on a full disk: the file that was to be replaced stays', () => {
    const folder = fresh()
    write(folder, 'first')
    assert.equal(onFullDisk(folder, true), 'EFBIG')
    assert.deepEqual([readdirSync(folder), text(folder)], [['file'], 'first'])
  })

  test('where a folder has the name', () => {
    const folder = fresh()
    mkdirSync(join(folder, 'file'))
    assert.throws(() => write(folder, 'x', true), { code: 'EISDIR' })
    assert.deepEqual(readdirSync(folder), ['file'])
  })

  test('where there is no folder', () => {
    assert.throws(() => write(join(base, 'nowhere'), 'x'), { code: 'ENOENT' })
  })
})

describe('on a file system without hard links', () => {
  const withoutLinks = (code: string, act: () => void) => {
    const link = mock.method(fs, 'linkSync', () => {
      throw Object.assign(new Error('no links here'), { code })
    })
    syncBuiltinESMExports()
    try {
      act()
    } finally {
      link.mock.restore()
      syncBuiltinESMExports()
    }
  }

  test('a file is written as well, and the one that is there is kept', () => {
    const folder = fresh()
    withoutLinks('EPERM', () => {
      write(folder, 'first')
      assert.throws(() => write(folder, 'second'), { code: 'STOQ_WRITE_EXISTS' })
    })
    assert.deepEqual([readdirSync(folder), text(folder)], [['file'], 'first'])
  })

  test('a real fault stays one', () => {
    const folder = fresh()
    withoutLinks('EIO', () => assert.throws(() => write(folder, 'x'), { code: 'EIO' }))
    assert.deepEqual(readdirSync(folder), [])
  })
})

describe('folders are made', () => {
  for (const fsync of [false, true]) {
    test(`with those above them, fsync = ${fsync}`, () => {
      const folder = fresh()
      makeFolders(join(folder, 'a/b/c'), fsync)
      makeFolders(join(folder, 'a/b/c'), fsync)
      assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ['a', 'a/b', 'a/b/c'])
    })
  }
})
