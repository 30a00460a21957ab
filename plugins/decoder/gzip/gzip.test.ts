import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { test } from 'node:test'
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Budget, type BudgetLimits, type Kwargs, type PluginContext } from 'stoq'
import { adler32 } from './checksums.ts'
import { GzipDecoder } from './gzip.ts'

const plugin = Object.assign(new GzipDecoder(), { manifest: { name: 'gzip', category: 'decoder' } })
const text = Buffer.from(Array.from({ length: 400 }, (_, index) => `line ${index * 7919}\n`).join(''))

type Meta = {
  offset: number
  size: number
  format: string
  filename?: string
  original_path?: string
  damaged?: string
}

function context(limits: Partial<BudgetLimits> = {}, signal = new AbortController().signal): PluginContext {
  const usual = { max_recursion: 3, max_children: 100, max_bytes: 2 ** 30, max_time: 60, max_plugin_time: 60 }
  return { budget: new Budget({ ...usual, ...limits }), signal }
}

async function decode(
  payload: Uint8Array,
  kwargs: Kwargs = {},
  given = context(),
): Promise<[Meta, Buffer][]> {
  const found: [Meta, Buffer][] = []
  const answer = await plugin.decode(payload, kwargs, given)
  for await (const [meta, content] of (answer ?? []) as AsyncIterable<[Meta, Uint8Array]>) {
    assert.equal(meta.size, content.length)
    assert.ok(given.budget.takeChild(content.length))
    found.push([meta, Buffer.from(content)])
  }
  return found
}

const limitsOf = ({ budget }: PluginContext) => budget.truncated.map(({ limit }) => limit)

/** gzip with the name of the file, as the program writes it. */
function named(content: Uint8Array, name: string): Buffer {
  const plain = gzipSync(content)
  plain[3] = 0x08
  return Buffer.concat([plain.subarray(0, 10), Buffer.from(`${name}\0`, 'latin1'), plain.subarray(10)])
}

/** Deflate data that goes well until a block of the type that there is none of. */
function broken(content: Uint8Array): Buffer {
  const begin = deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH })
  return Buffer.concat([begin, Buffer.from([0x07]), Buffer.alloc(2000)])
}

test('streams of both kinds are found anywhere, with their offset', async () => {
  const payload = Buffer.concat([
    Buffer.from('MZ...'),
    gzipSync(text),
    Buffer.from('x\x9c'),
    deflateSync(text),
    Buffer.from('end'),
  ])
  assert.deepEqual(await decode(payload), [
    [{ offset: 5, size: text.length, format: 'gzip' }, text],
    [{ offset: payload.length - 3 - deflateSync(text).length, size: text.length, format: 'zlib' }, text],
  ])
})

test('a rule may ask for one of the formats, and for no other', async () => {
  const payload = Buffer.concat([deflateSync(text), gzipSync(text)])
  const formatsOf = async (formats: unknown) =>
    (await decode(payload, { formats })).map(([{ format }]) => format)
  assert.deepEqual(await formatsOf('gzip'), ['gzip'])
  assert.deepEqual(await formatsOf('ZLIB'), ['zlib'])
  assert.deepEqual(await formatsOf('gzip,zlib'), ['zlib', 'gzip'])
  await assert.rejects(formatsOf('lzma'), { code: 'STOQ_PLUGIN_FAILED', message: /got 'lzma'/ })
})

test('zlib streams of every level are found, stored blocks too', async () => {
  for (const level of [0, 1, 6, 9]) {
    const [found] = await decode(Buffer.concat([Buffer.from('..'), deflateSync(text, { level })]))
    assert.deepEqual(found, [{ offset: 2, size: text.length, format: 'zlib' }, text])
  }
})

test('whatever was compressed and wherever it stands, it comes back', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })
  const pack = fc.constantFrom(gzipSync, deflateSync)
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[a-w]*$/),
      bytes,
      fc.string(),
      pack,
      async (before, content, after, pack) => {
        const found = await decode(Buffer.concat([Buffer.from(before), pack(content), Buffer.from(after)]))
        assert.deepEqual(found[0]?.[1], Buffer.from(content))
        assert.equal(found[0]?.[0].offset, before.length)
      },
    ),
  )
})

