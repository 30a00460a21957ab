import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallStatistics, percentile } from './statistics.ts'

test('calls are counted by plugin, the one that took most time first', () => {
  const statistics = new CallStatistics()
  statistics.add('decoder:b64', 1, 10)
  statistics.add('worker:yara', 5, 100)
  statistics.add('worker:yara', 5, 100)
  statistics.fail('worker:yara')
  const [[first, counted] = ['', null], [second] = ['']] = statistics.all()
  assert.deepEqual([first, second], ['worker:yara', 'decoder:b64'])
  assert.deepEqual(
    { calls: counted?.calls, time: counted?.time, bytes: counted?.bytes, errors: counted?.errors },
    { calls: 2, time: 10, bytes: 200, errors: 1 },
  )
})

test('a percentile is at most a fifth above the true one', () => {
  const statistics = new CallStatistics()
  for (let milliseconds = 1; milliseconds <= 100; milliseconds++) statistics.add('w', milliseconds, 0)
  const [[, counted] = ['', null]] = statistics.all()
  assert.ok(counted)
  for (const part of [0.5, 0.9, 0.99]) {
    const found = percentile(counted, part)
    assert.ok(found >= part * 100 && found < part * 100 * 1.2, `${part}: ${found}`)
  }
})

test('what was taken is not counted twice, and adds up elsewhere', () => {
  const [one, all] = [new CallStatistics(), new CallStatistics()]
  one.add('w', 2, 3)
  all.merge(one.take())
  one.add('w', 2, 3)
  all.merge(one.take())
  all.merge(one.take())
  assert.equal(all.all()[0]?.[1].calls, 2)
  assert.equal(all.all()[0]?.[1].bytes, 6)
})
