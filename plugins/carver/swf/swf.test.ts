import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { Budget, type Stoq } from 'stoq'
import { body, header, lzma, lzmaWithoutEnd, plain, samples, stored, zlib } from './swf.samples.ts'
import { SwfCarver } from './swf.ts'

type Item = [Record<string, unknown>, Uint8Array]

const limits = { max_recursion: 3, max_children: 1000, max_bytes: 2 ** 24, max_time: 60, max_plugin_time: 60 }

async function carveAll(payload: Uint8Array, max_bytes = limits.max_bytes, plugin = new SwfCarver()) {
  const budget = new Budget({ ...limits, max_bytes })
  const given = await plugin.carve(payload, {}, { budget, signal: new AbortController().signal })
  const found: Item[] = []
  for await (const [meta, content] of (given ?? []) as AsyncIterable<Item>) {
    assert.equal(meta['size'], content.length)
    if (budget.takeChild(content.length)) found.push([meta, content])
  }
  return { found: given && found, truncated: budget.truncated }
}

async function carve(payload: Uint8Array): Promise<Record<string, unknown>[] | null> {
  return (await carveAll(payload)).found?.map(([meta]) => meta) ?? null
}

const whole = { offset: 0, swf_version: 13, size: plain.length }

test('a plain file is cut out', async () => {
  const { found } = await carveAll(Buffer.concat([plain, Buffer.from('tail')]))
  assert.deepEqual(found, [[{ ...whole, compression: 'none' }, plain]])
})

for (const [name, compression, file] of [
  ['zlib', 'zlib', zlib],
  ['LZMA', 'lzma', lzma],
  ['LZMA without an end mark', 'lzma', lzmaWithoutEnd],
] as const) {
  test(`a file packed with ${name} is given as a plain one, wherever it is`, async () => {
    const { found } = await carveAll(Buffer.concat([Buffer.from('CWS? '), file, Buffer.from('tail')]))
    assert.deepEqual(
      found?.map(([meta]) => meta),
      [{ ...whole, offset: 5, compression }],
    )
    assert.ok(plain.equals(found?.[0]?.[1] ?? Buffer.alloc(0)))
  })
}

test('a body that grew when it was packed is unpacked', async () => {
  assert.ok(zlib.length > plain.length)
  assert.deepEqual(await carve(zlib), [{ ...whole, compression: 'zlib' }])
})

test('every file is found, one inside of another as well', async () => {
  const outer = Buffer.concat([header('FWS', body, 8 + body.length + zlib.length), body, zlib])
  assert.deepEqual(
    (await carve(Buffer.concat([outer, lzma])))?.map(({ offset }) => offset),
    [0, 8 + body.length, outer.length],
  )
})

test('words and letters are no Flash', async () => {
  for (const text of [
    '',
    'FWS',
    'CWS',
    'ZWS',
    'FWS and CWS and ZWS in running text',
    'FWS\x00\x50\x01\x00\x00....',
  ])
    assert.equal(await carve(Buffer.from(text, 'latin1')), null)
  assert.equal(await carve(Buffer.alloc(4096, 'CWS\x0a\x10\0\0\0', 'latin1')), null)
})

test('a version above 60 or a length beyond all sense is no Flash', async () => {
  const odd = Buffer.from(plain)
  odd[3] = 61
  assert.equal(await carve(odd), null)
  assert.equal(await carve(Buffer.concat([header('FWS', body, 0xffff_ffff), body])), null)
  assert.equal(await carve(Buffer.concat([header('CWS', body, 7), stored(body)])), null)
})

for (const [name, file] of Object.entries({ plain, zlib, lzma })) {
  test(`a ${name} file that is cut short gives what there is, and says so`, async () => {
    const { found } = await carveAll(file.subarray(0, file.length - 20))
    const [meta, content]: Item = found?.[0] ?? [{}, Buffer.alloc(0)]
    assert.deepEqual([meta['damaged'], meta['declared_size']], ['shorter than it says', plain.length])
    assert.ok(content.length > 30 && plain.subarray(0, content.length).equals(content))
  })
}

test('a damaged stream gives what comes before the damage', async () => {
  const noise = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * index * 7) >> 3))
  const packed = deflateSync(Buffer.concat([body, noise]))
  const file = Buffer.concat([header('CWS', body, 50_000), packed.subarray(0, 1000), Buffer.alloc(500, 0xff)])
  const { found } = await carveAll(file)
  assert.equal(found?.[0]?.[0]['damaged'], 'shorter than it says')
  assert.ok((found?.[0]?.[1].length ?? 0) > body.length)
})

