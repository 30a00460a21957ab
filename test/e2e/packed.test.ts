import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { cleanEnvironment, root, samples, scratchFolder } from './stoq.ts'

const folder = scratchFolder()
const home = mkdtempSync(join(folder, 'home-'))
const npm = (words: string[], cwd: string) =>
  execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const stoq = (...words: string[]) =>
  spawnSync(join(folder, 'node_modules/.bin/stoq'), words, {
    cwd: folder,
    encoding: 'utf8',
    env: cleanEnvironment(home),
  })
let names: string[] = []

before(() => {
  const words = ['pack', '-w', 'stoq', '--json', '--pack-destination', folder]
  const [packed] = JSON.parse(npm(words, root).replace(/^[^[]*/, ''))
  names = packed.files.map((file: { path: string }) => file.path)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', packed.filename], folder)
  cpSync(join(samples, 'pe_embedded.bin'), join(folder, 'pe_embedded.bin'))
})

test('the packed package has what it needs, and no sources, tests or samples', () => {
  const foreign =
    /\.test\.|(?<!\.d)\.ts$|test\/golden|\/test-|\.(samples|fixture)\.|node_modules|__pycache__|pyproject/
  assert.deepEqual(
    names.filter(name => foreign.test(name)),
    [],
  )
  const needed = ['python/plugin_host.py', 'python/stoq/plugins.py', 'man/stoq.1', 'templates/report.md.tpl']
  for (const name of needed) assert.ok(names.includes(name), name)
})

test('the packed package, installed elsewhere, lists its plugins and scans a file', () => {
  const list = stoq('list')
  assert.equal(list.status, 0, list.stderr)
  assert.match(list.stdout, /- yara .*Process a payload using yara/)
  const scan = stoq('scan', 'pe_embedded.bin')
  assert.equal(scan.status, 0, scan.stderr)
  assert.equal(JSON.parse(scan.stdout).payloads, 2)
  const report = stoq('scan', 'pe_embedded.bin', '-T', 'report.md').stdout
  assert.match(report, /^# Report on `pe_embedded\.bin`/)
  assert.match(stoq('completion', 'suggest', 'yara', '-C', 'st').stdout, /^stdout\t/)
})

test('the packed package says what a plugin needs that is not installed', () => {
  const doctor = stoq('doctor')
  assert.equal(doctor.status, 0, doctor.stdout)
  assert.match(doctor.stdout, /^ok +decoder:xor +can be loaded; it has no golden samples here$/m)
  assert.match(
    doctor.stdout,
    /^warning +extractor:decompress +needs what is not installed: 7z-wasm: npm install 7z-wasm$/m,
  )
  const missing = stoq('scan', join(samples, 'rar4_stored.rar'))
  assert.match(JSON.parse(missing.stdout).errors[0]?.message, /needs '7z-wasm' \(npm install 7z-wasm\)/)
  assert.ok(!existsSync(join(folder, 'node_modules/7z-wasm')))
})

test('the packed package makes, installs and tests plugins', () => {
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
  // Without it Node tells that it had to guess that this is a module.
  rmSync(join(home, 'plugins/worker/made/package.json'))
  const scan = stoq('made', '-F', 'pe_embedded.bin', '-L', 'warning')
  assert.deepEqual([scan.status, scan.stderr], [0, ''])
})
