import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder, stoq } from '../e2e/stoq.ts'
import { decoder, gitRepository, npmPack, versionIn, writeFiles } from './packages.ts'

const folder = scratchFolder()
const home = join(folder, 'home')
const run = (...words: string[]) => stoq(words, { home, cwd: folder })
const at = join(home, 'plugins/decoder/mine')

test('paths as npm writes them, and a bare repository of git, install alike', async () => {
  const manifest = { name: 'stoq-mine', version: '1.0.0', type: 'module' }
  const source = writeFiles(join(folder, 'mine'), { ...decoder('mine'), 'package.json': manifest })
  const tarball = npmPack(source, join(folder, 'packed'))
  execFileSync('git', ['clone', '--quiet', '--bare', gitRepository(source), join(folder, 'bare')])
  for (const from of ['file:mine', `file:${tarball}`, './bare']) {
    const outcome = await run('install', from)
    assert.match(outcome.stdout, /decoder:mine 1\.0\.0: installed\n$/, outcome.stderr)
    assert.equal((await run('uninstall', 'decoder:mine')).status, 0)
  }
})

test('an empty word is no source, whatever is in the current folder', async () => {
  for (const word of ['', ' ']) {
    const { status, stderr } = await run('install', word)
    assert.deepEqual([status, /it is no folder, no \.tgz file/.test(stderr)], [2, true], stderr)
  }
})

test('what stands beside a changed file stays there until it is taken away', async () => {
  await run('install', writeFiles(join(folder, 'one'), decoder('mine')))
  const file = join(at, 'mine.stoq')
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n# mine\n`)
  const second = writeFiles(join(folder, 'two'), decoder('mine', { version: '2.0.0' }))
  for (const _ of [1, 2]) {
    const { stdout } = await run('install', '-u', second)
    assert.match(stdout, /mine\.stoq is yours and stays; the new one is mine\.stoq\.new/)
    assert.match(readFileSync(`${file}.new`, 'utf8'), /Version = 2\.0\.0/)
  }
  assert.equal(versionIn(at, 'mine'), '1.0.0')
})
