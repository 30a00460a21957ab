import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import { Extraction } from './sevenzip-extraction.ts'
import { loadSevenZip } from './sevenzip-runtime.ts'
import { contents, makeTask, makeWithSevenZip, unpack } from './test-archives.ts'

const twoFiles = { 'a.txt': 'first', 'd/b.txt': 'second' }
const twoNames = { 'a.txt': 'first', 'b.txt': 'second' }

for (const [name, switches] of [
  ['x.7z', []],
  ['x.7z', ['-m0=PPMd']],
  ['x.7z', ['-m0=BZip2', '-ms=off']],
  ['x.wim', []],
] as const) {
  test(`${[name, ...switches].join(' ')} is unpacked`, async () => {
    assert.deepEqual(await contents(await makeWithSevenZip(name, twoFiles, switches)), twoNames)
  })
}

for (const name of ['x.xz', 'x.bz2']) {
  test(`${name} gives its content under the name without the suffix`, async () => {
    const file = await makeWithSevenZip(name, { 'a.txt': 'first' })
    assert.deepEqual(await contents(file, { kwargs: { filename: name } }), { x: 'first' })
  })
}

test('.Z gives its content', async () => {
  // 9-bit codes of plain bytes, least significant bit first
  const codes = [...Buffer.from('abc')].reduce(
    (bits, byte, index) => bits | (BigInt(byte) << BigInt(9 * index)),
    0n,
  )
  const data = Buffer.alloc(8)
  data.writeBigUInt64LE(codes)
  const file = Buffer.concat([Buffer.from([0x1f, 0x9d, 0x90]), data.subarray(0, 4)])
  assert.deepEqual(await contents(file, { kwargs: { filename: 'x.tar.Z' } }), { 'x.tar': 'abc' })
})

test('cpio: paths that lead elsewhere are told as they are, links and pipes are no content', async () => {
  const cpio = makeCpio([
    { name: '../../up.txt', content: 'first', mode: 0o100644 },
    { name: '/abs/b.txt', content: 'second', mode: 0o100644 },
    { name: 'link', content: '/etc/passwd', mode: 0o120777 },
    { name: 'pipe', content: '', mode: 0o010644 },
    { name: 'd', content: '', mode: 0o040755 },
    { name: 'empty', content: '', mode: 0o100644 },
    { name: 'new\nline', content: 'third', mode: 0o100644 },
  ])
  const { members, error, log } = await unpack(cpio)
  assert.equal(error, null)
  assert.deepEqual(
    members.map(({ meta, content }) => [meta['filename'], meta['original_path'], content.toString()]),
    [
      ['up.txt', '../../up.txt', 'first'],
      ['b.txt', '/abs/b.txt', 'second'],
      ['empty', undefined, ''],
      ['new\nline', undefined, 'third'],
    ],
  )
  assert.deepEqual(log, ['link is a symbolic link: left out', 'pipe is no regular file: left out'])
})

test('members of one name are all given', async () => {
  const cpio = makeCpio(
    ['first', 'second', 'third'].map(content => ({ name: 'same', content, mode: 0o100644 })),
  )
  const { members } = await unpack(cpio)
  assert.deepEqual(
    members.map(({ content }) => content.toString()),
    ['first', 'second', 'third'],
  )
})

test('RAR 5 is unpacked', async () => {
  const { members } = await unpack(
    makeRar5([
      ['a.txt', 'first'],
      ['d/b.txt', 'second'],
    ]),
  )
  assert.deepEqual(
    members.map(({ meta, content }) => [meta['filename'], meta['archive_type'], content.toString()]),
    [
      ['a.txt', 'rar', 'first'],
      ['b.txt', 'rar', 'second'],
    ],
  )
})

test('a wrong CRC is told, and content of the right size is given with a sign of it', async () => {
  const { members, error } = await unpack(
    makeRar5([
      ['a.txt', 'first', 1],
      ['b.txt', 'second'],
    ]),
  )
  assert.deepEqual(
    members.map(({ meta }) => meta['damaged']),
    ['CRC Failed', undefined],
  )
  assert.match(error?.message ?? '', /a\.txt: CRC Failed/)
})

