import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as library from 'stoq'
import { cleanEnvironment, root, samples, scratchFolder } from './stoq.ts'

const core = JSON.parse(readFileSync(join(root, 'packages/stoq/package.json'), 'utf8'))

test('the public names of the library are these and no others', () => {
  const snapshot = join(root, 'test/e2e/public-api.snapshot')
  const names = `${Object.keys(library).sort().join('\n')}\n`
  if (process.env['UPDATE_SNAPSHOTS']) writeFileSync(snapshot, names)
  assert.equal(names, readFileSync(snapshot, 'utf8'))
})

test('what only a plugin needs is no dependency of the core, of any kind', () => {
  const { dependencies, optionalDependencies = {}, peerDependencies = {} } = core
  const own = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  for (const file of globSync('plugins/*/*/package.json', { cwd: root })) {
    const foreign = JSON.parse(readFileSync(join(root, file), 'utf8')).dependencies ?? {}
    assert.deepEqual(
      Object.keys(foreign).filter(name => Object.hasOwn(own, name)),
      [],
      file,
    )
  }
})

test('the packed package, installed elsewhere, lists its plugins and scans a file', {
  timeout: 300_000,
}, () => {
  const folder = scratchFolder()
  const npm = (words: string[], cwd: string) =>
    execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const [packed] = JSON.parse(
    npm(['pack', '-w', 'stoq', '--json', '--pack-destination', folder], root).replace(/^[^[]*/, ''),
  )
  const names: string[] = packed.files.map((file: { path: string }) => file.path)
  assert.ok(
    !names.some(name =>
      /\.test\.|(?<!\.d)\.ts$|test\/golden|\/test-|\.(samples|fixture)\.|node_modules/.test(name),
    ),
    names.join('\n'),
  )
  assert.ok(names.includes('python/plugin_host.py') && names.includes('python/stoq/plugins.py'))
  assert.ok(!names.some(name => /__pycache__|pyproject/.test(name)))
  const home = mkdtempSync(join(folder, 'home-'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', packed.filename], folder)
  cpSync(join(samples, 'pe_embedded.bin'), join(folder, 'pe_embedded.bin'))
  const stoq = (...words: string[]) =>
    spawnSync(join(folder, 'node_modules/.bin/stoq'), words, {
      cwd: folder,
      encoding: 'utf8',
      env: cleanEnvironment(home),
    })
  for (const name of ['man/stoq.1', 'templates/report.md.tpl']) assert.ok(names.includes(name), name)
  const list = stoq('list')
  assert.equal(list.status, 0, list.stderr)
  assert.match(list.stdout, /- yara .*Process a payload using yara/)
  const scan = stoq('scan', 'pe_embedded.bin')
  assert.equal(scan.status, 0, scan.stderr)
  assert.equal(JSON.parse(scan.stdout).payloads, 2)
  assert.match(stoq('scan', 'pe_embedded.bin', '-T', 'report.md').stdout, /^# Report on `pe_embedded\.bin`/)
  const doctor = stoq('doctor')
  assert.equal(doctor.status, 0, doctor.stdout)
  assert.match(doctor.stdout, /^ok +decoder:xor +can be loaded; it has no golden samples here$/m)
  assert.match(
    doctor.stdout,
    /^warning +extractor:decompress +needs what is not installed: 7z-wasm: npm install 7z-wasm$/m,
  )
  assert.match(stoq('completion', 'suggest', 'yara', '-C', 'st').stdout, /^stdout\t/)
  for (const words of [
    ['new', 'decoder', 'mine'],
    ['new', 'worker', 'made', '--js', '--dir', '.'],
    ['install', './made'],
  ]) {
    const outcome = stoq(...words)
    assert.equal(outcome.status, 0, outcome.stderr)
  }
  const tested = stoq('test', 'mine', 'made', 'xor')
  assert.equal(tested.status, 0, tested.stdout + tested.stderr)
  assert.match(tested.stdout, /all well: decoder:mine, worker:made, decoder:xor\n$/)
  const missing = stoq('scan', join(samples, 'rar4_stored.rar'))
  assert.match(JSON.parse(missing.stdout).errors[0]?.message, /needs '7z-wasm' \(npm install 7z-wasm\)/)
  assert.ok(!existsSync(join(folder, 'node_modules/7z-wasm')))
})

test('a Node that is too old is told in one line', () => {
  const check = readFileSync(join(root, 'packages/stoq/bin/stoq.js'), 'utf8')
  const folder = scratchFolder()
  writeFileSync(join(folder, 'old.mjs'), check.replace('process.versions.node.split', "'20.1.0'.split"))
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'old.mjs')], { encoding: 'utf8' })
  assert.equal(status, 2)
  assert.match(stderr, /^stoq: needs Node\.js 22\.18 or newer, this is [\d.]+\n$/)
})

test('the core alone can be installed: no file of it imports a package that is not its own', () => {
  const own = new Set([...Object.keys(core.dependencies), ...Object.keys(core.optionalDependencies ?? {})])
  for (const file of globSync('packages/stoq/src/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue
    for (const [, fixed, lazy] of readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import .*|export .*|\} )from '([^.'][^']*)'|import\('([^.'][^']*)'\)/gm,
    )) {
      const name = fixed ?? lazy ?? ''
      const bare = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/')
      assert.ok(name.startsWith('node:') || own.has(bare), `${file} imports ${name}`)
    }
  }
})

test('every example runs', () => {
  for (const name of readdirSync(join(root, 'examples')).filter(file => file.endsWith('.ts'))) {
    const { status, stderr } = spawnSync(process.execPath, ['-C', 'dev', join('examples', name)], {
      cwd: root,
      encoding: 'utf8',
      env: cleanEnvironment(),
    })
    assert.equal(status, 0, `${name}: ${stderr}`)
  }
})
