import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { baseName, decodeName, decodeUtf8, streamName } from './names.ts'

const baseNames: [path: string, name: string | null][] = [
  ['a.txt', 'a.txt'],
  ['d/a.txt', 'a.txt'],
  ['..\\..\\a.txt', 'a.txt'],
  ['d/', 'd'],
  ['d/./..', 'd'],
  ['..', null],
  ['/', null],
  ['', null],
]
for (const [path, name] of baseNames) {
  test(`the last part of ${JSON.stringify(path)} is ${JSON.stringify(name)}`, () =>
    assert.equal(baseName(path), name))
}

const streamNames: [filename: string | null, told: string | null, name: string | null][] = [
  ['a.txt.gz', null, 'a.txt'],
  ['A.TGZ', null, 'A.tar'],
  ['../../x/a.xz', null, 'a'],
  ['a', null, 'a'],
  ['a', 'told', 'told'],
  ['a.gz', 'told', 'a'],
  ['a.constructor', null, 'a.constructor'],
  ['.gz', null, '.gz'],
  [null, 'told', 'told'],
  [null, null, null],
]
for (const [filename, told, name] of streamNames) {
  const title = `${JSON.stringify(filename)} that tells ${JSON.stringify(told)} holds ${JSON.stringify(name)}`
  test(title, () => assert.equal(streamName('gz', filename, told), name))
}

test('what is in a compressed Flash file is named as 7-Zip does', () => {
  assert.equal(streamName('swf', 'x.swf'), 'x~.swf')
})

test('names of any bytes become valid text, and a base name has no slash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      for (const text of [decodeName(bytes, 'cp437'), decodeName(bytes, 'latin1'), decodeUtf8(bytes)]) {
        assert.ok(text.isWellFormed())
        assert.doesNotMatch(baseName(text) ?? '', /[/\\]/)
      }
    }),
  )
})