test('the name that gzip tells is data: the last part of it is the filename', async () => {
  const [found] = await decode(named(text, '../../etc/pass\x1bwd'))
  assert.deepEqual(found?.[0], {
    filename: 'pass\x1bwd',
    offset: 0,
    size: text.length,
    format: 'gzip',
    original_path: '../../etc/pass\x1bwd',
  })
  assert.equal((await decode(named(text, '..')))[0]?.[0].filename, undefined)
})

test('what is inside of a stream is not looked at again', async () => {
  const inner = gzipSync(text)
  const stored = gzipSync(inner, { level: 0 })
  const found = await decode(Buffer.concat([Buffer.from('..'), stored]))
  assert.deepEqual(found, [[{ offset: 2, size: inner.length, format: 'gzip' }, inner]])
})

test('raw deflate data is inflated where a rule says that it is', async () => {
  const payload = Buffer.concat([Buffer.from('abc'), deflateRawSync(text)])
  const wanted = [[{ offset: 3, size: text.length, format: 'deflate' }, text]]
  assert.deepEqual(await decode(payload, { raw: 'True', offset: '3' }), wanted)
  assert.deepEqual(await decode(payload, { raw: true, offset: 3 }), wanted)
  assert.deepEqual((await decode(deflateRawSync(text), { raw: 'True' }))[0]?.[1], text)
  assert.deepEqual(await decode(payload, { raw: 'True', offset: 5000 }), [])
  const [cut] = await decode(payload.subarray(0, -20), { raw: 'True', offset: 3 })
  assert.equal(cut?.[0].damaged, 'cut short')
})

test('raw data that is damaged, or an offset that is none, is a fault', async () => {
  await assert.rejects(decode(broken(text), { raw: 'True' }), {
    code: 'STOQ_PLUGIN_FAILED',
    message: /stream at 0 is damaged/,
  })
  await assert.rejects(decode(text, { raw: 'True', offset: '-1' }), {
    code: 'STOQ_PLUGIN_FAILED',
    message: /got '-1'/,
  })
})

test('a stream that is cut short or has a wrong checksum gives what it has, and says so', async () => {
  for (const [pack, format] of [
    [gzipSync, 'gzip'],
    [deflateSync, 'zlib'],
  ] as const) {
    const stream = pack(text)
    const [cut] = await decode(stream.subarray(0, -200))
    assert.equal(cut?.[0].damaged, 'cut short')
    assert.ok(text.subarray(0, cut[1].length).equals(cut[1]))
    assert.equal((await decode(stream.subarray(0, -2)))[0]?.[0].damaged, 'cut short')
    const wrong = Buffer.from(stream)
    const at = format === 'gzip' ? stream.length - 8 : stream.length - 1
    wrong[at] = (wrong[at] ?? 0) ^ 1
    assert.deepEqual(await decode(wrong), [
      [{ offset: 0, size: text.length, format, damaged: 'checksum' }, text],
    ])
  }
})

test('a header alone, damaged data and a few cut bytes are nothing', async () => {
  const stream = gzipSync(text)
  for (const payload of [
    Buffer.alloc(0),
    Buffer.from('x\x9c', 'latin1'),
    stream.subarray(0, 10),
    gzipSync('short').subarray(0, 15),
    Buffer.concat([stream.subarray(0, 10), broken(text)]),
    gzipSync(''),
    Buffer.from('x^2 + x\x01 = 78 01'.repeat(100)),
  ])
    assert.equal(await plugin.decode(payload, {}, context()), null)
})

test('the budget bounds what is inflated, not only what is handed over', async () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20))
  const payload = Buffer.concat([Buffer.from('..'), bomb, Buffer.from('..'), gzipSync(text)])
  const small = context({ max_bytes: 1 << 20 })
  assert.deepEqual(await decode(payload, {}, small), [])
  assert.deepEqual(limitsOf(small), ['max_bytes'])
  const large = context({ max_bytes: 20 << 20 })
  assert.deepEqual(await decode(payload, {}, large), [])
  assert.deepEqual(limitsOf(large), ['max_bytes'])
  const raw = context({ max_bytes: 1000 })
  assert.deepEqual(await decode(bomb, { raw: 'True', offset: 10 }, raw), [])
  assert.deepEqual(limitsOf(raw), ['max_bytes'])
  const enough = await decode(payload)
  assert.deepEqual(
    enough.map(([{ size }]) => size),
    [64 << 20, text.length],
  )
  const cut = context({ max_bytes: 3000 })
  assert.deepEqual(await decode(gzipSync(text).subarray(0, -300), {}, cut), [])
  const few = context({ max_children: 1 })
  assert.equal((await decode(payload, {}, few)).length, 1)
  assert.deepEqual(limitsOf(few), ['max_children'])
})

