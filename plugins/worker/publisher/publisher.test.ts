import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Kwargs } from 'stoq'
import { openScratch } from 'stoq/testing'
import type { PublisherWorker } from './publisher.ts'

interface Published {
  message: Kwargs
  queue: string
  priority: number
}

/** The worker with a source that keeps what is put on its queues. */
async function openPublisher(options: Record<string, string> = {}) {
  const scratch = openScratch({ plugin_options: { worker: { publisher: options } } })
  const worker = (await scratch.stoq.loadPlugin('publisher', 'worker')) as PublisherWorker
  const published: Published[] = []
  const publish = (message: Kwargs, queue: string, _err: boolean, priority: number) =>
    void published.push({ message, queue, priority })
  Object.assign(worker.sources, { rabbitmq: { id: 'source:kept', publish } })
  const file = join(scratch.home, 'a.txt')
  writeFileSync(file, 'hello')
  return { scratch, worker, published, file }
}

const sha1 = createHash('sha1').update('hello').digest('hex')

test('every queue is told the absolute path, the sha1 and the lineage', async () => {
  const { scratch, worker, published, file } = await openPublisher({ submission_list: 'yara, peinfo' })
  await using _ = scratch
  assert.deepEqual(await worker.start(null, { path: file, archive: 'file', ticket: 7 }), [])
  const [first] = published
  assert.deepEqual(
    published.map(({ queue }) => queue),
    ['yara', 'peinfo'],
  )
  assert.equal(first?.message.uuid?.length, 1)
  assert.deepEqual({ ...first?.message, uuid: 0 }, { path: file, archive: 'file', ticket: 7, uuid: 0, sha1 })
})

test('a message may name queues and priority, for itself only', async () => {
  const { scratch, worker, published, file } = await openPublisher()
  await using _ = scratch
  await worker.start(null, { path: file, archive: 'file', submission_list: ['exif'], priority: 7 })
  await worker.start(null, { path: file, archive: 'file' })
  assert.deepEqual(
    published.map(({ queue, priority }) => [queue, priority]),
    [
      ['exif', 7],
      ['yara', 0],
    ],
  )
})

test('a priority beyond 10 is a fault', async () => {
  const { scratch, worker, file } = await openPublisher()
  await using _ = scratch
  await assert.rejects(worker.scan(null, { path: file, priority: 11 }), /priority must be 0 to 10, got '11'/)
})

test('with an archive the payload is saved first, and the message names it by its hashes', async () => {
  const { scratch, worker, published, file } = await openPublisher()
  await using _ = scratch
  worker.archive_connector = 'file'
  await worker.start(null, { path: file, archive: 'file' })
  const message: Kwargs = published[0]?.message ?? {}
  assert.equal(message.path, undefined)
  assert.deepEqual([message['archive'], message['sha1'], message.filename], ['file', sha1, 'a.txt'])
  const kept = join(scratch.stoq.settings.archive_base, ...sha1.slice(0, 5), sha1)
  assert.equal(readFileSync(kept, 'utf8'), 'hello')
})

test('bytes in a message are handed on', async () => {
  const { scratch, worker, published } = await openPublisher()
  await using _ = scratch
  await worker.start(Buffer.from('hello'), {})
  assert.deepEqual(published[0]?.message['sha1'], sha1)
  assert.deepEqual(Buffer.from(published[0]?.message['payload'] as Uint8Array).toString(), 'hello')
})

test('a path that may not be read is not told to anyone', async () => {
  const { scratch, worker, published } = await openPublisher()
  await using _ = scratch
  const outside = join(mkdtempSync(join(scratch.home, '../stoq-outside-')), 'a')
  writeFileSync(outside, 'x')
  await assert.rejects(worker.scan(null, { path: outside }), { code: 'STOQ_SOURCE_FORBIDDEN' })
  assert.deepEqual(published, [])
})
