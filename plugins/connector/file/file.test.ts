import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hashPayload } from 'stoq'
import { openScratch } from 'stoq/testing'
import type { FileConnector } from './file.ts'

async function open(options: Record<string, unknown> = {}) {
  const scratch = openScratch({ plugin_options: { connector: { file: options } } })
  const connector = (await scratch.stoq.loadPlugin('file', 'connector', {
    parentname: 'yara',
  })) as unknown as FileConnector
  return { scratch, connector }
}

test('a document is a file of its own in the folder of the worker', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  const path = await connector.save({ a: 1 }, { index: 'yara' })
  assert.match(path, /\/results\/yara\/[0-9a-f-]{36}\.stoq$/)
  assert.equal(readFileSync(path, 'utf8'), '{\n    "a": 1\n}')
  assert.deepEqual(readdirSync(join(scratch.home, 'results/yara')).length, 1)
})

test('compactly is one line; the date may be part of the folder', async () => {
  const { scratch, connector } = await open({ compactly: true, date_format: 'y%Y-%m' })
  await using _ = scratch
  const path = await connector.save({ a: 1 }, { index: 'yara', use_date: true })
  assert.match(path, /\/results\/yara\/y\d{4}-\d\d\/[^/]+$/)
  assert.doesNotMatch(readFileSync(path, 'utf8'), /\n/)
})

test('a rendered template is saved as it is, not as a JSON string', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  assert.equal(readFileSync(await connector.save('a "text"\n'), 'utf8'), 'a "text"\n')
})

test('appended documents stand on one line each', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  const kwargs = { path: scratch.home, filename: 'all.jsonl', append: true }
  await connector.save({ a: 1 }, kwargs)
  await connector.save({ b: [2] }, kwargs)
  const lines = readFileSync(join(scratch.home, 'all.jsonl'), 'utf8').trim().split('\n')
  assert.deepEqual(
    lines.map(line => JSON.parse(line)),
    [{ a: 1 }, { b: [2] }],
  )
})

test('a file that is there is never overwritten without a word', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  await connector.save({ a: 1 }, { filename: 'x.json' })
  await assert.rejects(connector.save({ b: 1 }, { filename: 'x.json' }), { code: 'STOQ_WRITE_EXISTS' })
})

test('names and indexes from outside stay inside the results', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  for (const filename of ['../x', '/tmp/x', 'a/../../x', '..']) {
    await assert.rejects(connector.save({ a: 1 }, { filename }), { code: 'STOQ_WRITE_ESCAPE' })
  }
  const path = await connector.save({ a: 1 }, { index: '../../etc' })
  assert.ok(path.startsWith(join(scratch.home, 'results/')))
})

test('an archived payload is found again by its path and by its sha1', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  const payload = Buffer.from('abc')
  const hashes = hashPayload(payload)
  const path = await connector.save(payload, { archive: true, ...hashes })
  assert.equal(path, join(scratch.home, 'archive/a/9/9/9/3/a9993e364706816aba3e25717850c26c9cd0d89d'))
  assert.equal(await connector.save(payload, { archive: true, ...hashes }), path)
  assert.deepEqual(Buffer.from((await connector.getFile({ sha1: hashes.sha1 })) ?? []), payload)
  assert.deepEqual(Buffer.from((await connector.getFile({ path })) ?? []), payload)
  assert.equal(await connector.getFile({}), null)
})

test('a sha1 that is none cannot lead anywhere', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  await assert.rejects(connector.save(Buffer.from('x'), { archive: true, sha1: '../../../x' }), {
    name: 'StoqError',
  })
  await assert.rejects(async () => connector.getFile({ sha1: '../../../../../../../etc/hostname' }), {
    name: 'StoqError',
  })
  await assert.rejects(connector.save(Buffer.from('x'), { archive: true }), { code: 'STOQ_CONNECTOR_SAVE' })
})

test('getFile is held to the paths that stoQ may read', async () => {
  const { scratch, connector } = await open()
  await using _ = scratch
  await assert.rejects(async () => connector.getFile({ path: '/etc/hostname' }), {
    code: 'STOQ_SOURCE_FORBIDDEN',
  })
  writeFileSync(join(scratch.home, 'x'), 'ok')
  assert.equal(String(Buffer.from((await connector.getFile({ path: join(scratch.home, 'x') })) ?? [])), 'ok')
})

test('with fsync a document is saved all the same', async () => {
  const { scratch, connector } = await open({ fsync: true })
  await using _ = scratch
  assert.equal(readFileSync(await connector.save({ a: 1 }, { durable: true }), 'utf8'), '{\n    "a": 1\n}')
})

test('an archive elsewhere gives by sha1 what was put there, and nothing else', async () => {
  await using elsewhere = openScratch()
  await using scratch = openScratch({ archive_base: join(elsewhere.home, 'archive'), max_payload_size: 10 })
  const connector = (await scratch.stoq.loadPlugin('file', 'connector')) as unknown as FileConnector
  const payload = Buffer.from('abc')
  const { sha1 } = hashPayload(payload)
  const path = await connector.save(payload, { archive: true, sha1 })
  assert.deepEqual(Buffer.from((await connector.getFile({ sha1: sha1.toUpperCase() })) ?? []), payload)
  await assert.rejects(connector.getFile({ path }), { code: 'STOQ_SOURCE_FORBIDDEN' })
  const sha1Of = (digit: string) => digit.repeat(40)
  await assert.rejects(connector.getFile({ sha1: sha1Of('0') }), {
    code: 'STOQ_SOURCE_UNREADABLE',
    message: /no such file/,
  })
  const large = await connector.save(Buffer.alloc(11), { archive: true, sha1: sha1Of('1') })
  assert.ok(large)
  await assert.rejects(connector.getFile({ sha1: sha1Of('1') }), { code: 'STOQ_PAYLOAD_TOO_LARGE' })
  mkdirSync(join(scratch.stoq.hashpath(sha1Of('2')), sha1Of('2')), { recursive: true })
  await assert.rejects(connector.getFile({ sha1: sha1Of('2') }), { code: 'STOQ_SOURCE_UNREADABLE' })
  mkdirSync(scratch.stoq.hashpath(sha1Of('3')), { recursive: true })
  symlinkSync('/etc/hostname', join(scratch.stoq.hashpath(sha1Of('3')), sha1Of('3')))
  await assert.rejects(connector.getFile({ sha1: sha1Of('3') }), { name: 'StoqError' })
})
