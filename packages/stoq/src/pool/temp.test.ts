import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openScratch } from '../testing/scratch.ts'
import { TidyFolder } from './temp.ts'

test('a folder is emptied but for what is still fetched', async () => {
  await using scratch = openScratch()
  const folder = join(scratch.home, 'work')
  mkdirSync(join(folder, 'closed/below'), { recursive: true })
  mkdirSync(join(folder, 'closed/none'), { mode: 0 })
  for (const name of ['left-0', 'left-1', 'closed/below/file']) writeFileSync(join(folder, name), '')
  const kept = new Set(['left-1', 'left-gone'])
  new TidyFolder(folder).tidy(kept)
  assert.deepEqual(readdirSync(folder), ['left-1'])
  assert.deepEqual([...kept], ['left-1'])
})

test('what comes later is removed too, and what is gone is gone', async () => {
  await using scratch = openScratch()
  const folder = join(scratch.home, 'work')
  mkdirSync(folder)
  const tidy = new TidyFolder(folder)
  tidy.tidy(new Set())
  writeFileSync(join(folder, 'late'), '')
  tidy.tidy(new Set())
  assert.deepEqual(readdirSync(folder), [])
  rmSync(folder, { recursive: true })
  tidy.tidy(new Set())
})
