import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { appendTo } from './append.ts'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'stoq-append-')))
after(() => rmSync(base, { recursive: true }))

let folders = 0
const fresh = () => {
  const folder = join(base, String(folders++))
  mkdirSync(folder)
  return folder
}
const append = (root: string, content: string | Uint8Array, name = 'log', fsync = false) =>
  appendTo(join(root, name), content, { root, fsync })
const text = (path: string) => readFileSync(path, 'utf8')

/** A program that appends in a process of its own, and prints the code of the error that it meets. */
const program = (statements: string) => `
  import { appendTo } from ${JSON.stringify(import.meta.resolve('./append.ts'))}
  try { ${statements} } catch (error) { process.stdout.write(error.code) }`

describe('text is appended', () => {
  test('as whole lines', () => {
    const root = fresh()
    for (const line of ['one', 'two\n', 'three']) append(root, line)
    assert.equal(text(join(root, 'log')), 'one\ntwo\nthree\n')
  })

  test('on a line of its own when the file ends in the middle of one', () => {
    const root = fresh()
    writeFileSync(join(root, 'log'), 'half')
    append(root, 'whole')
    assert.equal(text(join(root, 'log')), 'half\nwhole\n')
  })

  test('to the disk when that is asked for', () => {
    const root = fresh()
    append(root, 'line', 'log', true)
    assert.equal(text(join(root, 'log')), 'line\n')
  })

  test('by several processes, and no line is lost or mixed', async () => {
    const root = fresh()
    const options = JSON.stringify({ root, fsync: false })
    const writer = (digit: string) =>
      program(`for (let i = 0; i < 100; i++) appendTo('${root}/log', '${digit}'.repeat(10000), ${options})`)
    const run = (digit: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', writer(digit)])
    await Promise.all(['1', '2', '3'].map(run))
    const lines = text(join(root, 'log')).trimEnd().split('\n')
    assert.equal(lines.filter(line => /^(\d)\1{9999}$/.test(line)).length, 300)
  })

  test('on a full disk: the part of a line that went in is taken out again', () => {
    const root = fresh()
    append(root, 'first')
    const call = program(
      `appendTo('${root}/log', 'x'.repeat(100000), ${JSON.stringify({ root, fsync: false })})`,
    )
    // A process that may not make a file larger than 4 KiB meets the same as on a full disk.
    const limited = ['-c', 'ulimit -f 8 && exec "$0" --input-type=module -e "$1"', process.execPath, call]
    assert.equal(spawnSync('sh', limited, { encoding: 'utf8' }).stdout, 'EFBIG')
    assert.equal(text(join(root, 'log')), 'first\n')
  })
})

test('bytes are appended as they are', () => {
  const root = fresh()
  for (const byte of [1, 2]) append(root, Uint8Array.of(byte))
  assert.deepEqual([...readFileSync(join(root, 'log'))], [1, 2])
})

describe('a link', () => {
  test('that stays inside is followed', () => {
    const root = fresh()
    append(root, 'one', 'real')
    symlinkSync(join(root, 'real'), join(root, 'log'))
    append(root, 'two')
    assert.equal(text(join(root, 'real')), 'one\ntwo\n')
  })

  test('that leads outside is refused', () => {
    const [root, outside] = [fresh(), fresh()]
    append(outside, 'theirs', 'file')
    symlinkSync(join(outside, 'file'), join(root, 'log'))
    assert.throws(() => append(root, 'x'), { code: 'STOQ_WRITE_ESCAPE' })
    assert.equal(text(join(outside, 'file')), 'theirs\n')
  })

  test('that leads to nothing makes nothing', () => {
    const [root, outside] = [fresh(), fresh()]
    symlinkSync(join(outside, 'new'), join(root, 'log'))
    assert.throws(() => append(root, 'x'))
    assert.deepEqual(readdirSync(outside), [])
  })
})

describe('what is no file is refused', () => {
  test('a pipe, without waiting for it', () => {
    const root = fresh()
    spawnSync('mkfifo', [join(root, 'log')])
    assert.throws(() => append(root, 'x'), { code: 'STOQ_WRITE_TYPE', message: /log: it is no regular file/ })
  })

  test('a folder', () => {
    const root = fresh()
    mkdirSync(join(root, 'log'))
    assert.throws(() => append(root, 'x'), { code: 'EISDIR' })
  })
})
