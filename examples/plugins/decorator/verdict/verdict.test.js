import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlugin } from 'stoq/testing'

const hit = (...tags) => ({ scan: [{ rule: 'r', tags, meta: {}, strings: [] }] })
const document = (...results) => ({ id: '1', results, errors: [], truncated: [] })
const verdictOf = async (given, options) =>
  (await runPlugin(import.meta.dirname, given, { options })).results[0].verdict

test('tags of all payloads count together', async () => {
  assert.deepEqual(await verdictOf(document(hit('suspicious'), { scan: null })), {
    word: 'suspicious',
    score: 5,
  })
  assert.deepEqual(await verdictOf(document(hit('suspicious'), hit('suspicious', 'file'))), {
    word: 'malicious',
    score: 10,
  })
})

test('nothing found is clean, unless something was not looked at', async () => {
  assert.equal((await verdictOf(document({ scan: null }))).word, 'clean')
  assert.equal((await verdictOf({ ...document(), truncated: [{}] })).word, 'unknown')
})

test('options say what a tag counts; everything else of the document stays', async () => {
  assert.equal(
    (await verdictOf(document(hit('odd')), { weights: { odd: 1 }, malicious: 1 })).word,
    'malicious',
  )
  const { results } = await runPlugin(import.meta.dirname, { ...document(), campaign: 'winter' })
  assert.deepEqual(results[0], { ...document(), campaign: 'winter', verdict: { word: 'clean', score: 0 } })
})
