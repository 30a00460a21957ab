import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { large, writeBomb } from '../../scripts/bombs/bomb.ts'
import { bombs } from '../../scripts/bombs.ts'
import { scratchFolder } from '../e2e/stoq.ts'
import { MemoryWatch } from '../hostile/process-tree.ts'
import { run } from './hostile.ts'

test('payloads that wait to be taken apart wait in files: memory does not grow with their number', async () => {
  const home = scratchFolder()
  const folder = scratchFolder()
  const overlap = bombs.find(({ name }) => name === 'overlap.zip')
  assert.ok(overlap)
  await writeBomb(folder, overlap, large)
  let watch: MemoryWatch | undefined
  const words = ['yara', '-F', join(folder, 'overlap.zip'), '-D', '--max-bytes', String(500e6)]
  const { documents, stderr } = await run(home, words, {
    during: child => {
      watch = new MemoryWatch(child.pid ?? 0)
      child.on('close', () => watch?.stop())
    },
  })
  const [document] = documents.values()
  // Each of them is 33 MB, and looks like an archive that is to be opened.
  assert.ok((document?.payloads ?? 0) > 12, stderr)
  const highest = Math.max(...(watch?.peaks.values() ?? []))
  assert.ok(highest < 450e6, `${highest} bytes`)
  assert.deepEqual(readdirSync(join(home, 'temp')), [])
})
