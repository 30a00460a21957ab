import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runPlugin, scanMessage } from 'stoq/testing'

const folder = import.meta.dirname
const decode = async (text, kwargs = {}) =>
  (await runPlugin(folder, text, { kwargs })).found.map(({ content }) => String(content))

test('the whole payload is turned around', async () => {
  assert.deepEqual(await decode('abcde'), ['edcba'])
})

test('a rule says how many bytes belong together; those at the end may be fewer', async () => {
  assert.deepEqual(await decode('abcdefg', { group: 2 }), ['badcfeg'])
  assert.deepEqual(await decode('abcdefg', { group: '4' }), ['dcbagfe'])
})

test('what is no number is a fault that says so', async () => {
  const { fault } = await runPlugin(folder, 'ab', { kwargs: { group: 'two' } })
  assert.match(String(fault), /group must be a number of bytes, got 'two'/)
})

test('its rules find programs in both orders', async () => {
  const rules = readFileSync(new URL('reverse.yar', import.meta.url), 'utf8')
  for (const name of ['reversed.bin', 'swapped.bin']) {
    const path = fileURLToPath(new URL(`golden/${name}`, import.meta.url))
    const [document] = await scanMessage(folder, { path }, { rules })
    assert.equal(document.results[1].dispatcher, 'decoder:reverse', name)
  }
})
