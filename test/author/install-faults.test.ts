import assert from 'node:assert/strict'
import { type ChildProcess, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { scratchFolder, stoq } from '../e2e/stoq.ts'
import { decoder, leftovers, npmPack, versionIn, writeFiles } from './packages.ts'

const folder = scratchFolder()

/** A package with many files, so that it takes a while to copy. */
function large(name: string, version: string): string {
  const many = Array.from({ length: 1500 }, (_, index) => [
    `data/${index % 40}/${index}.txt`,
    `${version}\n`.repeat(50),
  ])
  return writeFiles(join(folder, `${name}-${version}`), {
    ...decoder(name, { version }),
    ...Object.fromEntries(many),
  })
}

/** A package that waits for a file before its packages are installed, as one from a slow network does. */
function slow(name: string, version: string): string {
  const needed = writeFiles(join(folder, 'dep'), { 'package.json': { name: 'dep-a', version: '1.0.0' } })
  const scripts = { preinstall: `touch ${join(folder, 'waits')}; sleep 30; touch ${join(folder, 'went-on')}` }
  const dependencies = { 'dep-a': `file:${npmPack(needed, join(folder, `packed-${name}`))}` }
  const manifest = { name, version, scripts, dependencies }
  return writeFiles(join(folder, `${name}-${version}`), {
    ...decoder(name, { version }),
    'package.json': manifest,
  })
}

function open(name: string) {
  const home = join(folder, name)
  mkdirSync(home, { recursive: true })
  const root = join(home, 'plugins')
  const run = (words: string[], during?: (child: ChildProcess) => void) =>
    stoq(words, { home, cwd: folder, ...(during && { during }) })
  return { home, root, at: (plugin: string) => join(root, 'decoder', plugin), run }
}

/** Every file of a version is there, and nothing else; or the plugin is not there at all. */
function assertWhole(at: string, name: string): string | null {
  if (!existsSync(at)) return null
  const version = versionIn(at, name)
  const { files } = JSON.parse(readFileSync(join(at, '.stoq-install.json'), 'utf8'))
  const there = readdirSync(at, { recursive: true, withFileTypes: true }).filter(each => each.isFile())
  assert.equal(there.length, Object.keys(files).length + 1)
  assert.equal(readFileSync(join(at, 'data/7/7.txt'), 'utf8').split('\n', 1)[0], version)
  return version
}

test('Ctrl-C at any moment leaves a plugin whole or absent, and nothing behind', {
  timeout: 240_000,
}, async () => {
  const { root, at, run } = open('interrupted')
  const [first, second] = [large('big', '1.0.0'), large('big', '2.0.0')]
  const whenTold = (child: ChildProcess, milliseconds: number) =>
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), milliseconds))
  const seen = new Set<string>()
  for (const words of [
    ['install', first],
    ['install', '-u', second],
  ]) {
    for (const milliseconds of [0, 20, 60, 120, 200, 300]) {
      const before = assertWhole(at('big'), 'big')
      const { status, stderr } = await run(words, child => void whenTold(child, milliseconds))
      const now = assertWhole(at('big'), 'big')
      assert.deepEqual(leftovers(root), [])
      if (status === 130) assert.match(stderr, /^stoq: stopped; what is not told above is as it was\n$/)
      assert.equal(now === before, status !== 0, stderr)
      seen.add(`${words.length} ${status}`)
      if (status === 0) break
    }
    await run(words)
  }
  assert.ok(seen.has('2 130') && seen.has('3 130'), [...seen].join(', '))
  assert.equal(assertWhole(at('big'), 'big'), '2.0.0')
})

test('Ctrl-C while packages are installed ends npm and everything that it runs', {
  timeout: 60_000,
}, async () => {
  const { root, at, run } = open('npm')
  const outcome = await run(['install', slow('slow', '1.0.0'), '--allow-scripts'], async child => {
    while (!existsSync(join(folder, 'waits'))) await sleep(20)
    child.kill('SIGINT')
  })
  assert.equal(outcome.status, 130, outcome.stderr)
  assert.deepEqual([existsSync(at('slow')), leftovers(root)], [false, []])
  assert.doesNotMatch(
    spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout,
    new RegExp(`${folder}\\S*went-on`),
  )
})

test('an install that was killed is swept up by the next one', { timeout: 60_000 }, async () => {
  const { root, at, run } = open('killed')
  const killed = await run(['install', large('victim', '1.0.0')], child => {
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGKILL'), 60))
  })
  assert.equal(killed.status, null)
  assert.ok(leftovers(root).length > 0)
  assert.doesNotMatch((await run(['list'])).stdout, /victim/)
  // As it stands when it was killed between two moves.
  await run(['install', writeFiles(join(folder, 'other'), decoder('other'))])
  const aside = join(root, '.stoq-install-killed/old/decoder')
  mkdirSync(aside, { recursive: true })
  renameSync(at('other'), join(aside, 'other'))
  const outcome = await run(['install', large('victim', '1.0.0')])
  assert.equal(outcome.status, 0, outcome.stderr)
  assert.deepEqual([versionIn(at('other'), 'other'), versionIn(at('victim'), 'victim')], ['1.0.0', '1.0.0'])
  assert.deepEqual(leftovers(root), [])
})

