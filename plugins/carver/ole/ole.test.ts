import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type Extracted, StoqError } from 'stoq'
import { makeCompoundFile } from './compound-file.fixture.ts'
import { entryOf, makeBomb, patched, samples, sector, text } from './ole.samples.ts'
import { OleCarver } from './ole.ts'

interface Carved {
  streams: { meta: Record<string, unknown>; content: Buffer }[]
  fault: string
  truncated: string[]
}

const limits = { max_recursion: 3, max_children: 1e6, max_bytes: 2 ** 30, max_time: 60, max_plugin_time: 60 }

/** Everything that is carved, and the fault behind it. */
function carve(payload: Uint8Array, own: Partial<typeof limits> = {}): Carved {
  const budget = new Budget({ ...limits, ...own })
  const carved: Carved = { streams: [], fault: '', truncated: [] }
  try {
    const found = new OleCarver().carve(payload, {}, { budget, signal: new AbortController().signal })
    for (const [meta, content] of (found ?? []) as Iterable<Extracted>) {
      if (!budget.takeChild(content.length)) break
      assert.equal(meta['size'], content.length)
      carved.streams.push({ meta, content: Buffer.from(content) })
    }
  } catch (error) {
    assert.ok(error instanceof StoqError, String((error as Error).stack))
    carved.fault = error.message
  }
  carved.truncated = budget.truncated.map(({ limit }) => limit)
  return carved
}

/** Contents by name. */
function contents({ streams }: Carved): Record<string, string> {
  return Object.fromEntries(streams.map(({ meta, content }) => [meta['name'], content.toString('latin1')]))
}

const two = { A: text('a', 100), 'Inner/B': text('b', 5000) }
const sample = (name: string) => Buffer.from(samples[name] as Uint8Array)

test('every stream is given with its path, file name and number; those in storages as well', () => {
  const { streams, fault } = carve(makeCompoundFile(two))
  assert.equal(fault, '')
  assert.deepEqual(
    streams.map(({ meta }) => meta),
    [
      { offset: 0, stream: 0, name: 'A', filename: 'A', size: 100 },
      { offset: 0, stream: 1, name: 'Inner/B', filename: 'B', size: 5000 },
    ],
  )
  assert.deepEqual(contents(carve(makeCompoundFile(two))), two)
})

test('sectors of 4096 bytes and sectors in any order are read as well', () => {
  assert.deepEqual(contents(carve(makeCompoundFile(two, { version: 4 }))), two)
  assert.deepEqual(contents(carve(makeCompoundFile(two, { isFragmented: true, tablesLast: true }))), two)
})

test('a sector table that needs more places than the header has is read to its end', () => {
  const large = { A: text('a', 100), B: Buffer.alloc(8 << 20, 'b'), C: text('c', 5000) }
  const file = makeCompoundFile(large, { isFragmented: true })
  assert.ok(file.readUInt32LE(72) > 0)
  const found = contents(carve(file))
  assert.ok(found['A'] === large.A && found['C'] === large.C && found['B'] === large.B.toString('latin1'))
})

test('streams without content count and are not given', () => {
  const { streams } = carve(makeCompoundFile({ A: '', B: 'b' }))
  assert.deepEqual(
    streams.map(({ meta }) => [meta['stream'], meta['name']]),
    [[1, 'B']],
  )
})

test('streams of macros, packages and the like are known by name, in any case', () => {
  const names = [
    'Macros/VBA/Module1',
    'x/VbA/dir',
    '\x01OLE10native',
    'Package',
    'Equation Native',
    'Book',
    'Plain',
  ]
  const { streams } = carve(makeCompoundFile(Object.fromEntries(names.map(name => [name, 'content']))))
  assert.deepEqual(Object.fromEntries(streams.map(({ meta }) => [meta['name'], meta['kind']])), {
    'Macros/VBA/Module1': 'vba',
    'x/VbA/dir': 'vba',
    '\x01OLE10native': 'package',
    Package: 'package',
    'Equation Native': 'equation',
    Book: 'document',
    Plain: undefined,
  })
})

