import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPlugin } from 'stoq/testing'
import { bin, cleanEnvironment, scratchFolder, stoq } from '../e2e/stoq.ts'
import { decoder, type Files, gitRepository, leftovers, npmPack, versionIn, writeFiles } from './packages.ts'

/** A home and a folder for packages. */
function open() {
  const folder = scratchFolder()
  const home = join(folder, 'home')
  mkdirSync(home)
  const root = join(home, 'plugins')
  return {
    folder,
    home,
    root,
    at: (name: string) => join(root, 'decoder', name),
    make: (name: string, files: Files) => writeFiles(join(folder, name), files),
    run: (...words: string[]) => stoq(words, { home, cwd: folder }),
  }
}

async function found(folder: string): Promise<string> {
  return String((await runPlugin(folder, 'x')).found[0]?.content)
}

const packed = (name: string, more: object = {}) => ({
  'package.json': { name, version: '1.0.0', type: 'module', ...more },
})

test('a folder, a tarball of npm pack, a plain tar and a git repository install alike', async () => {
  const { folder, at, make, run, root } = open()
  const source = make('mine', { ...decoder('mine'), ...packed('stoq-mine'), 'data/list.txt': 'words' })
  execFileSync('tar', ['-cf', 'plain.tar', 'mine'], { cwd: folder })
  const tarball = npmPack(source, join(folder, 'packed'))
  for (const from of ['./mine', tarball, 'plain.tar', gitRepository(source), `git+file://${source}#main`]) {
    const outcome = await run('install', from)
    assert.equal(outcome.status, 0, outcome.stderr)
    assert.match(outcome.stdout, /decoder:mine 1\.0\.0: installed\n$/)
    assert.deepEqual(readdirSync(at('mine')).sort(), [
      '.stoq-install.json',
      'data',
      'mine.js',
      'mine.stoq',
      'package.json',
    ])
    assert.deepEqual(leftovers(root), [])
    assert.match((await run('list')).stdout, /- mine +v1\.0\.0/)
    assert.equal((await run('uninstall', 'decoder:mine')).status, 0)
    assert.ok(!existsSync(at('mine')))
  }
  assert.ok(!readdirSync(source).some(name => /^(?:NAME|build)$/.test(name)))
})

test('nothing is overwritten without --upgrade, and the package is not loaded meanwhile', async () => {
  const { at, make, run, root } = open()
  make('one', decoder('mine'))
  make('two', decoder('mine', { version: '2.0.0', head: "throw new Error('was run')\n" }))
  assert.equal((await run('install', 'one')).status, 0)
  const refused = await run('install', 'two')
  assert.equal(refused.status, 2)
  assert.match(refused.stderr, /^stoq: decoder:mine is in \S+ already: use --upgrade to replace it\n$/)
  assert.equal(versionIn(at('mine'), 'mine'), '1.0.0')
  const upgraded = await run('install', '--upgrade', 'two')
  assert.match(upgraded.stdout, /decoder:mine 2\.0\.0, was 1\.0\.0: installed/)
  assert.equal(versionIn(at('mine'), 'mine'), '2.0.0')
  assert.deepEqual(leftovers(root), [])
})