test('of two installs at once one waits for the other', { timeout: 60_000 }, async () => {
  const { root, at, run } = open('twice')
  const [first, second] = [large('twin', '1.0.0'), large('twin', '2.0.0')]
  const same = await Promise.all([run(['install', first]), run(['install', first])])
  assert.deepEqual(same.map(({ status }) => status).sort(), [0, 2])
  assert.ok(same.some(({ stderr }) => /is in \S+ already/.test(stderr)))
  const upgrades = await Promise.all(
    [first, second, first, second].map(source => run(['install', '-u', source])),
  )
  assert.deepEqual(
    upgrades.map(({ status }) => status),
    [0, 0, 0, 0],
  )
  assert.ok(
    upgrades.some(({ stdout }) => /another install works in \S+ \(process \d+\): waiting/.test(stdout)),
  )
  assert.match(assertWhole(at('twin'), 'twin') ?? '', /^[12]\.0\.0$/)
  assert.deepEqual(leftovers(root), [])
})

test('a lock whose process is gone keeps nobody out', async () => {
  const { root, at, run } = open('stale')
  mkdirSync(root)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const host = spawnSync('hostname', { encoding: 'utf8' }).stdout.trim()
  writeFileSync(join(root, '.stoq-install.lock'), JSON.stringify({ pid, host, id: 'gone' }))
  const source = writeFiles(join(folder, 'late'), decoder('late'))
  assert.equal((await run(['install', source])).status, 0)
  assert.deepEqual([versionIn(at('late'), 'late'), leftovers(root)], ['1.0.0', []])
})

/** A file system of its own in memory; null where only root may make one and we are not. */
function mountMemory(path: string, size: string): ((...options: string[]) => void) | null {
  mkdirSync(path, { recursive: true })
  const mount = (...options: string[]) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path]).status === 0
  if (process.platform !== 'linux' || !mount(`size=${size}`)) return null
  after(() => spawnSync('umount', [path]))
  return (...options) => void spawnSync('mount', ['-o', ['remount', ...options].join(','), path])
}

test('a full disk leaves what was there as it was', async context => {
  const { root, at, run } = open('full')
  if (!mountMemory(root, '2m')) return context.skip('a small file system can be mounted by root only')
  await run(['install', writeFiles(join(folder, 'full-1'), decoder('full'))])
  const data = 'x'.repeat(3 * 2 ** 20)
  const source = writeFiles(join(folder, 'full-2'), {
    ...decoder('full', { version: '2.0.0' }),
    'data.bin': data,
  })
  const outcome = await run(['install', '-u', source])
  assert.equal(outcome.status, 2)
  assert.match(outcome.stderr, /^stoq: cannot change the plugins in \S+: ENOSPC: no space left on device/)
  assert.deepEqual([versionIn(at('full'), 'full'), leftovers(root)], ['1.0.0', []])
  assert.ok(!existsSync(join(at('full'), 'data.bin')))
})

test('a folder that cannot be made is told with the reason', { timeout: 60_000 }, async context => {
  const { home, run } = open('no-folder')
  const remount = mountMemory(join(home, 'disk'), '2m')
  if (!remount) return context.skip('a file system can be mounted by root only')
  remount('ro')
  const source = writeFiles(join(folder, 'nf-1'), decoder('fixed'))
  const faults: [string, RegExp][] = [
    [join(home, 'disk/a/b'), /^stoq: cannot change the plugins in \S+: EROFS: read-only file system/],
    ['/proc/stoq/plugins', /^stoq: cannot change the plugins in \S+: ENOENT/],
    [join(source, 'fixed.js/x'), /^stoq: cannot change the plugins in \S+: (?:ENOTDIR|EEXIST)/],
  ]
  for (const [root, reason] of faults) {
    const { status, stderr } = await run(['install', source, '-P', root], child => {
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
    })
    assert.deepEqual([status, reason.test(stderr)], [2, true], stderr)
  }
})

test('a folder that may only be read is told, and left as it was', async context => {
  const { root, at, run } = open('read-only')
  const remount = mountMemory(root, '2m')
  if (!remount) return context.skip('a file system can be mounted by root only')
  await run(['install', writeFiles(join(folder, 'ro-1'), decoder('fixed'))])
  remount('ro')
  const source = writeFiles(join(folder, 'ro-2'), decoder('fixed', { version: '2.0.0' }))
  for (const words of [
    ['install', '-u', source],
    ['uninstall', 'decoder:fixed'],
  ]) {
    const outcome = await run(words)
    assert.deepEqual(
      [outcome.status, /EROFS: read-only file system/.test(outcome.stderr)],
      [2, true],
      outcome.stderr,
    )
    assert.equal(versionIn(at('fixed'), 'fixed'), '1.0.0')
  }
})