test('a large stream that is cut short or damaged is treated like a small one', async () => {
  const stream = deflateSync(Buffer.alloc(20 << 20, text))
  const [cut] = await decode(stream.subarray(0, -100))
  assert.equal(cut?.[0].damaged, 'cut short')
  assert.ok((cut?.[0].size ?? 0) > 8 << 20)
  const damaged = Buffer.concat([stream.subarray(0, 2), broken(Buffer.alloc(20 << 20, text))])
  assert.equal((await decode(damaged)).length, 0)
})

test('streams that turn out to be none are given up, and what was found before stands', async () => {
  const trap = Buffer.concat([Buffer.from('x\x9c', 'latin1'), broken(text)])
  const given = context()
  const found = await decode(
    Buffer.concat([gzipSync(text), ...Array(80).fill(trap), gzipSync(text)]),
    {},
    given,
  )
  assert.equal(found.length, 1)
  assert.deepEqual(limitsOf(given), ['maximum_attempts'])
})

test('whole = True: streams count that end with the right checksum, and short ones, cut ones and pictures do not', async () => {
  const whole = (...parts: (string | Uint8Array)[]) =>
    decode(Buffer.concat(parts.map(part => Buffer.from(part as string, 'latin1'))), { whole: 'True' })
  const stream = deflateSync(text)
  const wrong = Buffer.from(stream)
  wrong.writeUInt8((wrong.at(-1) ?? 0) ^ 1, wrong.length - 1)
  assert.deepEqual(
    (await whole('..', stream, '..', gzipSync(text))).map(([{ offset, format }]) => [offset, format]),
    [
      [2, 'zlib'],
      [stream.length + 4, 'gzip'],
    ],
  )
  assert.deepEqual(await whole('..', stream.subarray(0, -100)), [])
  assert.deepEqual(await whole('..', wrong), [])
  assert.deepEqual(await whole('..', deflateSync(text.subarray(0, 63))), [])
  assert.equal((await whole('..', deflateSync(text.subarray(0, 64)))).length, 1)
  assert.deepEqual(await whole('IDAT', stream), [])
  assert.equal((await whole(wrong, stream.subarray(0, -100), stream)).length, 1)
})

test('whole = True: noise of many megabytes ends the search nowhere', async () => {
  const key = Buffer.alloc(16)
  const noise = createCipheriv('aes-128-ctr', key, key).update(Buffer.alloc(16 << 20))
  const given = context()
  const [found] = await decode(Buffer.concat([noise, deflateSync(text)]), { whole: 'True' }, given)
  assert.deepEqual([found?.[0].offset, limitsOf(given)], [16 << 20, []])
})

test('nothing more is inflated when time is up', async () => {
  const stop = new AbortController()
  stop.abort()
  assert.deepEqual(await decode(gzipSync(text), {}, context({}, stop.signal)), [])
})

test('megabytes of headers are read in a moment', async () => {
  for (const piece of [
    'x\x9c',
    'x\x01',
    '\x1f\x8b\x08\x00',
    '\x1f\x8b\x08\x1f',
    'x\x9c\x03\x00',
    'x\x9c\xed\x9d',
    'x\x01\0\x04\0\xfb\xff',
    'x\x01\0\0\0\xff\xff',
  ]) {
    const begin = process.cpuUsage()
    await decode(Buffer.alloc(2 << 20, piece, 'latin1'))
    await decode(Buffer.alloc(2 << 20, piece, 'latin1'), { whole: 'True' })
    assert.ok(process.cpuUsage(begin).user < 4_000_000, JSON.stringify(piece))
  }
})

test('the Adler-32 is that of zlib', () => {
  assert.equal(adler32(Buffer.from('Wikipedia')), 0x11e60398)
  fc.assert(
    fc.property(fc.uint8Array(), content => {
      assert.equal(adler32(content), deflateSync(content).readUInt32BE(deflateSync(content).length - 4))
    }),
  )
  assert.equal(
    adler32(Buffer.alloc(1 << 20, 0xff)),
    deflateSync(Buffer.alloc(1 << 20, 0xff))
      .subarray(-4)
      .readUInt32BE(),
  )
})
