import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeMessage, encodeMessage } from './body.ts'

const refused = (body: unknown, reason: RegExp) =>
  assert.throws(() => decodeMessage(body), { code: 'STOQ_SOURCE_MESSAGE', message: reason })

test('a message of a publisher of v1 is read as it is', () => {
  const body =
    '{\n    "path": "/in/a.txt",\n    "archive": "file",\n    "uuid": [\n        "e921a56d"\n    ]\n}'
  assert.deepEqual(decodeMessage(body), { path: '/in/a.txt', archive: 'file', uuid: ['e921a56d'] })
  assert.equal(encodeMessage(decodeMessage(body)), body)
})

test('bytes of a payload travel without loss', () => {
  fc.assert(
    fc.property(fc.uint8Array(), payload => {
      const { payload: given } = decodeMessage(encodeMessage({ payload, filename: 'a' }))
      assert.deepEqual(Uint8Array.from(given ?? []), Uint8Array.from(payload))
    }),
  )
})

test('a body that the client has parsed already, and one in bytes, are read too', () => {
  assert.deepEqual(decodeMessage({ path: '/a' }), { path: '/a' })
  assert.deepEqual(decodeMessage(Buffer.from('{"path":"/a"}')), { path: '/a' })
})

test('what is no message is refused with the reason', () => {
  refused('no json', /it is not JSON/)
  refused('[1]', /must be a JSON object/)
  refused('null', /must be a JSON object/)
  refused('{"payload": "b\'MZ\'"}', /payload must be/)
  refused('{"payload": {"base64": "!!!!"}}', /damaged/)
  refused(undefined, /must be a JSON object/)
})

test('keys that steered stoQ of v1 are left out, and so is what is null', () => {
  assert.deepEqual(
    decodeMessage('{"path":"/a","_stoq_multiprocess_eoq":true,"ratelimit":"1/1","tlp":null}'),
    { path: '/a' },
  )
})

test('whatever the body is: a message or STOQ_SOURCE_MESSAGE', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), body => {
      try {
        assert.equal(typeof decodeMessage(body), 'object')
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'STOQ_SOURCE_MESSAGE')
      }
    }),
  )
})
