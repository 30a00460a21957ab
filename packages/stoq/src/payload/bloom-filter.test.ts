import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { BloomFilter } from './bloom-filter.ts'

async function filterPath(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stoq-bloom-'))
  context.after(() => rm(folder, { recursive: true }))
  return join(folder, 'senders')
}

async function newFilter(path: string, size = 1000, rate = 0.01): Promise<BloomFilter> {
  const filter = new BloomFilter()
  assert.equal(await filter.createFilter(path, size, rate), true)
  return filter
}

async function imported(path: string): Promise<BloomFilter> {
  const filter = new BloomFilter()
  assert.equal(await filter.importFilter(path), true)
  return filter
}

test('an item is known once it was added, text and bytes alike', async context => {
  const filter = await newFilter(await filterPath(context))
  assert.equal(filter.queryFilter('a@example.com'), false)
  assert.equal(filter.queryFilter('a@example.com', true), false)
  assert.equal(filter.queryFilter('a@example.com', true), true)
  assert.equal(filter.queryFilter(Buffer.from('a@example.com')), true)
  assert.equal(filter.queryFilter(''), false)
})

test('a question alone adds nothing', async context => {
  const filter = await newFilter(await filterPath(context))
  filter.queryFilter('x')
  assert.equal(filter.queryFilter('x'), false)
})

test('a full filter knows all its items, and takes others for known about as often as asked for', async context => {
  const filter = await newFilter(await filterPath(context), 5000, 0.01)
  for (let item = 0; item < 5000; item++) filter.queryFilter(`in ${item}`, true)
  const known = (word: string) =>
    Array.from({ length: 5000 }, (_, item) => filter.queryFilter(`${word} ${item}`))
  assert.ok(known('in').every(Boolean))
  const falsePositives = known('out').filter(Boolean).length / 5000
  assert.ok(falsePositives > 0.002 && falsePositives < 0.03, String(falsePositives))
})

test('a backup with interval 0 saves once', async context => {
  const path = await filterPath(context)
  const filter = await newFilter(path)
  filter.queryFilter('x', true)
  assert.equal(await filter.backupScheduler(0), true)
  assert.equal((await imported(path)).queryFilter('x'), true)
})

test('close saves what was added', async context => {
  const path = await filterPath(context)
  const filter = await newFilter(path)
  filter.queryFilter('x', true)
  await filter.close()
  assert.equal((await imported(path)).queryFilter('x'), true)
})

test('a scheduled backup saves again and again until close', async context => {
  const path = await filterPath(context)
  const filter = await newFilter(path)
  await filter.backupScheduler(0.01)
  filter.queryFilter('first', true)
  await untilSaved(path, 'first')
  filter.queryFilter('second', true)
  await untilSaved(path, 'second')
  await filter.close()
  assert.throws(() => filter.queryFilter('second'), { code: 'STOQ_SOURCE_UNREADABLE' })
})

test('a backup that fails is told, and the next one is tried', async context => {
  const path = await filterPath(context)
  const told: unknown[] = []
  const filter = new BloomFilter(error => told.push(error))
  await filter.createFilter(path, 100, 0.01)
  const other = await newFilter(path)
  filter.queryFilter('x', true)
  await filter.backupScheduler(0.01)
  while (told.length < 2) await sleep(5)
  assert.equal(Object(told[0]).code, 'STOQ_WRITE_FAILED')
  assert.match(Object(told[0]).message, /another one was made in its place/)
  await assert.rejects(filter.close(), { code: 'STOQ_WRITE_FAILED' })
  assert.equal(other.queryFilter('x'), false)
})

test('a filter in whose place another was made closes quietly when it has nothing to save', async context => {
  const path = await filterPath(context)
  const filter = await newFilter(path)
  const other = await newFilter(path)
  await filter.close()
  other.queryFilter('x', true)
  await other.close()
  assert.equal((await imported(path)).queryFilter('x'), true)
})

test('two filters on one file take in what the other saved', async context => {
  const path = await filterPath(context)
  const first = await newFilter(path)
  const second = await imported(path)
  first.queryFilter('from first', true)
  second.queryFilter('from second', true)
  await first.backupScheduler(0)
  await second.backupScheduler(0)
  await first.backupScheduler(0)
  assert.equal(first.queryFilter('from second'), true)
  assert.equal(second.queryFilter('from first'), true)
})

