import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { History, mostLines } from './history.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-history-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('lines are there in the next shell, last one first, for nobody but their owner', () => {
  const file = join(folder, 'new/home/shell_history')
  const history = new History(file)
  for (const line of ['list', '', 'read a', 'x'.repeat(5000)]) history.add(line)
  assert.deepEqual(new History(file).read(), ['read a', 'list'])
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a file that others can read is closed to them', () => {
  const file = join(folder, 'open')
  writeFileSync(file, 'list\n')
  chmodSync(file, 0o644)
  new History(file).add('read a')
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a long file is cut, and so is one without lines', () => {
  const file = join(folder, 'long')
  writeFileSync(file, Array.from({ length: 3000 }, (_, index) => `line ${index}\n`).join(''))
  const lines = new History(file).read()
  assert.equal(lines.length, mostLines)
  assert.equal(lines[0], 'line 2999')
  assert.equal(readFileSync(file, 'utf8').split('\n').length, mostLines + 1)
  writeFileSync(file, `${'x'.repeat(2 ** 21)}\nlast\n`)
  assert.deepEqual(new History(file).read(), ['last'])
  assert.equal(readFileSync(file, 'utf8'), 'last\n')
})

test('a link is not followed, and what cannot be read or written is left out', () => {
  const target = join(folder, 'target')
  writeFileSync(target, 'kept\n')
  symlinkSync(target, join(folder, 'link'))
  const history = new History(join(folder, 'link'))
  history.add('list')
  assert.deepEqual(history.read(), [])
  assert.equal(readFileSync(target, 'utf8'), 'kept\n')
  assert.deepEqual(new History(join(folder, 'target/below')).read(), [])
})