test('what a person has changed or added stays; what the new version has changed too stands beside it', async () => {
  const { at, make, run } = open()
  const files = { 'rules/a.yar': 'old', 'rules/b.yar': 'same', 'gone.txt': 'old', 'code.txt': 'old' }
  make('one', { ...decoder('mine'), ...files })
  await run('install', 'one')
  writeFiles(at('mine'), { 'rules/a.yar': 'mine', 'rules/b.yar': 'mine', 'rules/own.yar': 'own' })
  const stoqFile = join(at('mine'), 'mine.stoq')
  writeFileSync(stoqFile, `${readFileSync(stoqFile, 'utf8')}[options]\nkey = mine\n`)
  make('two', {
    ...decoder('mine', { version: '2.0.0' }),
    'rules/a.yar': 'new',
    'rules/b.yar': 'same',
    'code.txt': 'new',
  })
  const outcome = await run('install', '-u', 'two')
  assert.equal(outcome.status, 0, outcome.stderr)
  const text = (name: string) => readFileSync(join(at('mine'), name), 'utf8')
  const texts = ['rules/a.yar', 'rules/a.yar.new', 'rules/b.yar', 'rules/own.yar', 'code.txt'].map(text)
  assert.deepEqual(texts, ['mine', 'new', 'mine', 'own', 'new'])
  assert.ok(!existsSync(join(at('mine'), 'gone.txt')) && !existsSync(join(at('mine'), 'rules/b.yar.new')))
  assert.match(text('mine.stoq'), /key = mine/)
  assert.match(text('mine.stoq.new'), /Version = 2\.0\.0/)
  assert.match(outcome.stdout, /mine\.stoq is yours and stays; the new one is mine\.stoq\.new/)
  assert.match(outcome.stdout, /rules\/own\.yar is yours and stays\n/)
  assert.equal(await found(at('mine')), '2.0.0')
  const removed = await run('uninstall', 'decoder:mine')
  assert.equal(removed.status, 2)
  assert.match(removed.stderr, /decoder:mine is not removed: .*--force removes them too/)
  assert.equal((await run('uninstall', 'decoder:mine', '--force')).status, 0)
})

test('an upgrade that does not fit to what a person has changed leaves all as it was', async () => {
  const { at, make, run, root } = open()
  make('one', decoder('mine'))
  await run('install', 'one')
  const stoqFile = join(at('mine'), 'mine.stoq')
  writeFileSync(stoqFile, `${readFileSync(stoqFile, 'utf8')}\n# mine\n`)
  const { 'mine.js': code = '' } = decoder('mine')
  make('two', { 'mine.stoq': '[Core]\nName = mine\nModule = other\n', 'other.js': code })
  const outcome = await run('install', '-u', 'two')
  assert.equal(outcome.status, 2)
  assert.match(outcome.stderr, /module mine\.ts, \.js, \.mjs or \.py is not beside it/)
  assert.equal(await found(at('mine')), '1.0.0')
  assert.deepEqual(leftovers(root), [])
})

test('what stoq install has not put there is not replaced and not removed', async () => {
  const { at, make, run } = open()
  writeFiles(at('mine'), decoder('mine', { version: '0.0.1' }))
  make('one', decoder('mine'))
  const outcome = await run('install', 'one', '--upgrade')
  assert.deepEqual([outcome.status, /was not put there by 'stoq install'/.test(outcome.stderr)], [2, true])
  assert.equal((await run('uninstall', 'decoder:mine')).status, 2)
  assert.equal((await run('uninstall', 'decoder:xor')).status, 2)
  assert.equal(versionIn(at('mine'), 'mine'), '0.0.1')
  const twin = await run('install', make('upper', decoder('MINE')))
  assert.deepEqual([twin.status, /remove it first/.test(twin.stderr)], [2, true])
})

test('several plugins of a package are installed all or none', async () => {
  const { at, make, run, root } = open()
  const nested = (name: string, files: Files) =>
    Object.fromEntries(Object.entries(files).map(([path, content]) => [`${name}/${path}`, content]))
  const both = { ...nested('a', decoder('a')), ...nested('b', decoder('b')), 'a/golden/x.stoq': 'a sample' }
  make('both', both)
  assert.equal((await run('install', 'both')).status, 0)
  assert.deepEqual(readdirSync(join(root, 'decoder')).sort(), ['a', 'b'])
  make('more', { ...both, ...nested('c', decoder('c')) })
  assert.equal((await run('install', 'more')).status, 2)
  assert.ok(!existsSync(at('c')))
})

