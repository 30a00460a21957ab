import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BSON, MongoNetworkError, MongoServerError } from 'mongodb'
import { openScratch } from 'stoq/testing'
import { cutChunks } from './chunks.ts'
import { isAway } from './connection.ts'
import { whileAway } from './retry.ts'
import { decodeKey, encodeKey, NotStorable, toStored } from './stored-form.ts'

test('every key comes back from its encoded form, which MongoDB and its driver take as a plain name', () => {
  const hostile = fc.constantFrom('', '%', '$where', 'a.b', '__proto__', '_bsontype', '_id', '\0', '%2E', '$')
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string()), key => {
      const encoded = encodeKey(key)
      assert.equal(decodeKey(encoded), key)
      assert.doesNotMatch(encoded, /^\$|[.\0]|^$|^(__proto__|_bsontype|_id)$/)
    }),
  )
})

test('ordinary keys stay as they are', () => {
  for (const key of ['payload_id', 'content-type', 'a$b', 'Größe', 'a b', '_'])
    assert.equal(encodeKey(key), key)
})

test('a document becomes what the driver writes: bytes as Binary, no functions, nothing that passes for a type of BSON', () => {
  const document = JSON.parse('{"__proto__": {"a": 1}, "_bsontype": "ObjectId", "list": [{"a.b": 1}]}')
  const stored = toStored({ ...document, bytes: Buffer.from('ab'), nan: Number.NaN, none: undefined })
  const read = BSON.deserialize(BSON.serialize(stored))
  assert.deepEqual(Object.keys(read).sort(), ['%5F_proto__', '%5Fbsontype', 'bytes', 'list', 'nan'])
  assert.equal(read['nan'], null)
  assert.deepEqual(read['list'], [{ 'a%2Eb': 1 }])
  assert.deepEqual(Buffer.from(read['bytes'].buffer), Buffer.from('ab'))
  const parsed = toStored(JSON.parse('{"x": {"__proto__": {"a": 1}}}'))
  assert.deepEqual(parsed['x'], { '%5F_proto__': { a: 1 } })
})

test('any JSON document is stored, or told to be too deep or too large', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 6 }), document => {
      BSON.serialize(toStored(document))
    }),
  )
  let deep: object = {}
  for (let level = 0; level < 100_000; level++) deep = { deep }
  assert.throws(() => toStored(deep), NotStorable)
  assert.throws(() => toStored({ text: 'x'.repeat(2 ** 24) }), NotStorable)
})

test('a stream is cut into pieces of one size, whatever sizes it comes in', async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 16 }), async (given, size) => {
      const pieces = []
      for await (const piece of cutChunks(streamOf(given), size)) pieces.push(piece)
      assert.deepEqual(Buffer.concat(pieces), Buffer.concat(given))
      for (const piece of pieces.slice(0, -1)) assert.equal(piece.length, size)
      assert.ok(pieces.every(piece => piece.length > 0))
    }),
  )
})

async function* streamOf(parts: Uint8Array[]) {
  yield* parts
}

const patience = { seconds: 2, signal: new AbortController().signal, onAway: () => {} }
const away = () => Promise.reject(new MongoNetworkError('connection closed'))

test('a call waits for a server that is away, and gives up in time', async () => {
  let calls = 0
  assert.equal(await whileAway(async () => (++calls < 3 ? away() : 'there'), patience), 'there')
  assert.equal(calls, 3)
  const start = performance.now()
  await assert.rejects(whileAway(away, { ...patience, seconds: 1 }), /connection closed/)
  assert.ok(performance.now() - start < 1500)
})

test('what the server refuses is not asked again, and the end of stoQ ends the wait', async () => {
  let calls = 0
  const refused = async () => {
    calls++
    throw new MongoServerError({ message: 'E11000', code: 11000 })
  }
  await assert.rejects(whileAway(refused, patience), /E11000/)
  assert.equal(calls, 1)
  const start = performance.now()
  await assert.rejects(whileAway(away, { ...patience, seconds: 60, signal: AbortSignal.timeout(100) }))
  assert.ok(performance.now() - start < 2000)
  assert.ok(!isAway(new TypeError('x')))
})

for (const conn of [
  'mongodb:/u:very-secret@x',
  'http://u:very-secret@x/',
  'mongodb://u:very-sec/ret@x:1/',
  'mongodb://u:very-secret@h/?foo=bar',
  'mongodb://u:very-secret@127.0.0.1:1/?serverSelectionTimeoutMS=200',
  'mongodb://u:very%2Dsecret@127.0.0.1:1/?serverSelectionTimeoutMS=200',
]) {
  test(`one line says why there is no connection to ${conn.slice(0, 12)}…${conn.slice(-12)}, without the password`, async () => {
    await using scratch = openScratch({
      log_level: 'debug',
      plugin_options: { connector: { mongodb: { conn, retry_seconds: '0' } } },
    })
    const connector = await scratch.stoq.loadPlugin('mongodb', 'connector')
    await assert.rejects(connector.connect() as Promise<void>, (error: Error) => {
      assert.match(
        error.message,
        /^connector:mongodb failed: (no connection to 127|option conn is no address)/,
      )
      assert.doesNotMatch(`${error.stack} ${scratch.log}`, /secret|sec\/ret|very/)
      return true
    })
    await assert.rejects(async () => connector.save({ a: 1 }), { name: 'StoqError' })
    assert.doesNotMatch(scratch.log.join('\n'), /secret|very/)
  })
}
