import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Budget } from './budget.ts'

const limits = { max_recursion: 3, max_children: 2, max_bytes: 10, max_time: 60, max_plugin_time: 1 }

test('children and bytes are booked until a limit is met, which is told once', () => {
  const budget = new Budget(limits)
  budget.payloadId = 7
  assert.ok(budget.takeChild(4))
  assert.equal(budget.remainingBytes, 6)
  assert.ok(!budget.takeChild(7))
  assert.ok(!budget.takeChild(8))
  assert.deepEqual(budget.truncated, [
    { limit: 'max_bytes', payload_id: 7, detail: 'more than 10 bytes produced' },
  ])
})

test('a child of no bytes counts as a child', () => {
  const budget = new Budget(limits)
  assert.ok(budget.takeChild(0) && budget.takeChild(0))
  assert.ok(!budget.takeChild(0))
  assert.equal(budget.truncated[0]?.limit, 'max_children')
})

test('time that is up is told as max_time', () => {
  const budget = new Budget({ ...limits, max_time: 0 })
  assert.ok(!budget.hasTime())
  assert.equal(budget.truncated[0]?.limit, 'max_time')
})