test('a package as v1 had it, and one with files in its package.json', async () => {
  const { at, make, run } = open()
  const inside = Object.entries(decoder('mine')).map(([path, content]) => [`mine/${path}`, content])
  make('old', {
    'setup.py': 'x',
    'MANIFEST.in': 'x',
    'requirements.txt': 'pefile',
    ...Object.fromEntries(inside),
  })
  assert.equal((await run('install', 'old')).status, 0)
  assert.deepEqual(readdirSync(at('mine')).sort(), [
    '.stoq-install.json',
    'mine.js',
    'mine.stoq',
    'requirements.txt',
  ])
  const files = ['lib', '*.txt', '!secret.txt', './rules/*.yar']
  make('new', {
    ...decoder('listed'),
    ...packed('listed', { files }),
    'lib/deep/a.js': '1',
    'a.txt': '1',
    'secret.txt': '1',
    'b.bin': '1',
    'rules/a.yar': '1',
    'rules/a.md': '1',
    'README.md': '1',
    '.npmrc': 'git=/bin/false',
    '.env': 'SECRET=1',
    'node_modules/x/index.js': '1',
  })
  assert.equal((await run('install', 'new')).status, 0)
  const names = readdirSync(at('listed'), { recursive: true })
    .map(String)
    .filter(name => /\./.test(name.slice(1)))
  const wanted = [
    '.stoq-install.json',
    'README.md',
    'a.txt',
    'lib/deep/a.js',
    'listed.js',
    'listed.stoq',
    'package.json',
    'rules/a.yar',
  ]
  assert.deepEqual(names.sort(), wanted)
})

test('names and links that lead elsewhere are refused', async () => {
  const { folder, make, run, root } = open()
  const evil = (name: string) => ({
    'x.stoq': `[Core]\nName = ${name}\nModule = x\nCategory = decoder\n`,
    'x.js': '',
  })
  for (const name of ['../../evil', '..', '/evil', '.hidden', 'a/b', 'a\\b']) {
    const outcome = await run('install', make(`n${name.replace(/\W/g, '')}`, evil(name)))
    assert.deepEqual(
      [outcome.status, /may hold letters, digits/.test(outcome.stderr)],
      [2, true],
      outcome.stderr,
    )
  }
  writeFileSync(join(folder, 'outside'), 'secret')
  for (const [name, target] of [
    ['out', '../outside'],
    ['absolute', '/etc/hostname'],
    ['nowhere', 'none'],
    ['folder', '.'],
  ]) {
    symlinkSync(target ?? '', join(make(`link-${name}`, decoder('mine')), 'link'))
    const outcome = await run('install', `link-${name}`)
    assert.deepEqual([outcome.status, /'link' is a link/.test(outcome.stderr)], [2, true], outcome.stderr)
  }
  execFileSync('tar', ['-czf', 'links.tgz', 'link-out'], { cwd: folder })
  assert.match((await run('install', 'links.tgz')).stderr, /is refused: '\S+' is a link or a device/)
  assert.ok(!existsSync(join(root, 'decoder')) && !existsSync(join(folder, 'evil')))
  assert.deepEqual(leftovers(root), [])
  symlinkSync('mine.js', join(make('inside', decoder('mine')), 'same.js'))
  assert.equal((await run('install', 'inside')).status, 0)
  assert.match(readFileSync(join(root, 'decoder/mine/same.js'), 'utf8'), /StoqDecoderPlugin/)
})

test('the packages of a plugin are its own, and no script is run unless allowed', async () => {
  const { folder, at, make, run } = open()
  const marker = join(folder, 'was-run')
  const script = `touch ${marker}`
  const needed = make('dep', {
    ...packed('dep-a', { main: 'index.js', scripts: { postinstall: script } }),
    'index.js': "export const text = 'from dep'",
  })
  const dependencies = { 'dep-a': `file:${npmPack(needed, join(folder, 'packed'))}`, stoq: '^1.0.0' }
  const body = `import { text } from 'dep-a'
import { StoqDecoderPlugin } from 'stoq'
export class Made extends StoqDecoderPlugin { decode() { return [[{}, Buffer.from(text)]] } }`
  make('mine', {
    ...decoder('mine'),
    'mine.js': body,
    ...packed('mine', {
      dependencies,
      devDependencies: { 'no-such-package-here': '9.9.9' },
      scripts: { preinstall: script },
    }),
  })
  const outcome = await run('install', 'mine')
  assert.equal(outcome.status, 0, outcome.stderr)
  assert.ok(!existsSync(marker))
  assert.match(outcome.stdout, /install scripts were not run \(--allow-scripts runs them\): dep-a/)
  assert.equal(await found(at('mine')), 'from dep')
  assert.match(readFileSync(join(at('mine'), 'package.json'), 'utf8'), /no-such-package-here/)
  assert.deepEqual(
    readdirSync(join(at('mine'), 'node_modules')).filter(name => !name.startsWith('.')),
    ['dep-a'],
  )
  assert.equal((await run('install', 'mine', '-u', '--allow-scripts')).status, 0)
  assert.ok(existsSync(marker))
})

