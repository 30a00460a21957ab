import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { Binary, GridFSBucket } from 'mongodb'
import { type Hashes, hashPayload, hashStream } from 'stoq'
import { madeBytes, openWay, TestStore } from './mongodb.ts'
import { serviceTest } from './service.ts'

const mongoTest = (title: string, fn: () => Promise<void>) => serviceTest('mongodb', title, fn)
const archived = (payload: Uint8Array) => ({ archive: true, ...hashPayload(payload) })

mongoTest(
  'a document that is saved again takes the place of the first, in the collection of its worker',
  async () => {
    await using store = await open()
    const { connector } = await store.connector()
    await connector.save({ id: 'one', n: 1 }, { id: 'one', index: 'yara' })
    await connector.save({ id: 'one', n: 2 }, { id: 'one', index: 'yara', durable: true })
    await connector.save({ id: 'one', n: 3 }, { id: 'one', index: 'peinfo' })
    const yara = store.documents.collection('yara')
    assert.deepEqual(await yara.find().toArray(), [{ _id: 'one', id: 'one', n: 2 }])
    assert.equal(await store.documents.collection('peinfo').countDocuments(), 1)
    const indexes = (await yara.indexes()).map(({ name }) => name)
    for (const key of ['results.sha1', 'results.sha256', 'results.md5', 'date'])
      assert.ok(indexes.includes(`${key}_1`))
  },
)

mongoTest('a rendered template stands beside its document', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  await connector.save('a text', { id: 'one', index: 'yara' })
  await connector.save({ id: 'one' }, { id: 'one', index: 'yara' })
  const found = await store.documents.collection('yara').find().sort({ _id: 1 }).toArray()
  assert.deepEqual(found, [
    { _id: 'one', id: 'one' },
    { _id: 'one.text', id: 'one', text: 'a text' },
  ])
})

mongoTest('keys that MongoDB refuses are saved, and bytes as Binary', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const hostile = JSON.parse(
    '{"$where": {"a.b": 1, "": 2, "__proto__": 3, "_bsontype": "Long", "x\\u0000y": 4}}',
  )
  await connector.save({ ...hostile, bytes: Buffer.from('ab') }, { id: 'k', index: 'yara' })
  const found = await store.documents.collection('yara').findOne()
  assert.deepEqual(found?.['%24where'], {
    'a%2Eb': 1,
    '%': 2,
    '%5F_proto__': 3,
    '%5Fbsontype': 'Long',
    'x%00y': 4,
  })
  assert.deepEqual(found?.['bytes'], new Binary(Buffer.from('ab')))
})

mongoTest(
  'a document beyond 16 MiB or too deep is packed, found by its hashes, and replaced as a whole',
  async () => {
    await using store = await open()
    const { connector } = await store.connector()
    const entry = { payload_id: 0, sha1: 'a'.repeat(40) }
    const large = (n: number) => ({
      id: 'big',
      n,
      results: [{ ...entry, text: `${n}`.repeat(17 * 2 ** 20) }],
    })
    await connector.save(large(1), { id: 'big', index: 'yara' })
    await connector.save(large(2), { id: 'big', index: 'yara' })
    const found = await store.documents.collection('yara').findOne({ 'results.sha1': entry.sha1 })
    assert.equal(found?.['n'], 2)
    assert.equal(await store.documents.collection('documents.files').countDocuments(), 1)
    const bucket = new GridFSBucket(store.documents, { bucketName: 'documents' })
    const packed = await bucket.openDownloadStream(found?.['packed']._id).toArray()
    assert.deepEqual(JSON.parse(String(gunzipSync(Buffer.concat(packed)))), large(2))
    await connector.save({ id: 'big' }, { id: 'big', index: 'yara' })
    assert.equal(await store.documents.collection('documents.files').countDocuments(), 0)
    assert.equal(await store.documents.collection('documents.chunks').countDocuments(), 0)
    let deep: object = {}
    for (let level = 0; level < 150; level++) deep = { deep }
    await connector.save({ id: 'deep', deep }, { id: 'deep', index: 'yara' })
    assert.ok((await store.documents.collection('yara').findOne({ _id: 'deep' as never }))?.['packed'])
  },
)

