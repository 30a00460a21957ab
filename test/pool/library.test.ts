import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Stoq } from 'stoq'
import { scratchFolder } from '../e2e/stoq.ts'
import { hostilePlugins } from './hostile.ts'
import { childrenOf, waitUntil } from './processes.ts'

function open(): { stoq: Stoq; home: string } {
  const home = scratchFolder()
  const stoq = new Stoq({
    ...{ base_dir: home, plugin_dir_list: [hostilePlugins], isolates: true },
    stderr: () => {},
  })
  return { stoq, home }
}

test('a run that cannot be set up leaves no process behind', async () => {
  const { stoq, home } = open()
  const worker = await stoq.loadPlugin('trouble', 'worker')
  worker.output_connector = 'nosuch'
  await assert.rejects(worker.start(Buffer.from('good')), /nosuch/)
  await waitUntil(() => childrenOf(process.pid).length === 0)
  assert.deepEqual(readdirSync(join(home, 'temp')), [])
  await stoq.close()
})

test('a scan that is under way ends when its run is closed', async () => {
  const { stoq } = open()
  const worker = await stoq.loadPlugin('trouble', 'worker')
  const scan = worker.start(Buffer.from('spin'))
  const end = assert.rejects(scan, { code: 'STOQ_RUN_STOPPED' })
  await sleep(600)
  await (await worker.openRun()).close()
  await end
  await stoq.close()
  await waitUntil(() => childrenOf(process.pid).length === 0)
})
