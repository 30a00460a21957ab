import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameReader } from '../pool/frames.ts'
import { decodeMessage, encodeMessage, newMark } from './protocol.ts'

const mark = newMark()

function decode(head: unknown, body = ''): unknown {
  const text = typeof head === 'string' ? head : JSON.stringify(head)
  return decodeMessage(Buffer.from(text), Buffer.from(body), mark)
}

test('bytes travel beside the text, wherever they stand', () => {
  const message = {
    id: 1,
    result: [Buffer.from('one'), { deep: Buffer.alloc(0), deeper: [new Uint8Array([1])] }],
  }
  const [frame] = new FrameReader().push(Buffer.concat(encodeMessage(message, mark)))
  assert.ok(frame)
  assert.equal(frame.body.length, 4)
  assert.deepEqual(decodeMessage(frame.head, frame.body, mark), {
    id: 1,
    result: [Buffer.from('one'), { deep: Buffer.alloc(0), deeper: [Buffer.from([1])] }],
  })
})

test('a large payload is neither copied nor made text', () => {
  const payload = Buffer.alloc(1_000_000, 7)
  const chunks = encodeMessage({ id: 1, args: [payload] }, mark)
  assert.ok(chunks.some(({ buffer }) => buffer === payload.buffer))
  assert.ok(chunks.reduce((sum, { length }) => sum + length, 0) < payload.length + 200)
})

test('who does not know the mark cannot pass text for bytes', () => {
  const forged = { 'bytes:AAAAAAAAAAAAAAAAAAAAAA': [0, 3] }
  assert.deepEqual(decode({ id: 1, result: forged }, 'abc'), { id: 1, result: forged })
  assert.notEqual(newMark(), newMark())
})

test('an integer that would be rounded is the text of its digits', () => {
  const text =
    '{"id":1,"result":[18446744073709551615,-9007199254740993,9007199254740991,1e300,0.1234567890123456789]}'
  const result = ['18446744073709551615', '-9007199254740993', 9007199254740991, 1e300, 0.12345678901234568]
  assert.deepEqual(decode(text), { id: 1, result })
})

for (const [what, head] of [
  ['no JSON', '{'],
  ['no object', '[1]'],
  ['nothing', 'null'],
  ['no number', '{"id":"1"}'],
  ['a fault without a text', '{"id":1,"error":{"type":"X"}}'],
  ['a fault whose code is none', '{"id":1,"error":{"type":"X","message":"","code":5}}'],
  ['a line with a stack that is none', '{"log":"info","name":"","message":"","stack":[]}'],
  ['items that are none', '{"id":1,"items":5}'],
  ['a question without a name', '{"ask":1,"args":[]}'],
  ['a question without words', '{"ask":1,"name":"x"}'],
  ['a line without a text', '{"log":"info","name":""}'],
  ['bytes behind the end', JSON.stringify({ id: 1, result: { [mark]: [2, 2] } })],
  ['bytes before the beginning', JSON.stringify({ id: 1, result: { [mark]: [-1, 2] } })],
  ['bytes that are no numbers', JSON.stringify({ id: 1, result: { [mark]: ['0', 2] } })],
] as const) {
  test(`a process that says ${what} is not believed`, () => {
    assert.throws(() => decode(head, 'abc'))
  })
}