for (const size of [0, 1, 2 ** 20, 5_000_000]) {
  mongoTest(`${size} bytes come back as they were, by id and by every hash`, async () => {
    await using store = await open()
    const { connector } = await store.connector()
    const payload = Buffer.concat(await madeBytes(size).toArray())
    const { archive, ...hashes } = archived(payload)
    const conn_id = await connector.save(payload, {
      archive,
      ...hashes,
      ssdeep: '3::',
      'content-type': 'x/y',
    })
    assert.equal(conn_id, hashes.sha1)
    for (const [key, value] of Object.entries({
      conn_id,
      id: conn_id,
      ...hashes,
      sha1: hashes.sha1.toUpperCase(),
    }))
      assert.deepEqual(Buffer.from((await connector.getFile({ [key]: value })) ?? 'none'), payload, key)
    const bucket = new GridFSBucket(store.payloads)
    const read = await bucket.openDownloadStreamByName(hashes.sha1).toArray()
    assert.deepEqual(Buffer.concat(read), payload)
    const file = await store.payloads.collection('fs.files').findOne()
    assert.deepEqual(file?.['metadata'], { ...hashes, ssdeep: '3::', 'content-type': 'x/y' })
  })
}

mongoTest('300 MB go there and back in a memory that does not grow with them', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const size = 300_000_000
  const hashes = await hashStream(madeBytes(size))
  const before = process.memoryUsage.rss()
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 50)
  await connector.saveStream({ size, stream: madeBytes(size) }, { archive: true, ...hashes })
  const content = await connector.getStream({ sha256: hashes.sha256 })
  assert.equal(content?.size, size)
  const hash = createHash('sha256')
  for await (const chunk of content?.stream ?? []) hash.update(chunk)
  clearInterval(watch)
  assert.equal(hash.digest('hex'), hashes.sha256)
  const grown = Math.round((peak - before) / 1e6)
  process.stdout.write(`300 MB by stream: memory grew by ${grown} MB\n`)
  assert.ok(grown < 120, `memory grew by ${grown} MB`)
})

mongoTest('what is there already is not read again', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const payload = Buffer.from('once')
  await connector.save(payload, archived(payload))
  const stream = Readable.from(never())
  assert.equal(await connector.saveStream({ size: 4, stream }, archived(payload)), hashPayload(payload).sha1)
})

// biome-ignore lint/correctness/useYield: nothing may be read of it
async function* never(): AsyncGenerator<Buffer> {
  throw new Error('was read')
}

mongoTest(
  'an upload that was cut off half-way does not count, and is completed by the next one',
  async () => {
    await using store = await open()
    const { connector } = await store.connector()
    const size = 3_500_000
    const payload = Buffer.concat(await madeBytes(size).toArray())
    async function* half() {
      yield payload.subarray(0, 2_200_000)
      throw new Error('killed')
    }
    const kwargs = archived(payload)
    await assert.rejects(connector.saveStream({ size, stream: Readable.from(half()) }, kwargs), /killed/)
    assert.equal(await connector.getFile({ sha1: kwargs.sha1 }), null)
    assert.equal(await store.payloads.collection('fs.chunks').countDocuments(), 2)
    await connector.save(payload, kwargs)
    assert.deepEqual(Buffer.from((await connector.getFile({ sha1: kwargs.sha1 })) ?? ''), payload)
  },
)

mongoTest('chunks that the driver of another program left half-way are replaced', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const payload = Buffer.concat(await madeBytes(3_500_000).toArray())
  const kwargs = archived(payload)
  const upload = new GridFSBucket(store.payloads).openUploadStreamWithId(kwargs.sha1 as never, 'x')
  await new Promise(resolve => upload.write(payload.subarray(0, 2_000_000), resolve))
  assert.equal(await connector.getFile({ sha1: kwargs.sha1 }), null)
  await connector.save(payload, kwargs)
  assert.deepEqual(Buffer.from((await connector.getFile({ sha1: kwargs.sha1 })) ?? ''), payload)
  const read = await new GridFSBucket(store.payloads).openDownloadStream(kwargs.sha1 as never).toArray()
  assert.deepEqual(Buffer.concat(read), payload)
})

mongoTest('two that archive the same payload at once end with one good file', async () => {
  await using store = await open()
  const size = 6_000_000
  const hashes = await hashStream(madeBytes(size))
  const connectors = await Promise.all([1, 2, 3, 4].map(() => store.connector()))
  const ids = await Promise.all(
    connectors.map(({ connector }) =>
      connector.saveStream({ size, stream: madeBytes(size) }, { archive: true, ...hashes }),
    ),
  )
  assert.deepEqual([...new Set(ids)], [hashes.sha1])
  assert.equal(await store.payloads.collection('fs.files').countDocuments(), 1)
  assert.equal(await store.payloads.collection('fs.chunks').countDocuments(), Math.ceil(size / 2 ** 20))
  const read = await new GridFSBucket(store.payloads).openDownloadStream(hashes.sha1 as never).toArray()
  assert.equal(hashPayload(Buffer.concat(read)).sha256, hashes.sha256)
})

