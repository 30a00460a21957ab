import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { getMd5, getSha1, getSha256, getSha512, hashPayload } from './hashes.ts'

const sentence = Buffer.from('This string will be hashed for testing')

test('the four hashes come in the order md5, sha1, sha256, sha512', () => {
  assert.deepEqual(Object.keys(hashPayload(sentence)), ['md5', 'sha1', 'sha256', 'sha512'])
})

test('a payload is hashed to lower-case hex', () => {
  assert.equal(getMd5(sentence), '5a2db68e8be7f8ef361c27eb21e2ac37')
  assert.equal(getSha1(sentence), '632fb8827e40de9ffd8f8dbafdaddf9a4db5fb2a')
  assert.equal(getSha256(sentence), 'a698ce08530306b9fd281f2533207fb48bae63e27a3cfe7529aa505be7e7257b')
  assert.match(getSha512(sentence), /^[0-9a-f]{128}$/)
})

test('all at once gives what each alone gives', () => {
  const { md5, sha1, sha256, sha512 } = hashPayload(sentence)
  assert.deepEqual(
    [md5, sha1, sha256, sha512],
    [getMd5(sentence), getSha1(sentence), getSha256(sentence), getSha512(sentence)],
  )
})

test('an empty payload has the hashes of nothing', () => {
  assert.equal(getMd5(new Uint8Array()), 'd41d8cd98f00b204e9800998ecf8427e')
  assert.equal(getSha1(new Uint8Array()), 'da39a3ee5e6b4b0d3255bfef95601890afd80709')
})

test('a view of a larger buffer is hashed alone', () => {
  const view = new Uint8Array(new Uint8Array([9, 1, 2, 3, 9]).buffer, 1, 3)
  assert.equal(getSha256(view), getSha256(new Uint8Array([1, 2, 3])))
})

test('a payload of several megabytes gives what a stream of it gives', () => {
  const payload = new Uint8Array(5_000_000).map((_, index) => index % 251)
  assert.equal(getSha512(payload), createHash('sha512').update(payload).digest('hex'))
})

test('text is refused', () => {
  // @ts-expect-error text is no payload
  assert.throws(() => getMd5('text'), TypeError)
  // @ts-expect-error neither is nothing
  assert.throws(() => hashPayload(null), /must be bytes \(Uint8Array\)/)
})
