import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterDeath, type Death, newJob, secondsFor } from './job.ts'

const call = { id: 1, payload_id: 0, plugin: 'worker:w', since: 0 }
const crash: Death = { limit: null, how: 'it ended with status 3', call, isAlone: true }
const slow: Death = { limit: 'max_plugin_time', how: 'it was ended', call, isAlone: true }

function job() {
  const request = { payload: null, kwargs: {}, tlp: 'white' }
  return newJob(1, request, { resolve: () => {}, reject: () => {} })
}

test('after the first crash the same is tried once more: it may have been an accident', () => {
  const one = job()
  assert.equal(afterDeath(one, crash), 'again')
  assert.deepEqual(one.skips, [])
  assert.equal(one.poison, null)
})

test('after the second crash the payload is poisonous, and the call is left out', () => {
  const one = job()
  afterDeath(one, crash)
  assert.equal(afterDeath(one, crash), 'again')
  const message = 'it ended with status 3 while worker:w worked on payload 0'
  assert.equal(one.poison, message)
  assert.deepEqual(one.skips, [{ payload_id: 0, plugin: 'worker:w', limit: null, message }])
})

test('a call that went over a limit is left out at once, and is no poison by itself', () => {
  const one = job()
  assert.equal(afterDeath(one, slow), 'again')
  assert.deepEqual(one.skips, [
    { payload_id: 0, plugin: 'worker:w', limit: 'max_plugin_time', message: 'worker:w was stopped' },
  ])
  assert.equal(one.poison, null)
})

test('a second process that ends makes the payload poisonous, whatever ended it', () => {
  const one = job()
  afterDeath(one, slow)
  afterDeath(one, { ...slow, call: { ...call, payload_id: 3 } })
  assert.equal(one.poison, 'worker:w was stopped')
})

test('when others were under way nobody is blamed: each is scanned alone next time', () => {
  const one = job()
  assert.equal(afterDeath(one, { ...crash, isAlone: false }), 'again')
  assert.equal(one.deaths, 0)
  assert.ok(one.isAlone)
})

test('a call that ends processes although it is left out is given up', () => {
  const one = job()
  afterDeath(one, slow)
  assert.equal(afterDeath(one, slow), 'given up')
})

test('a payload with ever new calls that end processes is given up in the end', () => {
  const one = job()
  const fates = Array.from({ length: 6 }, (_, payload_id) =>
    afterDeath(one, { ...slow, call: { ...call, payload_id } }),
  )
  assert.deepEqual(fates, ['again', 'again', 'again', 'again', 'again', 'given up'])
})

test('an attempt has the time that is left of the budget, and a few seconds in any case', () => {
  const one = job()
  assert.equal(secondsFor(one, 300), 300)
  one.begun = Date.now() - 100_000
  assert.ok(Math.abs(secondsFor(one, 300) - 200) < 1)
  one.begun = Date.now() - 400_000
  assert.equal(secondsFor(one, 300), 5)
  assert.equal(secondsFor(one, 2), 2)
})
