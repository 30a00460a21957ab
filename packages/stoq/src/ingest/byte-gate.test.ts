import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { ByteGate } from './byte-gate.ts'

async function isOpen(entering: Promise<unknown>): Promise<boolean> {
  let hasEntered = false
  void entering.then(() => {
    hasEntered = true
  })
  await turn()
  return hasEntered
}

test('payloads that fit together are held together', async () => {
  const gate = new ByteGate(100)
  await gate.enter(50)
  assert.ok(await isOpen(gate.enter(50)))
})

test('one that does not fit waits until another one leaves', async () => {
  const gate = new ByteGate(100)
  const first = await gate.enter(80)
  const second = gate.enter(30)
  assert.equal(await isOpen(second), false)
  first.leave()
  assert.ok(await isOpen(second))
})

test('one alone may be larger than the limit', async () => {
  const gate = new ByteGate(100)
  assert.ok(await isOpen(gate.enter(5000)))
})

test('one of unknown size is taken to be as large as those before', async () => {
  const gate = new ByteGate(100)
  const first = await gate.enter()
  first.settle(70)
  const second = gate.enter()
  assert.equal(await isOpen(second), false)
  first.settle(10)
  first.leave()
  assert.ok(await isOpen(second))
})

test('small payloads after a large one are soon held together again', async () => {
  const gate = new ByteGate(100)
  const large = await gate.enter()
  large.settle(90)
  large.leave()
  for (let count = 0; count < 30; count++) {
    const small = await gate.enter()
    small.settle(1)
    small.leave()
  }
  const first = await gate.enter()
  assert.ok(await isOpen(gate.enter()))
  first.leave()
})
