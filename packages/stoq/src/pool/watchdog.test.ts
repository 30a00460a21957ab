import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallRecord } from './call-record.ts'
import type { Job } from './job.ts'
import type { ScanProcess } from './scan-process.ts'
import { Watchdog } from './watchdog.ts'

const limits = {
  ...{ max_recursion: 3, max_children: 9, max_bytes: 9, max_time: 9 },
  ...{ max_plugin_time: 0.1, max_memory: 2 ** 40 },
}

function standIn(jobs: [number, Job][], calls: CallRecord[] = []) {
  const told: string[] = []
  const process = {
    ...{
      pid: globalThis.process.pid,
      isAlive: true,
      isReady: true,
      rights: [],
      idleSince: null,
      isRetiring: false,
    },
    ...{ jobs: new Map(jobs), calls: () => calls },
    giveUp: (fault: string) => void told.push(fault),
    kill: (limit: string) => void told.push(limit),
    endIfDone: () => {
      if (process.isRetiring && process.jobs.size === 0) told.push('end')
    },
  }
  return { process: process as unknown as ScanProcess, told }
}

async function watch(process: ScanProcess, memory = limits.max_memory): Promise<void> {
  const watchdog = new Watchdog({ ...limits, max_memory: memory }, () => [process])
  watchdog.start()
  await sleep(800)
  watchdog.stop()
}

test('a process that begins nothing of what it was given is given up', async () => {
  const { process, told } = standIn([[7, {} as Job]])
  await watch(process)
  assert.equal(told[0], 'it did not begin what it was given')
})

test('a process is stopped also at a payload that was taken from it', async () => {
  const call = { id: 6, payload_id: 0, plugin: 'worker:w', since: Date.now() }
  const { process, told } = standIn([], [call])
  await watch(process)
  assert.equal(told[0], 'max_plugin_time')
})

test('a process that has grown and is idle is ended: it takes no more payloads', async () => {
  const { process, told } = standIn([])
  await watch(process, globalThis.process.memoryUsage.rss() * 1.5)
  assert.equal(told[0], 'end')
})
