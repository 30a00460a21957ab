import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openPlugin, runPlugin } from 'stoq/testing'

const folder = import.meta.dirname

test('documents that come together are saved together, a repeat in the place of itself', async () => {
  await using opened = await openPlugin(folder)
  const save = (id: string, text: string) => opened.run({ text }, { id, sha1: 'a', index: 'yara' })
  const answers = await Promise.all([save('1', 'one'), save('2', 'two'), save('1', 'one again')])
  assert.deepEqual(
    answers.map(({ results, fault }) => [results, fault]),
    [
      [['1'], null],
      [['2'], null],
      [['1'], null],
    ],
  )
  const database = new DatabaseSync(join(opened.scratch.stoq.settings.results_dir, 'stoq.db'))
  const rows = database.prepare('SELECT document FROM documents ORDER BY id').all()
  database.close()
  assert.deepEqual(rows.map(Object.values), [['{"text":"one again"}'], ['{"text":"two"}']])
})

test('what cannot be saved is told, and not lost in silence', async () => {
  const { fault } = await runPlugin(folder, { id: '1' }, { options: { file: '/dev/null/stoq.db' } })
  assert.equal(fault?.code, 'STOQ_CONNECTOR_SAVE')
})

test('what waits when stoQ ends is saved', async () => {
  await using opened = await openPlugin(folder, { options: { commit_seconds: 1000 } })
  const saved = opened.run({ text: 'last' }, { id: '1' })
  await opened.plugin.deactivate()
  assert.deepEqual((await saved).results, ['1'])
})

test('a payload is not archived', async () => {
  const { fault } = await runPlugin(folder, Buffer.from('x'), { kwargs: { archive: true } })
  assert.equal(fault?.code, 'STOQ_CONNECTOR_SAVE')
})
