import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPlugin, openScratch, runPlugin, scanMessage } from 'stoq/testing'

const folder = import.meta.dirname
const letter = new URL('golden/letter.txt', import.meta.url)

test('a letter that differs in two lines is told, with its likeness', async () => {
  const { results } = await runPlugin(folder, letter)
  const [{ similar }] = results as [{ similar: unknown }]
  assert.deepEqual(similar, [{ name: 'invoice letter of 2026-11', likeness: 97 }])
})

test('what is less alike than least is not told', async () => {
  const { results } = await runPlugin(folder, letter, { options: { least: 98 } })
  assert.deepEqual(results, [])
})

test('in a document, it is the scan of the payload', async () => {
  const [document] = await scanMessage(folder, { path: letter.pathname })
  assert.deepEqual(Object.keys(document?.results[0]?.scan as object), ['ssdeep', 'similar'])
})

test('a file of hashes that is not there is told when the plugin is loaded', async () => {
  await assert.rejects(
    openPlugin(folder, { options: { known: 'nosuch.txt' } }),
    /cannot load worker:similar: .*nosuch/,
  )
})

test('the flag is stronger than the option', async () => {
  await using scratch = openScratch({
    argv: ['stoq', 'similar', '-k', 'nosuch.txt'],
    plugin_dir_list: [folder],
  })
  await assert.rejects(scratch.stoq.loadPlugin('similar', 'worker'), /nosuch/)
})
