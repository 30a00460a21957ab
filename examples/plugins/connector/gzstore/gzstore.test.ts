import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { getSha1, type StoqConnectorPlugin } from 'stoq'
import { openPlugin, runPlugin } from 'stoq/testing'

const folder = import.meta.dirname
const payload = Buffer.from('something '.repeat(1000))
const sha1 = getSha1(payload)

test('a payload is compressed, and found again by its sha1', async () => {
  await using opened = await openPlugin(folder)
  const { results } = await opened.run(payload, { archive: true, sha1 })
  const file = readFileSync(String(results[0]))
  assert.ok(file.length < 200)
  assert.deepEqual(gunzipSync(file), payload)
  const connector = opened.plugin as StoqConnectorPlugin
  assert.deepEqual(await connector.getFile?.({ sha1 }), payload)
  assert.equal(await connector.getFile?.({ sha1: getSha1(Buffer.from('another')) }), null)
})

test('streams go in and come out, and what is there is not written again', async () => {
  await using opened = await openPlugin(folder)
  const connector = opened.plugin as StoqConnectorPlugin
  const save = () =>
    connector.saveStream?.({ size: payload.length, stream: Readable.from([payload]) }, { sha1 })
  assert.equal(await save(), await save())
  const found = await connector.getStream?.({ sha1 })
  assert.equal(found?.size, payload.length)
  assert.deepEqual(found && (await buffer(found.stream)), payload)
})

test('a hash from a message is no path', async () => {
  await using opened = await openPlugin(folder)
  const connector = opened.plugin as StoqConnectorPlugin
  await assert.rejects(async () => connector.getFile?.({ sha1: '../../etc/passwd' }), /is no sha1/)
})

test('documents are refused', async () => {
  const { fault } = await runPlugin(folder, { id: '1' })
  assert.equal(fault?.code, 'STOQ_CONNECTOR_SAVE')
})
