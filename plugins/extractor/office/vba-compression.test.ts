import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compress } from './golden/vba-maker.ts'
import { decompressContainer, findContainers } from './vba-compression.ts'

const all = 2 ** 26

/** The examples of [MS-OVBA] 3.2. */
const examples = {
  'a text that cannot be compressed': [
    'abcdefghijklmnopqrstuv.',
    '0119b000616263646566676800696a6b6c6d6e6f70007172737475762e',
  ],
  'a text with copies': [
    '#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa',
    '012fb000236161616263646582660070616768696a013808616b6c00306d6e6f7006710270041072737475761077787 97a003c',
  ],
  'the same letter 73 times': ['a'.repeat(73), '0103b002614500'],
} as const

for (const [what, [text, packed]] of Object.entries(examples)) {
  test(`the example of the specification with ${what} is unpacked`, () => {
    const bytes = Buffer.from(packed.replaceAll(' ', ''), 'hex')
    const found = decompressContainer(bytes, 0, all)
    assert.deepEqual(found, { content: Buffer.from(text), end: bytes.length, isDamaged: false, isCut: false })
  })
}

test('whatever is packed comes out again, wherever it stands', () => {
  const source = fc.oneof(fc.uint8Array({ maxLength: 9000 }), fc.string({ maxLength: 9000 }).map(Buffer.from))
  fc.assert(
    fc.property(source, fc.nat(20), (content, start) => {
      const bytes = Buffer.concat([Buffer.alloc(start), compress(content), Buffer.from('after it')])
      const found = decompressContainer(bytes, start, all)
      // A chunk that cannot be compressed is filled up with zeros.
      assert.ok(found)
      assert.deepEqual(found.content.subarray(0, content.length), Buffer.from(content))
      assert.ok(found.content.subarray(content.length).every(byte => byte === 0))
    }),
    { numRuns: 50 },
  )
})

test('a container that is cut short gives what is there and says so', () => {
  const packed = compress(Buffer.from('Attribute VB_Name = "Module1"\r\n'))
  const found = decompressContainer(packed.subarray(0, 20), 0, all)
  assert.equal(found?.isDamaged, true)
  assert.equal(found?.content.toString(), 'Attribute VB_Na')
})

test('a copy from before the beginning is damage', () => {
  const found = decompressContainer(Buffer.from('0104b00261ffff', 'hex'), 0, all)
  assert.equal(found?.isDamaged, true)
  assert.equal(found?.content.toString(), 'a')
})

test('what unfolds to more than the limit stops there', () => {
  const packed = compress(Buffer.alloc(2 ** 20, 'x'))
  const found = decompressContainer(packed, 0, 10_000)
  assert.deepEqual([found?.isCut, found?.content.length], [true, 8192])
})

test('arbitrary bytes never give more than the limit, nor an end outside', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(10_000), (bytes, limit) => {
      const found = decompressContainer(Uint8Array.of(1, 0x40, 0xb0, ...bytes), 0, limit)
      assert.ok(found && found.content.length <= limit && found.end <= bytes.length + 3)
    }),
  )
})

test('containers of source are found between other bytes, and none within one that was read', () => {
  const packed = compress(Buffer.from('Attribute VB_Name = "Module1"\r\nSub A()\r\nEnd Sub'))
  const bytes = Buffer.concat([Buffer.from('junk\0Attribut '), packed, Buffer.alloc(9), packed])
  assert.deepEqual([...findContainers(bytes)], [14, 14 + packed.length + 9])
  const search = findContainers(bytes)
  search.next()
  assert.equal(search.next(bytes.length).done, true)
})