mongoTest('a file never has bytes that are not those of its name', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const payload = Buffer.from('the truth')
  const kwargs = archived(payload)
  const lie = { size: 3, stream: Readable.from([Buffer.from('lie')]) }
  await assert.rejects(async () => connector.saveStream(lie, kwargs), {
    code: 'STOQ_CONNECTOR_SAVE',
    message: /have changed/,
  })
  assert.equal(await connector.getFile({ sha1: kwargs.sha1 }), null)
  // The chunk that the lie left behind costs one attempt.
  await assert.rejects(async () => connector.save(payload, kwargs), /had other bytes and are removed/)
  await connector.save(payload, kwargs)
  assert.deepEqual(Buffer.from((await connector.getFile({ sha1: kwargs.sha1 })) ?? ''), payload)
})

mongoTest('two payloads of one sha1 are two files', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const one = archived(Buffer.from('one'))
  const two = { ...archived(Buffer.from('two')), sha1: one.sha1 }
  assert.equal(await connector.save(Buffer.from('one'), one), one.sha1)
  assert.equal(await connector.save(Buffer.from('two'), two), two.sha256)
  for (const [text, { sha256 }] of [
    ['one', one],
    ['two', two],
  ] as const)
    for (const kwargs of [{ sha256 }, { sha1: one.sha1, sha256 }, { conn_id: one.sha1, sha256 }])
      assert.equal(String(Buffer.from((await connector.getFile(kwargs)) ?? '')), text)
})

mongoTest('what stoQ 1 has archived is found, and not sent again', async () => {
  await using store = await open()
  const { connector } = await store.connector()
  const payload = Buffer.concat(await madeBytes(700_000).toArray())
  const { sha1, md5, sha256, sha512 } = hashPayload(payload)
  const upload = new GridFSBucket(store.payloads).openUploadStreamWithId(sha1 as never, '')
  await new Promise<void>(resolve => upload.end(payload, () => resolve()))
  // As keywords of GridFS.put in Python: beside the length.
  await store.payloads
    .collection('fs.files')
    .updateOne({ _id: sha1 as never }, { $set: { sha1, md5, sha256, sha512 } })
  for (const kwargs of [{ sha1 }, { md5 }, { sha256 }, { sha512 }] as Partial<Hashes>[])
    assert.deepEqual(Buffer.from((await connector.getFile(kwargs)) ?? ''), payload)
  const stream = Readable.from(never())
  assert.equal(await connector.saveStream({ size: payload.length, stream }, archived(payload)), sha1)
})

mongoTest(
  'keywords of a message are names, never queries, and a payload that is too large is refused',
  async () => {
    await using store = await open()
    const { connector, scratch } = await store.connector()
    await connector.save(Buffer.from('x'), archived(Buffer.from('x')))
    for (const value of [{ $ne: null }, ['a'], 1, true, '', '$ne', null])
      assert.equal(await connector.getFile({ sha1: value, id: value, conn_id: value, md5: value }), null)
    Object.assign(scratch.stoq, { settings: { ...scratch.stoq.settings, max_payload_size: 0 } })
    await assert.rejects(async () => connector.getFile(archived(Buffer.from('x'))), {
      code: 'STOQ_PAYLOAD_TOO_LARGE',
    })
  },
)

mongoTest('a store that is away for a while loses no document and no payload', async () => {
  await using store = await open()
  await using way = await openWay(store.conn)
  const { connector, scratch } = await store.connector({ conn: way.conn })
  await connector.save({ n: 0 }, { id: '0', index: 'yara' })
  way.cut()
  const size = 3_000_000
  const hashes = await hashStream(madeBytes(size))
  const saving = [1, 2, 3].map(n => connector.save({ n }, { id: `${n}`, index: 'yara' }))
  const sending = connector.saveStream({ size, stream: madeBytes(size) }, { archive: true, ...hashes })
  await sleep(20_000)
  way.mend()
  await Promise.all([...saving, sending])
  assert.equal(await store.documents.collection('yara').countDocuments(), 4)
  assert.equal((await connector.getFile({ sha1: hashes.sha1 }))?.length, size)
  assert.match(scratch.log.join('\n'), /the server is away/)
})

mongoTest('a store that stays away is told in one line when the time is up', async () => {
  await using store = await open()
  await using way = await openWay(store.conn)
  const { connector } = await store.connector({ conn: way.conn, retry_seconds: '2' })
  await connector.save({ n: 0 }, { id: '0', index: 'yara' })
  way.cut()
  const start = performance.now()
  await assert.rejects(async () => connector.save({ n: 1 }, { id: '1' }), { code: 'STOQ_CONNECTOR_SAVE' })
  assert.ok(performance.now() - start < 12_000)
})

async function open(): Promise<TestStore> {
  return new TestStore()
}
