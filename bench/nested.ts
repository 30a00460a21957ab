/** The corpus of nested archives, and what 7-Zip takes apart of it. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Corpus, describe, smallFile } from './corpus.ts'

/** The 7-Zip of this machine; null where there is none. */
export function findSevenZip(): string | null {
  return ['7zz', '7z'].find(name => spawnSync(name, ['i'], { stdio: 'ignore' }).status === 0) ?? null
}

/** Times of files are in archives: with this one they are the same at every run. */
const epoch = new Date('2020-01-01T00:00:00Z')

/**
 * So many zips. In each: a zip of four files, a tar.gz of a 7z and four files, a 7z of a zip, and four files: 20 files of
 * 10 KB and 6 archives in all, four deep. No content comes twice.
 */
export function nestedArchives(root: string, program: string, count: number): Corpus {
  const folder = join(root, `nested-${count}`)
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    for (let index = 0; index < count; index++) makeOne(program, folder, index)
  }
  return describe('nested', folder)
}

function makeOne(program: string, folder: string, index: number): void {
  const work = join(folder, 'work')
  let seed = index * 1000
  const files = (...path: string[]) => {
    const place = join(work, ...path)
    mkdirSync(place, { recursive: true })
    for (let each = 0; each < 4; each++) put(join(place, `${each}.bin`), smallFile(seed++))
  }
  const pack = (type: string, from: string, to: string) =>
    packInto(program, type, join(work, from), join(work, to))
  for (const path of ['top', 'zip', 'tar', 'seven', 'outer/inner']) files(path)
  pack('zip', 'zip', 'top/inner.zip')
  pack('7z', 'seven', 'tar/inner.7z')
  pack('tar', 'tar', 'inner.tar')
  packInto(program, 'gzip', join(work, 'inner.tar'), join(work, 'top/inner.tar.gz'))
  pack('zip', 'outer/inner', 'deep/inner.zip')
  pack('7z', 'deep', 'top/outer.7z')
  pack('zip', 'top', 'top.zip')
  renameSync(join(work, 'top.zip'), join(folder, `${index}.zip`))
  rmSync(work, { recursive: true })
}

function put(path: string, content: Uint8Array): void {
  writeFileSync(path, content)
  utimesSync(path, epoch, epoch)
}

/** A folder's files, or one file, as an archive. */
function packInto(program: string, type: string, from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true })
  const sources = type === 'gzip' ? [from] : readdirSync(from).map(name => join(from, name))
  const { status } = spawnSync(program, ['a', `-t${type}`, '-mx=1', to, ...sources], { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${program} could not make ${to}`)
  utimesSync(to, epoch, epoch)
}
