import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StoqSourcePlugin } from 'stoq'
import { openPlugin } from 'stoq/testing'

const folder = import.meta.dirname

test('messages come by priority, and go when they are done', async () => {
  await using opened = await openPlugin(folder)
  const source = opened.plugin as StoqSourcePlugin
  await source.publish?.({ path: '/later' }, 'test')
  await source.publish?.({ path: '/first', tlp: 'amber' }, 'test', false, 9)
  const { messages } = await opened.run(null)
  assert.deepEqual(messages, [{ path: '/first', tlp: 'amber' }, { path: '/later' }])
  assert.deepEqual(readdirSync(join(opened.scratch.home, 'jobs/test')), [])
})

test('what is no message goes to the error queue, and the others are read', async () => {
  await using opened = await openPlugin(folder)
  const queue = join(opened.scratch.home, 'jobs/test')
  mkdirSync(queue, { recursive: true })
  writeFileSync(join(queue, '1.json'), 'no JSON')
  writeFileSync(join(queue, '2.json'), '{"path": "/a"}')
  const { messages, log } = await opened.run(null)
  assert.deepEqual(messages, [{ path: '/a' }])
  assert.deepEqual(readdirSync(`${queue}-errors`), ['1.json'])
  assert.match(log.join(), /1\.json: not JSON/)
})

test('with wait_seconds it waits for more until it is told to stop', async () => {
  await using opened = await openPlugin(folder, { options: { wait_seconds: 0.05 }, stopAfter: 2 })
  const source = opened.plugin as StoqSourcePlugin
  await source.publish?.({ path: '/a' }, 'test')
  const running = opened.run(null)
  await new Promise(resolve => setTimeout(resolve, 200))
  await source.publish?.({ path: '/b' }, 'test')
  assert.equal((await running).messages.length, 2)
})

test('a queue is a name, never a path, and holds no payloads', async () => {
  await using opened = await openPlugin(folder)
  const source = opened.plugin as StoqSourcePlugin
  await assert.rejects(async () => source.publish?.({ path: '/a' }, '../x'), /no name of a queue/)
  await assert.rejects(async () => source.publish?.({ payload: Buffer.from('x') }, 'x'), /hold none/)
})
