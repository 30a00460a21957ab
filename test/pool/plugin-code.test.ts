import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bin, cleanEnvironment, root, scratchFolder } from '../e2e/stoq.ts'

test('the first run keeps compiled code of all bundled plugins: later scan processes, which may not write, find it', () => {
  const home = scratchFolder()
  const words = ['yara', '-F', join(root, 'samples/text_hello.txt'), '-D', '-C', 'stdout']
  const env = { ...cleanEnvironment(home), XDG_CACHE_HOME: join(home, 'cache') }
  const { status, stderr } = spawnSync(process.execPath, [bin, ...words], { env, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const kept = globSync(join(home, 'cache/stoq/*/*')).map(path => readFileSync(path, 'latin1'))
  // One of them that the payload did not ask for, and a module that it would load later.
  for (const name of ['class OneNoteExtractor', 'function* unpackZip('])
    assert.ok(
      kept.some(text => text.includes(name)),
      name,
    )
  assert.equal(globSync(join(home, 'cache/stoq/*/stoq-plugins-*')).length, 1)
})
