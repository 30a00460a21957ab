import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type Kwargs } from 'stoq'
import { openScratch } from 'stoq/testing'
import { PeCarver } from '../pe/pe.ts'
import { makeNoise, makeProgram, program, xor } from './pe_ham_brute.samples.ts'
import { PeHamBruteCarver } from './pe_ham_brute.ts'

type Item = [Record<string, unknown>, Uint8Array]

const limits = { max_recursion: 3, max_children: 1000, max_bytes: 2 ** 26, max_time: 60, max_plugin_time: 60 }

async function carveAll(payload: Uint8Array, kwargs: Kwargs = {}, options: Partial<PeHamBruteCarver> = {}) {
  const budget = new Budget(limits)
  const plugin = Object.assign(new PeHamBruteCarver(), { pe: new PeCarver(), ...options })
  const given = await plugin.carve(payload, kwargs, { budget, signal: new AbortController().signal })
  const found: Item[] = []
  for await (const item of (given ?? []) as AsyncIterable<Item>) found.push(item)
  return { found: given && found, truncated: budget.truncated }
}

async function carve(payload: Uint8Array, kwargs: Kwargs = {}): Promise<Record<string, unknown>[] | null> {
  return (await carveAll(payload, kwargs)).found?.map(([meta]) => meta) ?? null
}

test('a program under a key is found, and the key', async () => {
  const { found } = await carveAll(xor(program, Buffer.from('K3y!')))
  assert.deepEqual(found, [
    [{ offset: 0, size: program.length, key: 'K3y!', key_hex: '4b337921' }, new Uint8Array(program)],
  ])
})

test('a key that is no text is told as hex', async () => {
  assert.deepEqual(await carve(xor(program, Buffer.from('9fc3e0', 'hex'))), [
    { offset: 0, size: program.length, key_hex: '9fc3e0' },
  ])
})

test('a key that is nearly right finds nothing again', async () => {
  const key = makeNoise(2, 908583636)
  assert.equal((await carve(Buffer.concat([xor(program, key), makeNoise(50)])))?.length, 1)
})

test('keys of every length below key_length are found, once each, wherever the program begins', async () => {
  const seeds = fc.integer({ min: 1, max: 2 ** 31 })
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 63 }),
    fc.nat({ max: 300 }),
    seeds,
    async (length, before, seed) => {
      const key = makeNoise(length, seed)
      fc.pre(key.some(byte => byte !== 0))
      const found = await carve(
        Buffer.concat([makeNoise(before, seed + 1), xor(program, key), makeNoise(50)]),
      )
      assert.equal(found?.length, 1)
      const text = Buffer.alloc(64, Buffer.from(String(found?.[0]?.['key_hex']), 'hex'))
      assert.deepEqual(
        [found?.[0]?.['offset'], text.toString('hex')],
        [before, Buffer.alloc(64, key).toString('hex')],
      )
    },
  )
  await fc.assert(property, { numRuns: 200 })
})

test('a key is given as short as it is', async () => {
  const [meta] = (await carve(xor(program, Buffer.from('abcabcabc')))) ?? []
  assert.equal(meta?.['key'], 'abc')
})

test('key_length is beyond the longest key, given as a number or as text', async () => {
  const hidden = xor(program, Buffer.from('0123456789abcdef'))
  assert.equal(await carve(hidden, { key_length: 16 }), null)
  assert.equal((await carve(hidden, { key_length: '17' }))?.length, 1)
  assert.equal((await carve(hidden, { key_length: 'many' }))?.length, 1)
  assert.equal((await carve(hidden, { key_length: 1e9 }))?.length, 1)
})

test('several programs are found under one key and under several', async () => {
  const other = makeProgram(0x90)
  const payload = Buffer.concat([
    xor(program, Buffer.from('one')),
    makeNoise(30),
    xor(other, Buffer.from('second')),
  ])
  assert.deepEqual((await carve(payload))?.map(({ key }) => key).sort(), ['one', 'second'])
  assert.equal((await carve(xor(Buffer.concat([program, other]), Buffer.from('key'))))?.length, 2)
})

test('a plain program, noise and zeros give nothing', async () => {
  for (const payload of [
    program,
    makeNoise(5000),
    Buffer.alloc(5000),
    Buffer.alloc(0),
    Buffer.from('x'),
    Buffer.alloc(5000, 'ab'),
  ])
    assert.equal(await carve(payload), null)
})

test('what is behind maximum_size is not looked at, and that is told', async () => {
  const payload = Buffer.concat([makeNoise(3000), xor(program, Buffer.from('key'))])
  const { found, truncated } = await carveAll(payload, {}, { maximum_size: 2000 })
  assert.equal(found, null)
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['maximum_size'],
  )
})

test('a program that begins before maximum_size is found whole', async () => {
  const { found } = await carveAll(xor(program, Buffer.from('key')), {}, { maximum_size: 600 })
  assert.equal(found?.[0]?.[1].length, program.length)
})

test('an aborted signal ends the search', async () => {
  const plugin = Object.assign(new PeHamBruteCarver(), { pe: new PeCarver() })
  const context = { budget: new Budget(limits), signal: AbortSignal.abort() }
  assert.equal(await plugin.carve(xor(program, Buffer.from('key')), {}, context), null)
})

test('the plugin finds the carver that it needs by itself', async () => {
  await using scratch = openScratch()
  const plugin = await scratch.stoq.loadPlugin('pe_ham_brute', 'carver')
  assert.ok((plugin as PeHamBruteCarver).pe instanceof Object)
})

const hostile: Record<string, () => Buffer> = {
  zeros: () => Buffer.alloc(10 << 20),
  noise: () => makeNoise(10 << 20),
  'two letters': () => Buffer.alloc(10 << 20, 'ab'),
  'a key in every 200 bytes': () =>
    Buffer.concat(
      Array.from({ length: 10_000 }, (_, seed) => Buffer.alloc(200, makeNoise(2 + (seed % 60), seed))),
    ),
}
for (const [name, make] of Object.entries(hostile)) {
  test(`megabytes of ${name} are searched in seconds`, { timeout: 30_000 }, async () => {
    assert.equal(await carve(make()), null)
  })
}