test('of an xz stream that is cut short what comes before is given, with a sign of it', async () => {
  const numbers = Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 100_003).join(' ')
  const file = await makeWithSevenZip('x.xz', { 'a.txt': numbers })
  const { members, error } = await unpack(file.subarray(0, file.length / 2))
  const [found] = members
  assert.equal(found?.meta['damaged'], 'Unexpected end of data')
  assert.ok((found?.content.length ?? 0) > numbers.length / 4)
  assert.equal(found?.content.toString(), numbers.slice(0, found?.content.length))
  assert.match(error?.message ?? '', /Unexpected end of data/)
})

test('a member that is cut short before its first byte is told and not given', async () => {
  const rar = makeRar5([
    ['a.txt', 'first'],
    ['b.txt', 'second'],
  ])
  const { members, error } = await unpack(rar.subarray(0, rar.indexOf('second') + 3))
  assert.deepEqual(
    members.map(({ meta }) => meta['filename']),
    ['a.txt'],
  )
  assert.match(error?.message ?? '', /b\.txt: /)
})

test('LHA is unpacked', async () => {
  assert.deepEqual(await contents(makeLzh('a.txt', 'first')), { 'a.txt': 'first' })
})

test('ARJ is unpacked', async () => {
  assert.deepEqual(await contents(makeArj('a.txt', 'first')), { 'a.txt': 'first' })
})

test('XAR is unpacked, its table of contents comes along', async () => {
  const found = await contents(makeXar('a.txt', 'first'))
  assert.deepEqual(Object.keys(found).sort(), ['[TOC].xml', 'a.txt'])
  assert.equal(found['a.txt'], 'first')
})

test('an archive that cannot be opened is told', async () => {
  const seven = await makeWithSevenZip('x.7z', twoFiles)
  const { members, error } = await unpack(seven.subarray(0, -20))
  assert.equal(members.length, 0)
  assert.match(
    error?.message ?? '',
    /7z: cannot be opened: damaged, cut short or of a kind that 7-Zip does not know/,
  )
})

test('what has a short marker by chance is nothing, without a fault', async () => {
  for (const start of ['\x1f\x9d\x90', '\x60\xea\x2a\0\x22', '\x20\x11-lh5-']) {
    const { members, error } = await unpack(
      Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(60, 'text')]),
    )
    assert.deepEqual([members.length, error], [0, null])
  }
})

test('an archive that is larger than what is held comes in several runs, every member once', async () => {
  const files = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, `content ${index}`]))
  for (const switches of [[], ['-ms=off']]) {
    const input = await makeWithSevenZip('x.7z', files, switches)
    const listed = Object.keys(files).map(path => ({ path, size: 9, isEncrypted: false, type: '-' }))
    const extraction = new Extraction({ task: makeTask(input), type: '7z', input, listed, maxHeld: 20 })
    const found: [string | null, string][] = []
    for await (const { path, content } of extraction.run(await loadSevenZip(), ['-'])) {
      found.push([path, Buffer.from(content).toString()])
    }
    assert.deepEqual(Object.fromEntries(found), files)
    assert.equal(found.length, 9)
  }
})

test('7-Zip is asked to stop also while it passes over what is done', async () => {
  const content = Buffer.alloc(20 * 2 ** 20)
  const solid = await makeWithSevenZip('x.7z', { a: content, b: content }, ['-mx=1', '-ms=on'])
  const task = makeTask(solid)
  let checks = 0
  task.check = () => void checks++
  const listed = ['a', 'b'].map(path => ({ path, size: content.length, isEncrypted: false, type: '-' }))
  const extraction = new Extraction({ task, type: '7z', input: solid, listed, maxHeld: 1 })
  const after: number[] = []
  for await (const { path } of extraction.run(await loadSevenZip(), ['-'])) if (path) after.push(checks)
  const [first = 0, second = 0] = after
  assert.ok(first > 50 && second > 2.5 * first, `${first} and ${second} checks`)
})

test('content of more than 32 MiB and unknown size comes whole', async () => {
  const content = Buffer.alloc(40 * 2 ** 20)
  content.write('end', content.length - 3)
  const { members } = await unpack(await makeWithSevenZip('x.bz2', { content }, ['-mx1']))
  assert.deepEqual(
    members.map(member => crc32(member.content)),
    [crc32(content)],
  )
})

