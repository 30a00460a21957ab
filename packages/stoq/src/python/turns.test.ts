import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('each has its turn when all before have ended', async () => {
  const turns = new Turns()
  const seen: number[] = []
  const work = [30, 1, 10].map(async (milliseconds, index) => {
    const end = await turns.take(null)
    await new Promise(resolve => setTimeout(resolve, milliseconds))
    seen.push(index)
    end()
  })
  await Promise.all(work)
  assert.deepEqual(seen, [0, 1, 2])
})

test('who gives up waiting keeps nobody waiting', async () => {
  const turns = new Turns()
  const end = await turns.take(null)
  const stop = new AbortController()
  const given = turns.take(stop.signal)
  const last = turns.take(null)
  stop.abort(new Error('no more'))
  await assert.rejects(given, /no more/)
  let isLast = false
  void last.then(() => {
    isLast = true
  })
  await new Promise(resolve => setTimeout(resolve, 5))
  assert.equal(isLast, false)
  end()
  ;(await last)()
  ;(await turns.take(stop.signal).catch(() => () => {}))()
  ;(await turns.take(null))()
})
