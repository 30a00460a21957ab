import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResultDocument } from '../results/types.ts'
import { documentIds } from './document-id.ts'
import type { Message } from './message.ts'

/** Documents of a payload: the first entry is the root. */
function documents(sha1: string | undefined, count = 1): ResultDocument[] {
  return Array.from({ length: count }, () => ({ results: [{ sha1 }] }) as unknown as ResultDocument)
}

function idOf(message: Message, sha1?: string, worker = 'yara'): string {
  return documentIds(worker, message, documents(sha1))[0] ?? ''
}

test('a message that is delivered again gives the same id, and so does one that failed before', () => {
  const message = { path: '/in/a', archive: 'file', uuid: ['1'], case: { a: 1, b: 2 } }
  assert.equal(idOf(message, 'aa'), idOf({ ...message }, 'aa'))
  assert.equal(idOf({ ...message, err: 'no luck' }, 'aa'), idOf(message, 'aa'))
  assert.match(idOf(message, 'aa'), /^[0-9a-f]{32}$/)
})

test('another worker, message or payload is another id', () => {
  const ids = [
    idOf({ path: '/in/a' }, 'aa'),
    idOf({ path: '/in/a' }, 'aa', 'other'),
    idOf({ path: '/in/b' }, 'aa'),
    idOf({ path: '/in/a' }, 'bb'),
    idOf({ path: '/in/a', uuid: ['1'] }, 'aa'),
  ]
  assert.equal(new Set(ids).size, ids.length)
})

test('the order of keys does not count', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), message => {
      const turned = Object.fromEntries(Object.entries(message).reverse())
      assert.equal(idOf(turned as Message, 'aa'), idOf(message as Message, 'aa'))
    }),
  )
})

test('bytes in a message count by their hash, hashed by the worker or not', () => {
  const payload = Buffer.from('abc')
  assert.equal(idOf({ payload }), idOf({ payload: new Uint8Array(payload) }))
  assert.notEqual(idOf({ payload }), idOf({ payload: Buffer.from('abd') }))
  assert.equal(idOf({ payload }), idOf({ payload }, 'a9993e364706816aba3e25717850c26c9cd0d89d'))
})

test('documents of a worker that nothing was given are all new', () => {
  assert.notEqual(idOf({}), idOf({}))
})

test('each document of a message has an id of its own, the first does not depend on their number', () => {
  const many = documentIds('yara', { path: '/a' }, documents('aa', 3))
  assert.equal(new Set(many).size, 3)
  assert.equal(many[0], idOf({ path: '/a' }, 'aa'))
})
