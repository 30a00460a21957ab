import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type Extracted, StoqError } from 'stoq'
import { samples } from './onenote.samples.ts'
import { OneNoteExtractor } from './onenote.ts'
import { type Embedded, makeDataObject, makeSection } from './section.fixture.ts'

interface Given {
  files: { meta: Record<string, unknown>; content: Buffer }[]
  fault: string
}

const limits = { max_recursion: 3, max_children: 1e6, max_bytes: 2 ** 30, max_time: 60, max_plugin_time: 60 }

function extract(payload: Uint8Array): Given {
  const given: Given = { files: [], fault: '' }
  try {
    const context = { budget: new Budget(limits), signal: new AbortController().signal }
    const found = new OneNoteExtractor().extract(payload, {}, context)
    for (const [meta, content] of (found ?? []) as Iterable<Extracted>) {
      assert.equal(content.buffer, payload.buffer)
      assert.equal(content.byteOffset - payload.byteOffset, meta['offset'])
      assert.equal(content.length, meta['size'])
      given.files.push({ meta, content: Buffer.from(content) })
    }
  } catch (error) {
    assert.ok(error instanceof StoqError, String((error as Error).stack))
    given.fault = error.message
  }
  return given
}

const texts = ({ files }: Given) => files.map(({ content }) => content.toString())
const names = ({ files }: Given) => files.map(({ meta }) => meta['filename'])
const sample = (name: string) => Buffer.from(samples[name] as Uint8Array)
const letters: Embedded[] = ['a', 'b', 'c'].map(name => ({
  name: `${name}.txt`,
  content: `content of ${name}`,
}))

test('every embedded file is given with its name, extension and where it came from', () => {
  const { files, fault } = extract(
    makeSection([{ name: 'a.txt', path: 'C:\\own\\a.txt', extension: '.txt', content: 'content' }]),
  )
  assert.equal(fault, '')
  assert.deepEqual(files, [
    {
      meta: { offset: 1060, size: 7, filename: 'a.txt', extension: '.txt', original_path: 'C:\\own\\a.txt' },
      content: Buffer.from('content'),
    },
  ])
})

test('of several files each has its own name, pictures as well', () => {
  const given = extract(makeSection([...letters, { isPicture: true, name: 'dot.png', content: 'picture' }]))
  assert.deepEqual(texts(given), ['content of a', 'content of b', 'content of c', 'picture'])
  assert.deepEqual(names(given), ['a.txt', 'b.txt', 'c.txt', 'dot.png'])
})

test('a file name has no folder; a file without one has none', () => {
  const given = extract(
    makeSection([
      { name: '..\\..\\up.txt', content: 'x' },
      { content: 'y', extension: '' },
    ]),
  )
  assert.deepEqual(names(given), ['up.txt', undefined])
  assert.equal(given.files[0]?.meta['original_path'], '..\\..\\up.txt')
  assert.ok(!('extension' in (given.files[1]?.meta ?? {})))
})

test('a section in a section is given whole, and its names do not count outside of it', () => {
  const inner = makeSection(letters)
  const given = extract(makeSection([{ name: 'inner.one', content: inner }]))
  assert.deepEqual(names(given), ['inner.one'])
  assert.ok(given.files[0]?.content.equals(inner))
  assert.deepEqual(names(extract(inner)), ['a.txt', 'b.txt', 'c.txt'])
})

test('without a header, and without anything but frames, the files are found', () => {
  const section = makeSection(letters)
  assert.deepEqual(names(extract(section.fill(0, 0, 1024))), ['a.txt', 'b.txt', 'c.txt'])
  const frames = Buffer.concat([Buffer.from('xyz'), ...letters.map(({ content }) => makeDataObject(content))])
  assert.deepEqual(texts(extract(frames)), ['content of a', 'content of b', 'content of c'])
})

test('a length that no frame confirms is not believed: the content reaches to the end of the frame', () => {
  for (const length of [0, 1, 0x7fff_ffff, 0xffff_ffff]) {
    const { files, fault } = extract(
      Buffer.concat([makeDataObject('content!!!!!', length), makeDataObject('other')]),
    )
    assert.deepEqual(
      files.map(({ content }) => content.toString()),
      ['content!!!!!', 'other'],
    )
    assert.match(String(files[0]?.meta['damaged']), new RegExp(`the length is not ${length}`))
    assert.match(fault, /^extractor:onenote failed: embedded files that are not whole: 1$/)
  }
})

test('a file that is cut is given as far as it is there', () => {
  const frame = makeDataObject('x'.repeat(100))
  const { files, fault } = extract(frame.subarray(0, 36 + 40))
  assert.deepEqual([files[0]?.content.length, files[0]?.meta['damaged']], [40, '40 of 100 bytes are there'])
  assert.notEqual(fault, '')
})

test('no embedded file: null; one that OneDrive packaged: a fault', () => {
  const context = { budget: new Budget(limits), signal: new AbortController().signal }
  for (const payload of [
    Buffer.alloc(0),
    Buffer.from('text'),
    makeSection([]),
    makeDataObject('').subarray(0, 20),
  ])
    assert.equal(new OneNoteExtractor().extract(payload, {}, context), null)
  assert.match(extract(sample('packaged.one')).fault, /OneDrive/)
})

test('frames in frames are given once: the outer one', () => {
  const { files } = extract(sample('bomb.one'))
  assert.equal(files.length, 1)
})

test('however a section is damaged, what is given lies side by side in the payload', () => {
  const section = makeSection([...letters, { isPicture: true, name: 'dot.png', content: 'picture' }])
  const damage = fc.array(fc.tuple(fc.nat(section.length - 1), fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff)), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(damage, fc.nat(section.length), (changes, length) => {
      const copy = Buffer.from(section.subarray(0, length))
      for (const [at, value] of changes) copy[at] = value
      const { files } = extract(copy)
      const ends = files.map(({ meta }) => Number(meta['offset']) + Number(meta['size']))
      return files.every(({ meta }, index) => Number(meta['offset']) >= (ends[index - 1] ?? 0))
    }),
    { numRuns: 1000 },
  )
})

test('ten megabytes of frames, of lists, of nodes that share one object take a moment', {
  timeout: 20_000,
}, () => {
  const section = makeSection(letters)
  const start = section.indexOf(Buffer.from('C4F4F7F5B17A56A4', 'hex'))
  const begin = performance.now()
  for (const piece of [
    makeDataObject('').subarray(0, 36),
    section.subarray(start, start + 16),
    section.subarray(1024),
  ])
    extract(Buffer.concat([makeDataObject('x'), Buffer.alloc(10 << 20, piece)]))
  // Nodes of 22 bytes that all name one object of 262 kB at the start: 65535 properties without a value.
  const object = Buffer.alloc(6 + 65_535 * 4, Buffer.from('00000008', 'hex'))
  object.set(Buffer.from('00000080FFFF', 'hex'))
  const node = Buffer.alloc(22)
  node.writeUInt32LE((0x0a4 | (22 << 10) | (1 << 23) | (1 << 27) | (1 << 31)) >>> 0)
  node.writeUInt32LE(object.length, 8)
  node.writeUInt32LE(0x0006_0035, 16)
  const nodes = Buffer.alloc(10 << 20, node)
  extract(Buffer.concat([object, makeDataObject('x'), section.subarray(start, start + 16), nodes]))
  assert.ok(performance.now() - begin < 10_000)
})