test('a body longer than the file says is given whole', async () => {
  assert.deepEqual(await carve(Buffer.concat([header('CWS', body, 50), stored(body)])), [
    { ...whole, compression: 'zlib', damaged: 'longer than it says', declared_size: 50 },
  ])
})

test('what is damaged and does not begin with a stage is nothing', async () => {
  assert.equal(
    await carve(Buffer.concat([header('CWS', body, 5000), stored(Buffer.from('only text'))])),
    null,
  )
  assert.equal(await carve(Buffer.from('FWS\x0a\x00\x10\x00\x00 and then text', 'latin1')), null)
})

test('a length that a file tells is not allocated', async () => {
  const before = process.memoryUsage().arrayBuffers
  await carve(Buffer.concat([header('ZWS', body, 0x1fff_ffff), lzma.subarray(8)]))
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 25)
})

test('more than may be produced is left out, and that is told; what is behind it comes', async () => {
  const zeros = deflateSync(Buffer.alloc(20_000_000))
  const bomb = Buffer.concat([header('CWS', body, 0x1000_0000), zeros, zlib])
  const { found, truncated } = await carveAll(bomb, 1_000_000)
  assert.deepEqual(
    found?.map(([{ offset }]) => offset),
    [8 + zeros.length],
  )
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['max_bytes'],
  )
})

test('70 MB of zeros in 10 kB of LZMA are not unpacked further than there is room', async () => {
  const bomb = samples['bomb.swf'] as Uint8Array
  assert.ok(bomb.length < 12_000)
  const before = process.memoryUsage().arrayBuffers
  const { found, truncated } = await carveAll(bomb, 1_000_000)
  assert.equal(found, null)
  assert.equal(truncated[0]?.limit, 'max_bytes')
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 24)
})

test('starts that share one bomb do not unpack it without end', { timeout: 30_000 }, async () => {
  // Each start is in a stored block of the stream of the one before it.
  const start = Buffer.concat([header('CWS', body, 0x1000_0000), Buffer.from('7801', 'hex')])
  const block = Buffer.from([0, start.length, 0, start.length ^ 0xff, 0xff])
  const chain = Buffer.concat([start, ...Array.from({ length: 2000 }, () => Buffer.concat([block, start]))])
  const zeros = deflateSync(Buffer.alloc(2 ** 20)).subarray(2)
  const { truncated } = await carveAll(Buffer.concat([chain, zeros]), 2 ** 20)
  assert.ok(truncated.some(({ detail }) => /too much was unpacked/.test(detail)))
})

test('an aborted signal ends the search', async () => {
  const budget = new Budget(limits)
  const given = await new SwfCarver().carve(zlib, {}, { budget, signal: AbortSignal.abort() })
  assert.equal(given, null)
})

test('ten megabytes of starts are searched in one pass', { timeout: 30_000 }, async () => {
  for (const start of [
    'CWS\x0a\x10\0\0\0',
    'CWS\x0a\x10\0\0\0x\x9c',
    'ZWS\x0a\x10\0\0\0....]....\0....',
    'WSWS',
  ])
    await carveAll(Buffer.alloc(10 << 20, start, 'latin1'))
})

test('however a file is damaged, nothing is thrown and what comes out is Flash', async () => {
  const damage = fc.array(fc.tuple(fc.nat({ max: 99 }), fc.integer({ min: 0, max: 255 })), { maxLength: 8 })
  const property = fc.asyncProperty(
    fc.constantFrom(plain, zlib, lzma, lzmaWithoutEnd),
    damage,
    async (file, changes) => {
      const payload = Buffer.from(file)
      for (const [at, value] of changes) payload[at] = value
      for (const [, content] of (await carveAll(payload)).found ?? [])
        assert.equal(Buffer.from(content.subarray(0, 3)).toString('latin1'), 'FWS')
    },
  )
  await fc.assert(property, { numRuns: 1000 })
})

test('the samples are what zlib reads', () => {
  assert.ok(inflateSync(stored(body)).equals(body))
})

test('other headers of the options are searched instead', async () => {
  const plugin = Object.assign(new SwfCarver(), { headers: 'ZWS' })
  const { found } = await carveAll(Buffer.concat([zlib, lzma]), undefined, plugin)
  assert.deepEqual(
    found?.map(([meta]) => meta['compression']),
    ['lzma'],
  )
})

test('headers that are no regular expression are a fault of the option', () => {
  const manifest = { name: 'swf', category: 'carver', config: 'swf.stoq' }
  const other = Object.assign(new SwfCarver(), { headers: '(', manifest })
  assert.throws(() => other.activate({} as Stoq), { code: 'STOQ_PLUGIN_OPTION' })
})
