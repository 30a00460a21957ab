import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { descendants, memoryOf } from './process-tree.ts'

test('memory in use is counted in bytes, whatever the size of a page is', {
  skip: process.platform !== 'linux',
}, () => {
  const difference = memoryOf(process.pid) / process.memoryUsage.rss()
  assert.ok(difference > 0.8 && difference < 1.25, String(difference))
})

test('what a thread has started is a child of the process too', {
  skip: process.platform !== 'linux',
}, async () => {
  const script = `
    const { spawn } = require('node:child_process')
    const child = spawn('sleep', ['30'])
    require('node:worker_threads').parentPort.postMessage(child.pid)`
  const worker = new Worker(script, { eval: true })
  const [pid] = (await once(worker, 'message')) as [number]
  assert.ok(descendants(process.pid).includes(pid))
  process.kill(pid)
  await worker.terminate()
  const own = spawn('sleep', ['30'])
  assert.ok(descendants(process.pid).includes(own.pid ?? 0))
  own.kill()
})
