import assert from 'node:assert/strict'
import { closeSync, fstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CallRecorder, readCalls, reserveCalls, slots } from './call-record.ts'
import { openNameless } from './temp.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-record-'))
after(() => rmSync(folder, { recursive: true }))

test('what a process is at can be read by another one', () => {
  const file = openNameless(folder)
  const recorder = new CallRecorder(file)
  const slot = recorder.begin(7, 'worker:yara')
  recorder.enter(slot, 7, 3, 'extractor:decompress')
  const [record, ...others] = readCalls(file)
  assert.deepEqual(others, [])
  assert.equal(record?.id, 7)
  assert.equal(record?.payload_id, 3)
  assert.equal(record?.plugin, 'extractor:decompress')
  assert.ok(Math.abs(Date.now() - (record?.since ?? 0)) < 1000)
  closeSync(file)
})

test('a call that comes first in place of that of the worker is in the record', () => {
  const file = openNameless(folder)
  const recorder = new CallRecorder(file)
  recorder.enter(recorder.begin(1, 'worker:w'), 1, 0, 'stoq:dispatch')
  assert.equal(readCalls(file)[0]?.plugin, 'stoq:dispatch')
  closeSync(file)
})

test('room for all places is there before the first', () => {
  const file = openNameless(folder)
  reserveCalls(file)
  assert.equal(fstatSync(file).size, 8 * 96)
  assert.deepEqual(readCalls(file), [])
  closeSync(file)
})

test('every payload that has begun has a place of its own', () => {
  const file = openNameless(folder)
  const recorder = new CallRecorder(file)
  for (let id = 1; id <= slots; id++) recorder.begin(id, 'worker:w')
  assert.deepEqual(
    readCalls(file).map(({ id }) => id),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
  closeSync(file)
})

test('what has come to its end is not in the record any more', () => {
  const file = openNameless(folder)
  const recorder = new CallRecorder(file)
  const slot = recorder.begin(1, 'worker:w')
  recorder.begin(2, 'worker:w')
  recorder.end(slot)
  recorder.settle()
  assert.deepEqual(
    readCalls(file).map(({ id }) => id),
    [2],
  )
  closeSync(file)
})

test('a name that is too long is cut', () => {
  const file = openNameless(folder)
  new CallRecorder(file).begin(1, `worker:${'ä'.repeat(200)}`)
  assert.match(readCalls(file)[0]?.plugin ?? '', /^worker:ä{30,40}$/)
  closeSync(file)
})

test('a new record is empty', () => {
  const file = openNameless(folder)
  assert.deepEqual(readCalls(file), [])
  closeSync(file)
})

test('a name that could do harm is not taken over', () => {
  const file = openNameless(folder)
  const recorder = new CallRecorder(file)
  for (const [index, name] of ['__proto__', 'worker:\x1b[2J', 'worker:a\nb'].entries())
    recorder.begin(index + 1, name)
  assert.deepEqual(
    readCalls(file).map(({ plugin }) => plugin),
    ['stoq:unknown', 'stoq:unknown', 'stoq:unknown'],
  )
  closeSync(file)
})
