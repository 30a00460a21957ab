import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Base85Decoder } from './b85.ts'

const plugin = new Base85Decoder()

/** The content as latin1; null when the payload is not Base85. The size in the metadata is checked on the way. */
function decode(payload: Uint8Array | string): string | null {
  const found = plugin.decode(Buffer.from(payload)) as [{ size: number }, Uint8Array][] | null
  if (!found) return null
  const [[meta, content] = [{ size: -1 }, new Uint8Array()]] = found
  assert.deepEqual(meta, { size: content.length })
  return Buffer.from(content).toString('latin1')
}

/** RFC 1924 in the other direction, group by group. */
function encode(bytes: Uint8Array): string {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const group = Buffer.alloc(4)
    group.set(bytes.subarray(at, at + 4))
    let [word, digits] = [group.readUInt32BE(), '']
    for (let count = 0; count < 5; count++) {
      digits = letters[word % 85] + digits
      word = Math.floor(word / 85)
    }
    text += digits.slice(0, Math.min(4, bytes.length - at) + 1)
  }
  return text
}

test('Base85 text is decoded', () => {
  assert.equal(decode('Xk~0{Zy;hgH2'), 'hello b85')
})

test('whatever was encoded comes back, with lines of any length', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
      const lines =
        encode(bytes)
          .match(new RegExp(`.{1,${width}}`, 'g'))
          ?.join('\r\n') ?? ''
      assert.equal(decode(lines), Buffer.from(bytes).toString('latin1'))
    }),
  )
})

test('an empty payload decodes to an empty one, and so does a character that stands alone', () => {
  assert.equal(decode(''), '')
  assert.equal(decode('A'), '')
})

test('a character outside of the alphabet makes it no Base85: blanks, quotes, binary bytes', () => {
  for (const foreign of [' ', '"', "'", ',', '.', '/', ':', '[', '\\', ']', '\0', '\xe9'])
    assert.equal(decode(Buffer.from(`Xk~0{${foreign}Zy;hg`, 'latin1')), null)
})

test('a group above four bytes of ones is none that an encoder writes', () => {
  assert.equal(decode('|NsC0'), '\xff\xff\xff\xff')
  assert.equal(decode('|NsC1'), null)
  assert.equal(decode('~~~~~'), null)
  assert.equal(decode('~'), null)
})

test('Ascii85 is another encoding', () => {
  assert.equal(decode('<~87cURD]i,"Ebo7~>'), null)
})
