import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runPlugin, scanMessage } from 'stoq/testing'

const folder = import.meta.dirname
const visit = new URL('golden/visit.har', import.meta.url)

test('each answer is found, with its address, but no pictures and nothing empty', async () => {
  const { found, fault } = await runPlugin(folder, visit)
  assert.equal(fault, null)
  assert.deepEqual(
    found.map(({ meta }) => [meta['filename'], meta['status']]),
    [
      ['index.html', 200],
      ['..%2fsetup.exe', 200],
    ],
  )
  assert.match(String(found[1]?.content), /^MZ/)
})

test('what can be read is found, and what cannot is told', async () => {
  const { found, fault } = await runPlugin(folder, new URL('golden/odd.har', import.meta.url))
  assert.deepEqual([found.length, fault?.code], [1, 'STOQ_PLUGIN_FAILED'])
})

test('a file that was cut is told, other JSON is not ours', async () => {
  const { fault } = await runPlugin(folder, new URL('golden/cut.har', import.meta.url))
  assert.equal(fault?.code, 'STOQ_JSON_SYNTAX')
  for (const text of ['{"entries": 1}', '{"log": {"entries": {}}}', '[{"entries"}]'])
    assert.deepEqual((await runPlugin(folder, text)).found, [])
})

test('the budget ends it, and that is told', async () => {
  const { found, truncated } = await runPlugin(folder, visit, { limits: { max_children: 1 } })
  assert.deepEqual([found.length, truncated[0]?.limit], [1, 'max_children'])
})

test('its rule takes recorded traffic apart, and leaves other JSON alone', async () => {
  const rules = readFileSync(new URL('har.yar', import.meta.url), 'utf8')
  const [document] = await scanMessage(folder, { path: visit.pathname }, { rules })
  assert.equal(document?.payloads, 3)
  const [other] = await scanMessage(folder, { payload: Buffer.from('{"entries": []}') }, { rules })
  assert.equal(other?.payloads, 1)
})
