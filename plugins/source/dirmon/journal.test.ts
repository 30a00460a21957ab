import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openScratch } from 'stoq/testing'
import { Journal } from './journal.ts'

function open(home: string, log: ConstructorParameters<typeof Journal>[1]) {
  return new Journal({ state: join(home, 'state'), worker: 'yara', directory: '/in' }, log)
}

test('what was added is known after a restart, whatever else stands in the file', async () => {
  await using scratch = openScratch()
  const journal = open(scratch.home, scratch.stoq.log)
  await Promise.all([journal.add('a', '1'), journal.add('b\n"', '2'), journal.add('__proto__', '3')])
  await journal.add('a', '4')
  const [name = ''] = readdirSync(join(scratch.home, 'state'))
  assert.match(name, /^dirmon-[0-9a-f]{16}\.jsonl$/)
  appendFileSync(join(scratch.home, 'state', name), '["c"]\n[1, 2]\nnull\n{}\n["d", "to')
  const again = open(scratch.home, scratch.stoq.log)
  assert.ok(again.has('a', '4') && again.has('b\n"', '2') && again.has('__proto__', '3'))
  assert.ok(!again.has('a', '1') && !again.has('c', '') && !again.has('d', 'to'))
})

test('a file that comes a hundred thousand times is a short journal', async () => {
  await using scratch = openScratch()
  const journal = open(scratch.home, scratch.stoq.log)
  const adding = []
  for (let count = 0; count < 100_000; count++) {
    adding.push(journal.add('same', String(count)))
    if (count % 1000 === 0) await journal.flush()
  }
  await Promise.all(adding)
  const [name = ''] = readdirSync(join(scratch.home, 'state'))
  const lines = readFileSync(join(scratch.home, 'state', name), 'utf8').split('\n').length
  assert.ok(lines < 15_000, `${lines} lines`)
  assert.ok(open(scratch.home, scratch.stoq.log).has('same', '99999'))
})

test('files that are gone are remembered, the newest hundred thousand', async () => {
  await using scratch = openScratch()
  const journal = open(scratch.home, scratch.stoq.log)
  const adding = []
  for (let count = 0; count < 100_010; count++) adding.push(journal.add(`file ${count}`, '1'))
  await Promise.all(adding)
  journal.keep(new Set(['file 0']))
  assert.ok(journal.has('file 0', '1') && journal.has('file 100009', '1') && journal.has('file 10', '1'))
  assert.ok(!journal.has('file 1', '1') && !journal.has('file 9', '1'))
})

test('every directory and every worker has a journal of its own', async () => {
  await using scratch = openScratch()
  const state = join(scratch.home, 'state')
  for (const [worker, directory] of [
    ['yara', '/in'],
    ['yara', '/out'],
    ['peinfo', '/in'],
  ] as const)
    new Journal({ state, worker, directory }, scratch.stoq.log)
  assert.equal(readdirSync(state).length, 3)
})