interface CpioMember {
  name: string
  content: string
  mode: number
}

/** cpio(5), new ASCII format. */
function makeCpio(members: readonly CpioMember[]): Buffer {
  const padded = (part: Buffer) => Buffer.concat([part, Buffer.alloc((4 - (part.length % 4)) % 4)])
  const parts = [...members, { name: 'TRAILER!!!', content: '', mode: 0 }].map(
    ({ name, content, mode }, index) => {
      const fields = [index, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0]
      const header = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}${name}\0`
      return Buffer.concat([padded(Buffer.from(header)), padded(Buffer.from(content))])
    },
  )
  return Buffer.concat(parts)
}

/** RAR 5.0 archive format (rarlab.com/technote.htm), stored files. */
function makeRar5(files: readonly (readonly [name: string, content: string, crc?: number])[]): Buffer {
  const block = (...fields: (number | Buffer)[]) => {
    const body = Buffer.concat(
      fields.map(field => (typeof field === 'number' ? Buffer.from([field]) : field)),
    )
    const sized = Buffer.concat([Buffer.from([body.length]), body])
    return Buffer.concat([uint32(crc32(sized)), sized])
  }
  const parts = files.map(([name, content, crc = crc32(content)]) =>
    Buffer.concat([
      // type file, with data; data size; flags: CRC; size; attributes; CRC; stored; Unix; name
      block(2, 2, content.length, 4, content.length, 0, uint32(crc), 0, 1, name.length, Buffer.from(name)),
      Buffer.from(content),
    ]),
  )
  return Buffer.concat([
    Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'),
    block(1, 0, 0),
    ...parts,
    block(5, 0, 0),
  ])
}

/** LHA, header of level 0, stored. */
function makeLzh(name: string, content: string): Buffer {
  const fields = [
    uint32(content.length),
    uint32(content.length),
    Buffer.alloc(4),
    Buffer.from([0x20, 0, name.length]),
  ]
  const crc = Buffer.alloc(2)
  crc.writeUInt16LE(crc16(Buffer.from(content)))
  const body = Buffer.concat([Buffer.from('-lh0-'), ...fields, Buffer.from(name), crc])
  const sum = body.reduce((total, byte) => total + byte, 0) & 0xff
  return Buffer.concat([Buffer.from([body.length, sum]), body, Buffer.from(content), Buffer.alloc(1)])
}

function crc16(bytes: Buffer): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  }
  return crc
}

/** ARJ (its TECHNOTE), stored. */
function makeArj(name: string, content: string): Buffer {
  const header = (type: number, sizes: Buffer, text: string) => {
    const fixed = Buffer.alloc(30)
    Buffer.from([30, 11, 1, 2, 0, 0, type]).copy(fixed)
    sizes.copy(fixed, 12)
    const body = Buffer.concat([fixed, Buffer.from(`${text}\0\0`)])
    const start = Buffer.from([0x60, 0xea, body.length, 0])
    return Buffer.concat([start, body, uint32(crc32(body)), Buffer.alloc(2)])
  }
  const sizes = Buffer.concat([uint32(content.length), uint32(content.length), uint32(crc32(content))])
  const end = Buffer.from([0x60, 0xea, 0, 0])
  return Buffer.concat([
    header(2, Buffer.alloc(12), 'x.arj'),
    header(0, sizes, name),
    Buffer.from(content),
    end,
  ])
}

/** XAR: header, compressed table of contents, heap; stored. */
function makeXar(name: string, content: string): Buffer {
  const size = content.length
  const data = `<data><offset>0</offset><length>${size}</length><size>${size}</size><encoding style="application/octet-stream"/></data>`
  const toc = `<?xml version="1.0"?><xar><toc><file id="1"><name>${name}</name><type>file</type>${data}</file></toc></xar>`
  const packed = deflateSync(toc)
  const header = Buffer.alloc(28)
  header.write('xar!\0\x1c\0\x01', 'latin1')
  header.writeBigUInt64BE(BigInt(packed.length), 8)
  header.writeBigUInt64BE(BigInt(toc.length), 16)
  return Buffer.concat([header, packed, Buffer.from(content)])
}

function uint32(value: number): Buffer {
  const field = Buffer.alloc(4)
  field.writeUInt32LE(value)
  return field
}