test('a file name has no folder and no control character; without anything left there is none', () => {
  const { streams } = carve(makeCompoundFile({ '\x01..\\up': 'a', '\x05': 'b', '..\\': 'c' }))
  const names = streams.map(({ meta }) => meta['filename'])
  assert.deepEqual(new Set(names), new Set(['up', undefined]))
})

test('packed names of Windows Installer are told in clear, the raw one beside them', () => {
  const names = carve(sample('installer.msi')).streams.map(({ meta }) => [
    meta['name'],
    meta['original_path'],
  ])
  assert.deepEqual(names[1], ['Binary.icon', '\u430b\u4131\u4735\u433e\u44a6\u4831'])
  assert.deepEqual(
    names.map(([name]) => name),
    ['\x05SummaryInformation', 'Binary.icon', '!_StringPool', '!File'],
  )
})

test('files anywhere in a payload are found, each with its offset', () => {
  const file = makeCompoundFile(two)
  const payload = Buffer.concat([Buffer.alloc(13, 'x'), file, Buffer.from('yy'), file])
  assert.deepEqual(
    carve(payload).streams.map(({ meta }) => meta['offset']),
    [13, 13, 13 + file.length + 2, 13 + file.length + 2],
  )
})

test('a file inside of a stream is given with the stream, not a second time', () => {
  const inner = makeCompoundFile({ C: text('c', 5000) })
  const payload = Buffer.concat([Buffer.alloc(5), makeCompoundFile({ Attached: inner })])
  assert.deepEqual(Object.keys(contents(carve(payload))), ['Attached'])
})

test('a magic by chance is nothing', () => {
  assert.deepEqual(carve(Buffer.concat([sample('document.doc').subarray(0, 8), Buffer.alloc(9000, 1)])), {
    streams: [],
    fault: '',
    truncated: [],
  })
})

test('no compound file, or one without streams: null', () => {
  const context = { budget: new Budget(limits), signal: new AbortController().signal }
  assert.equal(new OleCarver().carve(Buffer.alloc(0), {}, context), null)
  assert.equal(new OleCarver().carve(Buffer.from('text'), {}, context), null)
  assert.equal(new OleCarver().carve(makeCompoundFile({}), {}, context), null)
})

test('sizes of sectors that are no sizes: the usual ones are tried, and it is told', () => {
  const carved = carve(patched(makeCompoundFile(two, { version: 4 }), [24, Buffer.alloc(16, 0xff)]))
  assert.deepEqual(contents(carved), two)
  assert.match(
    carved.fault,
    /^carver:ole failed: compound file at offset 0: the size of sectors is lost: 4096/,
  )
})

test('a directory that the header points past is found by its name, and it is told', () => {
  const carved = carve(Buffer.concat([Buffer.alloc(3), patched(makeCompoundFile(two), [48, [9, 9, 9, 9]])]))
  assert.deepEqual(contents(carved), two)
  assert.match(carved.fault, /offset 3: the place of the directory is lost/)
})

test('without a sector table the sectors are taken in their order, and it is told', () => {
  const carved = carve(patched(makeCompoundFile(two), [76, Buffer.alloc(4, 0xee)]))
  assert.deepEqual(contents(carved), two)
  assert.match(String(carved.streams[1]?.meta['damaged']), /sectors are taken in their order/)
  assert.notEqual(carved.fault, '')
})

test('a file that is cut gives what is left of its streams, and says how much', () => {
  const file = makeCompoundFile(two)
  const { streams, fault } = carve(file.subarray(0, file.length - 2000))
  const whole = two['Inner/B']
  const last = streams.at(-1)
  assert.ok(last && last.content.length > 2000 && whole.startsWith(last.content.toString('latin1')))
  assert.match(String(last.meta['damaged']), new RegExp(`${last.content.length} of 5000 bytes are there`))
  assert.match(fault, /streams are not whole/)
})

test('streams that no storage lists are given as orphans', () => {
  const { streams } = carve(sample('orphan.doc'))
  assert.deepEqual(
    streams.map(({ meta }) => [meta['name'], meta['orphan']]),
    [
      ['A', true],
      ['B', true],
    ],
  )
})

