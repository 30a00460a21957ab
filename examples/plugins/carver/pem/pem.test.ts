import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runPlugin, scanMessage } from 'stoq/testing'

const folder = import.meta.dirname
const block = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

test('a block is cut out with its place and its label', async () => {
  const { found, fault } = await runPlugin(folder, `key = "${block}"`)
  assert.equal(fault, null)
  assert.deepEqual(found[0]?.meta, {
    filename: 'CERTIFICATE.pem',
    offset: 7,
    size: block.length,
    label: 'CERTIFICATE',
  })
  assert.equal(String(found[0]?.content), block)
})

test('labels of the option are left out', async () => {
  const { found } = await runPlugin(folder, block, { options: { ignore_list: ['CERTIFICATE'] } })
  assert.deepEqual(found, [])
})

test('a block without an end is told, beside those that have one', async () => {
  const { found, fault } = await runPlugin(folder, `${block}\n-----BEGIN CERTIFICATE-----\nMIIB`)
  assert.equal(found.length, 1)
  assert.match(String(fault), /no end of the block at 59/)
})

test('its rule cuts blocks out of a file', async () => {
  const rules = readFileSync(new URL('pem.yar', import.meta.url), 'utf8')
  const path = new URL('golden/config.txt', import.meta.url).pathname
  const [document] = await scanMessage(folder, { path }, { rules })
  assert.deepEqual([document?.payloads, document?.errors.length], [2, 1])
})

test('a million beginnings are one pass', async () => {
  const begin = performance.now()
  await runPlugin(folder, '-----BEGIN A-----'.repeat(1_000_000))
  assert.ok(performance.now() - begin < 5000)
})
