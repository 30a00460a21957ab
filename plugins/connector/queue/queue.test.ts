import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScratch } from 'stoq/testing'

/** Opens the connector for a worker that reads `source_queue`. */
async function openQueue(options: Record<string, string>, source_queue?: string) {
  const scratch = openScratch({ plugin_options: { connector: { queue: options } } })
  const worker = await scratch.stoq.loadPlugin('yara', 'worker')
  if (source_queue !== undefined) worker.source_queue = source_queue
  return { scratch, load: () => worker.loadConnector('queue') }
}

test('the queue that the worker reads is refused: its documents would be scanned without end', async () => {
  for (const source_queue of [undefined, 'jobs']) {
    const queue = source_queue ?? 'yara'
    const { scratch, load } = await openQueue({ queue }, source_queue)
    await using _ = scratch
    await assert.rejects(load(), /documents on queue '\w+', which the worker reads/)
  }
})

test('a source without queues is refused, and a payload for the archive', async () => {
  const { scratch, load } = await openQueue({ publisher: 'filedir' })
  await using _ = scratch
  const connector = await load()
  await assert.rejects(async () => connector.save({}), /source:filedir has no queues/)
  await assert.rejects(async () => connector.save(Buffer.from('x'), { archive: true }), /is no archive/)
})