test('packages that cannot be had leave all as it was', async () => {
  const { at, make, run, root } = open()
  make('one', decoder('mine'))
  await run('install', 'one')
  make('two', {
    ...decoder('mine', { version: '2.0.0' }),
    ...packed('two', { dependencies: { x: 'file:/no/such/x.tgz' } }),
  })
  const outcome = await run('install', '-u', 'two')
  assert.equal(outcome.status, 2)
  assert.match(outcome.stderr, /^stoq: the packages that decoder:mine needs could not be installed: /)
  assert.equal(versionIn(at('mine'), 'mine'), '1.0.0')
  assert.deepEqual(leftovers(root), [])
})

test('--plugin-dir installs there; with several plugin folders it has to be said', async () => {
  const { folder, make, run, home } = open()
  make('mine', decoder('mine'))
  writeFileSync(join(home, 'stoq.cfg'), '[core]\nplugin_dir_list = a, b\n')
  assert.match((await run('install', 'mine')).stderr, /names 2 folders: say which with --plugin-dir/)
  assert.equal((await run('install', 'mine', '--plugin-dir', 'elsewhere')).status, 0)
  assert.equal(versionIn(join(folder, 'elsewhere/decoder/mine'), 'mine'), '1.0.0')
  assert.equal((await run('uninstall', 'decoder:mine', '-P', 'elsewhere')).status, 0)
})

test('what is no package is told in one line', async () => {
  const { make, run } = open()
  writeFileSync(join(make('empty', { 'a.txt': 'x' }), 'not.tgz'), 'no tar')
  const faults: [string, RegExp][] = [
    ['empty', /holds no plugin that can be installed: it holds no \.stoq file/],
    ['empty/not.tgz', /it is no tar|cut short|incorrect header|no \.stoq/],
    ['./nowhere', /cannot get \.\/nowhere: it is no folder/],
    ['file:///no/such/repository', /cannot get file:\S+: /],
    ['--upgrad', /unknown flag --upgrad \(did you mean --upgrade\?\)/],
  ]
  for (const [word, reason] of faults) {
    const { status, stderr } = await run('install', word)
    assert.deepEqual([status, reason.test(stderr), stderr.split('\n').length], [2, true, 2], stderr)
  }
  const broken = await run('install', make('broken', { ...decoder('mine'), 'package.json': '{' }))
  assert.match(broken.stderr, /holds no plugin that can be installed: package\.json: /)
})

test('an npm name is fetched from the registry', context => {
  const { home } = open()
  // As it is configured on this machine, with the proxy that it may need.
  const options = { encoding: 'utf8', env: { ...process.env, STOQ_HOME: home }, timeout: 60_000 } as const
  const quick = ['--fetch-retries=0', '--fetch-timeout=5000']
  const registry = spawnSync('npm', ['view', 'is-odd', 'version', ...quick], { ...options, timeout: 10_000 })
  if (registry.status !== 0) return context.skip('the npm registry is not reachable')
  const { status, stderr } = spawnSync(process.execPath, [bin, 'install', 'is-odd@3.0.1'], options)
  const wanted = 'stoq: is-odd@3.0.1 holds no plugin that can be installed: it holds no .stoq file\n'
  assert.deepEqual([status, stderr], [2, wanted])
})

test('the commands say how they are used', () => {
  for (const command of ['install', 'uninstall', 'new', 'test']) {
    const options = { encoding: 'utf8', env: cleanEnvironment() } as const
    const { status, stdout } = spawnSync(process.execPath, [bin, command, '--help'], options)
    assert.deepEqual([status, stdout.startsWith(`usage: stoq ${command} `)], [0, true])
    assert.equal(spawnSync(process.execPath, [bin, command], { ...options, input: '' }).status, 2)
  }
})