test('a filter whose files are gone is saved again', async context => {
  const path = await filterPath(context)
  const filter = await newFilter(path)
  filter.queryFilter('x', true)
  await rm(path)
  await rm(`${path}.desc`)
  await filter.backupScheduler(0)
  assert.equal((await imported(path)).queryFilter('x'), true)
})

test('saving leaves the two files and nothing else', async context => {
  const path = await filterPath(context)
  const filter = await newFilter(path)
  filter.queryFilter('x', true)
  await filter.close()
  assert.deepEqual((await readdir(join(path, '..'))).sort(), ['senders', 'senders.desc'])
})

test('the description is readable JSON', async context => {
  const path = await filterPath(context)
  await newFilter(path, 1000, 0.01)
  const { salt, ...facts } = JSON.parse(await readFile(`${path}.desc`, 'utf8'))
  assert.deepEqual(facts, { version: 1, size: 1000, false_positive_rate: 0.01, bits: 9592, hashes: 7 })
  assert.match(salt, /^[0-9a-f]{32}$/)
})

test('damaged files are refused with the reason', async context => {
  const path = await filterPath(context)
  await newFilter(path)
  const whole = await readFile(path)
  const description = await readFile(`${path}.desc`, 'utf8')
  const reason = async (bits: Uint8Array, desc: string) => {
    await writeFile(path, bits)
    await writeFile(`${path}.desc`, desc)
    const error = await new BloomFilter().importFilter(path).catch((thrown: unknown) => thrown)
    return `${Object(error).code} ${Object(error).message}`
  }
  assert.match(
    await reason(whole.subarray(0, 100), description),
    /^STOQ_SOURCE_UNREADABLE .*it has 100 bytes, not/,
  )
  assert.match(await reason(Buffer.alloc(0), description), /it has 0 bytes/)
  assert.match(await reason(Buffer.alloc(whole.length), description), /no Bloom filter of stoQ/)
  assert.match(await reason(Buffer.from(whole).fill(1, 50, 51), description), /checksum is wrong/)
  assert.match(
    await reason(whole, description.replace(/"salt": "../, '"salt": "zz')),
    /does not describe a filter/,
  )
  assert.match(
    await reason(whole, description.replace(/"salt": ".{32}/, `"salt": "${'0'.repeat(32)}`)),
    /that of another/,
  )
  assert.match(
    await reason(whole, description.replace('9592', '99999999999999')),
    /does not describe a filter/,
  )
  assert.match(await reason(whole, description.replace('9592', '34359738360')), /does not describe a filter/)
  assert.match(await reason(whole, 'null'), /does not describe a filter/)
  assert.match(await reason(whole, '{'), /^STOQ_SOURCE_UNREADABLE cannot read Bloom filter /)
  assert.match(await reason(whole, ' '.repeat(5000)), /does not describe a filter/)
})

test('a filter that is not there is refused', async context => {
  const path = await filterPath(context)
  await assert.rejects(new BloomFilter().importFilter(path), {
    code: 'STOQ_SOURCE_UNREADABLE',
    message: /ENOENT/,
  })
  await assert.rejects(new BloomFilter().createFilter(join(path, 'a', 'b'), 10, 0.1), {
    code: 'STOQ_WRITE_FAILED',
  })
})

test('sizes, rates and intervals that mean nothing are refused', async context => {
  const path = await filterPath(context)
  const filter = new BloomFilter()
  const wrong: [number, number][] = [
    [0, 0.1],
    [Number.NaN, 0.1],
    [1e12, 0.1],
    [10, 0],
    [10, 1],
    [10, Number.NaN],
  ]
  for (const [size, rate] of wrong)
    await assert.rejects(filter.createFilter(path, size, rate), { code: 'STOQ_CONFIG_VALUE' })
  await filter.createFilter(path, 10, 0.1)
  await assert.rejects(filter.backupScheduler(-1), { code: 'STOQ_CONFIG_VALUE', message: /got '-1'/ })
})

test('nothing can be asked before a filter is open', async () => {
  assert.throws(() => new BloomFilter().queryFilter('x'), /createFilter or importFilter comes first/)
  await assert.rejects(new BloomFilter().backupScheduler(1), { code: 'STOQ_SOURCE_UNREADABLE' })
  await new BloomFilter().close()
})

async function untilSaved(path: string, item: string): Promise<void> {
  while (!(await imported(path)).queryFilter(item)) await sleep(5)
}
