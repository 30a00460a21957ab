import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openScratch } from './testing/scratch.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stoq-granted-')))
after(() => rmSync(folder, { recursive: true }))
const put = (name: string, content = name) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const forbidden = { code: 'STOQ_SOURCE_FORBIDDEN' }

test('a file that a person named may be read, by a link as well, and its neighbours may not', async () => {
  await using scratch = openScratch()
  const { stoq } = scratch
  const [named, target, other] = [put('named'), put('target'), put('other')]
  symlinkSync(target, join(folder, 'link'))
  stoq.grantPath(named)
  stoq.grantPath(join(folder, 'link'))
  assert.equal(String(Buffer.from(await stoq.getFile(named))), 'named')
  assert.equal(String(Buffer.from(await stoq.getFile(join(folder, 'link')))), 'target')
  await assert.rejects(stoq.getFile(other), forbidden)
  rmSync(join(folder, 'link'))
  symlinkSync(other, join(folder, 'link'))
  await assert.rejects(stoq.getFile(join(folder, 'link')), forbidden)
})

test('a folder that a person named may be read with all below it, also when it is made later', async () => {
  await using scratch = openScratch()
  const { stoq } = scratch
  const late = join(folder, 'late')
  stoq.grantPath(late)
  await assert.rejects(stoq.getFile(join(late, 'a')), { code: 'STOQ_SOURCE_UNREADABLE' })
  mkdirSync(late)
  writeFileSync(join(late, 'a'), 'a')
  assert.equal((await stoq.getFile(join(late, 'a'))).length, 1)
})

test('a named file that has gone is told as missing, one that is no file as what it is', async () => {
  await using scratch = openScratch()
  const { stoq } = scratch
  const gone = put('gone')
  stoq.grantPath(gone)
  stoq.grantPath('/dev/null')
  rmSync(gone)
  await assert.rejects(stoq.getFile(gone), { code: 'STOQ_SOURCE_UNREADABLE', message: /no such file/ })
  await assert.rejects(stoq.getFile('/dev/null'), { message: /it is a device/ })
})

test('thousands of named files are read as fast as few', { timeout: 30_000 }, async () => {
  await using scratch = openScratch()
  const { stoq } = scratch
  const names = Array.from({ length: 12_000 }, (_, index) => put(`f${index}`, 'x'))
  const start = performance.now()
  for (const name of names) stoq.grantPath(name)
  for (const name of names) await stoq.getFile(name)
  assert.ok(performance.now() - start < 8000)
})
