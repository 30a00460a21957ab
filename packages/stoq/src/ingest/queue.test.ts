import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MessageQueue } from './queue.ts'

test('items come out in the order in which they went in, whatever the limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), fc.integer({ min: 1, max: 5 }), async (items, limit) => {
      const queue = new MessageQueue<number>(limit)
      const taken: number[] = []
      const reader = (async () => {
        for (let item = await queue.take(); item !== undefined; item = await queue.take()) taken.push(item)
      })()
      for (const item of items) await queue.put(item)
      queue.close()
      await reader
      assert.deepEqual(taken, items)
    }),
  )
})

test('put waits while the queue is full', async () => {
  const queue = new MessageQueue<number>(1)
  await queue.put(1)
  let second = false
  const putting = queue.put(2).then(() => {
    second = true
  })
  await new Promise(setImmediate)
  assert.equal(second, false)
  assert.equal(await queue.take(), 1)
  await putting
  assert.equal(second, true)
})

test('several putters and takers never wait for each other for ever', { timeout: 10_000 }, async () => {
  const queue = new MessageQueue<number>(1)
  let taken = 0
  const readers = Array.from({ length: 4 }, async () => {
    for (let item = await queue.take(); item !== undefined; item = await queue.take()) taken++
  })
  const writers = Array.from({ length: 5 }, async () => {
    for (let item = 0; item < 20; item++) await queue.put(item)
  })
  await Promise.all(writers)
  queue.close()
  await Promise.all(readers)
  assert.equal(taken, 100)
})

test('a closed queue takes nothing more, also from those that wait', async () => {
  const queue = new MessageQueue<number>(1)
  await queue.put(1)
  const waiting = queue.put(2)
  queue.close()
  assert.equal(await waiting, false)
  assert.equal(await queue.put(3), false)
  assert.equal(await queue.take(), 1)
  assert.equal(await queue.take(), undefined)
})

test('a closed queue gives what it holds and then nothing', async () => {
  const queue = new MessageQueue<number>(3)
  await queue.put(1)
  queue.close()
  assert.equal(await queue.take(), 1)
  assert.equal(await queue.take(), undefined)
})