test('circles in chains and in the directory end, and are told', () => {
  const { streams, fault } = carve(sample('circle.doc'))
  assert.match(String(streams.at(-1)?.meta['damaged']), /runs in a circle/)
  assert.match(fault, /listed twice/)
})

test('storages in storages without end have short paths', () => {
  const depth = 3000
  const file = makeCompoundFile(
    Object.fromEntries(
      Array.from({ length: depth }, (_, index) => [`s${index}/x`, index === 0 ? 'end' : '']),
    ),
  )
  // Each storage is the child of the one before.
  const places = Array.from({ length: depth }, (_, index) => entryOf(file, `s${index}`))
  const first = entryOf(file, 'Root Entry')
  const none = [0xff, 0xff, 0xff, 0xff]
  const numberOf = (at: number) => [...new Uint8Array(Uint32Array.of((at - first) / 128).buffer)]
  const chained = patched(
    file,
    [first + 76, numberOf(places.at(-1) ?? 0)],
    ...places.flatMap((at, index): [number, number[]][] => [
      [at + 68, none],
      [at + 72, none],
      ...(index > 0 ? [[at + 76, numberOf(places[index - 1] ?? 0)] as [number, number[]]] : []),
    ]),
  )
  const [stream] = carve(chained).streams
  assert.equal(stream?.content.toString(), 'end')
  assert.ok(String(stream?.meta['name']).split('/').length <= 40)
})

test('streams that share their bytes are given until they are four times the payload', () => {
  const bomb = makeBomb(5000, 64 << 10)
  const { streams, fault } = carve(bomb)
  const total = streams.reduce((sum, { content }) => sum + content.length, 0)
  assert.ok(total > 3 * bomb.length && total <= 4 * bomb.length)
  assert.match(fault, /share their bytes/)
})

test('nothing is copied that the budget does not allow', () => {
  const file = makeCompoundFile({ A: text('a', 5000), B: text('b', 5000) }, { isFragmented: true })
  const { streams, truncated } = carve(file, { max_bytes: 7000 })
  assert.deepEqual([streams.length, truncated], [1, ['max_bytes']])
})

test('however a file is cut, what is given is the beginning of its streams', () => {
  const file = sample('document.doc')
  const whole = contents(carve(file))
  for (let length = 0; length < file.length; length += 61)
    for (const [name, content] of Object.entries(contents(carve(file.subarray(0, length)))))
      assert.ok(whole[name]?.startsWith(content), `${name} of ${length} bytes`)
})

test('however a file is damaged, there is nothing but streams and faults, within four times its size', () => {
  const files = ['document.doc', 'fragmented.doc', 'nested.msg', 'two.bin'].map(sample)
  const damage = fc.array(fc.tuple(fc.nat(2500), fc.constantFrom(0, 1, 2, 5, 0x7f, 0xfe, 0xff)), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(fc.constantFrom(...files), damage, (file, changes) => {
      const { streams } = carve(
        patched(file, ...changes.map(([at, value]): [number, number[]] => [at, [value]])),
      )
      return streams.reduce((sum, { content }) => sum + content.length, 0) <= 4 * file.length
    }),
    { numRuns: 1000 },
  )
})

test('ten megabytes of headers that share one directory take a moment', { timeout: 20_000 }, () => {
  const payload = Buffer.alloc(10 << 20)
  const file = makeBomb(4000, 4096)
  payload.set(file, payload.length - file.length)
  const [start, directory] = [payload.length - file.length, file.readUInt32LE(48)]
  for (let at = 0; at < start - 512; at += 512) {
    file.copy(payload, at, 0, 512)
    payload.writeUInt32LE((start - at) / 512 + directory, at + 48)
  }
  const begin = performance.now()
  carve(payload)
  assert.ok(performance.now() - begin < 10_000)
})

test('ten megabytes of magics, or of root entries, take a moment', { timeout: 20_000 }, () => {
  const magic = sample('document.doc').subarray(0, 8)
  assert.deepEqual(carve(Buffer.alloc(10 << 20, magic)).streams, [])
  const root = makeCompoundFile({}).subarray(sector(1), sector(1) + 128)
  assert.deepEqual(carve(Buffer.alloc(10 << 20, Buffer.concat([magic, root.subarray(8)]))).streams, [])
})
