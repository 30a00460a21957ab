import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ToProcess } from './messages.ts'
import type { ScanProcess } from './scan-process.ts'
import { Sharing } from './sharing.ts'

/** A process with payloads of which it has begun the first, and what it was told. */
function makeProcess(...ids: number[]) {
  const told: ToProcess[] = []
  const process = {
    rights: [],
    jobs: new Map(ids.map(id => [id, { id }])),
    isRetiring: false,
    isAlive: true,
    isReady: true,
    calls: () => ids.slice(0, 1).map(id => ({ id })),
    send: (message: ToProcess) => void told.push(message),
  } as unknown as ScanProcess
  const asks = () => told.flatMap(message => (message.kind === 'revoke' ? [message.ask] : []))
  return { process, asks }
}

test('the half that has not begun is asked for, and given', () => {
  const full = makeProcess(1, 2, 3)
  const idle = makeProcess()
  const sharing = new Sharing(new Set([full.process, idle.process]))
  sharing.ask(idle.process)
  const [ask = 0] = full.asks()
  assert.deepEqual(
    sharing.given(full.process, ask, [3]).map(({ id }) => id),
    [3],
  )
  assert.deepEqual([...full.process.jobs.keys()], [1, 2])
})

test('an answer that comes too late does not stand for the next one: nothing is dropped that nobody has', async () => {
  const full = makeProcess(1, 2, 3, 4, 5)
  const idle = makeProcess()
  const sharing = new Sharing(new Set([full.process, idle.process]))
  sharing.ask(idle.process)
  await sleep(60)
  assert.deepEqual(
    sharing.overdue().map(({ id }) => id),
    [4, 5],
  )
  sharing.ask(idle.process)
  const [late = 0, next = 0] = full.asks()
  // The process has dropped what it was asked for both times.
  assert.deepEqual(sharing.given(full.process, late, [4, 5]), [])
  assert.deepEqual(
    sharing.given(full.process, next, [3]).map(({ id }) => id),
    [3],
  )
})

test('what was not asked for is not given', () => {
  const full = makeProcess(1, 2, 3)
  const idle = makeProcess()
  const sharing = new Sharing(new Set([full.process, idle.process]))
  assert.deepEqual(sharing.given(full.process, 1, [2, 3]), [])
  sharing.ask(idle.process)
  const [ask = 0] = full.asks()
  assert.deepEqual(sharing.given(full.process, ask, [2]), [])
})
