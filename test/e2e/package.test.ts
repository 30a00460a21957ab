import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as library from 'stoq'
import { cleanEnvironment, root, scratchFolder } from './stoq.ts'

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
