import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CompoundFile } from './cfb.ts'
import { samples } from './email.samples.ts'
import { tags } from './mapi.ts'
import { decompressRtf, mostRtf } from './rtf.ts'
import { contents, open } from './test-mails.ts'
import {
  compressRtf,
  makeCompound,
  makeTnef,
  mapiList,
  msgTree,
  tnefAttachment,
  tnefAttribute,
} from './test-outlook.ts'

const msg = samples['outlook.msg'] as Buffer

test('an Outlook message gives headers, bodies and attachments with their long names', () => {
  assert.deepEqual(
    open(msg).parts.map(({ meta }) => [meta['part'], meta['kind'], meta['filename'], meta['size']]),
    [
      [undefined, 'headers', 'headers.txt', 47],
      [undefined, 'body', 'body.txt', 21],
      [undefined, 'body', 'body.html', 54],
      [undefined, 'body', 'body.rtf', 29],
      ['1', 'attachment', 'long name.bin', 300],
      ['2', 'attachment', 'large.bin', 6000],
      ['3', 'body', 'body.txt', 6],
      ['3.1', 'attachment', 'deep.txt', 9],
      ['4', 'external', 'part-4.txt', 26],
    ],
  )
})

test('it says whose part it is, and in which stream it was', () => {
  const { meta, content } = open(msg).parts[7] ?? {}
  assert.equal(meta?.['subject'], 'nested')
  assert.equal(
    meta?.['stream'],
    '__attach_version1.0_#00000002/__substg1.0_3701000D/__attach_version1.0_#00000000/__substg1.0_37010102',
  )
  assert.equal(content?.toString(), 'deep down')
})

test('the words of all its bodies are handed down', () => {
  assert.equal(open(msg).parts[4]?.words[0], 'Sommer99.')
  assert.ok(open(msg).parts[7]?.words.includes('Sommer99'))
})

test('an attachment that lies elsewhere gives its path', () => {
  const part = open(msg).parts[8]
  assert.deepEqual(
    [part?.content.toString(), part?.meta['external']],
    ['\\\\host.example\\share\\x.doc', '\\\\host.example\\share\\x.doc'],
  )
})

test('a compound file without a message is null', () => {
  assert.equal(open(makeCompound({ WordDocument: Buffer.alloc(5000) })).isMail, false)
})

test('text in a code page is read', () => {
  const tree = msgTree({})
  tree['__substg1.0_0037001E'] = Buffer.from('\xcf\xf0\xe8\xe2\xe5\xf2', 'latin1')
  tree['__substg1.0_1000001E'] = Buffer.from('text', 'latin1')
  const properties = tree['__properties_version1.0'] as Buffer
  properties.writeUInt32LE(1251, 32 + 8)
  const [body] = open(makeCompound(tree)).parts
  assert.equal(body?.meta['subject'], 'Привет')
})

test('a message whose table of sectors is cut off gives what is still in order, and the loss is told', () => {
  const { parts, error } = open(msg.subarray(0, msg.length - 2600))
  assert.ok(parts.some(({ meta }) => meta['filename'] === 'body.txt'))
  assert.match(error?.message ?? '', /cut short/)
})

test('a chain of sectors that bites its tail ends', () => {
  const file = makeCompound({ ...msgTree({ [tags.body]: 'x' }), large: Buffer.alloc(9000, 1) })
  const fat = (file.readUInt32LE(76) + 1) * 512
  for (let sector = 0; sector < 20; sector++) file.writeUInt32LE(sector, fat + sector * 4)
  assert.ok(open(file).parts.length < 10)
  const compound = new CompoundFile(file)
  for (const entry of compound.children(compound.root)) assert.ok(compound.read(entry).length <= file.length)
})

test('attachments that share one large tree of entries do not take for ever', () => {
  const attachments = Array.from({ length: 4000 }, () => ({ values: {}, method: 1 }))
  const file = makeCompound({ ...msgTree({}, attachments), all: Object.fromEntries(many(8000)) })
  const directory = (file.readUInt32LE(48) + 1) * 512
  const entries = Array.from(
    { length: (file.length - directory) / 128 },
    (_, index) => directory + index * 128,
  )
  const isNamed = (at: number, name: string) => file.toString('utf16le', at, at + name.length * 2) === name
  const shared = file.readUInt32LE((entries.find(at => isNamed(at, 'all\0')) ?? 0) + 76)
  for (const at of entries) if (isNamed(at, '__attach')) file.writeUInt32LE(shared, at + 76)
  const begin = performance.now()
  open(file)
  assert.ok(performance.now() - begin < 3000)
})

function many(count: number): [string, Uint8Array][] {
  return Array.from({ length: count }, (_, index) => [`s${index}`, Buffer.alloc(0)])
}

test('a tree of entries that bites its tail ends', () => {
  const file = makeCompound(msgTree({ [tags.body]: 'x', [tags.subject]: 'y' }))
  const directory = (file.readUInt32LE(48) + 1) * 512
  for (let entry = 0; entry < 4; entry++) file.writeUInt32LE(1, directory + entry * 128 + 72)
  assert.ok(open(file).parts.length < 10)
})

test('whatever the compound file is, the plugin ends, and gives no more than the budget allows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(msg.length - 1), fc.nat(255)), { maxLength: 30 }),
      fc.nat(msg.length),
      (changes, length) => {
        const file = Buffer.from(msg)
        for (const [at, value] of changes) file[at] = value
        const { parts } = open(file.subarray(0, length), { limits: { max_bytes: 20_000 } })
        assert.ok(parts.reduce((sum, { content }) => sum + content.length, 0) <= 20_000)
      },
    ),
    { numRuns: 300 },
  )
})

test('compressed RTF of any text is what it was, also by reference', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 9000 }), text => {
      assert.equal(Buffer.from(decompressRtf(compressRtf(text)) ?? []).toString('latin1'), text)
    }),
  )
  // [MS-OXRTFCP] 4.1.2: with references into the dictionary and across its own output.
  const worked = '1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0'
  assert.equal(
    Buffer.from(decompressRtf(Buffer.from(worked, 'hex')) ?? []).toString(),
    '{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}',
  )
})

test('compressed RTF unfolds to no more than is told before', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 200 }), bytes => {
      const packed = Buffer.from(bytes)
      packed.writeUInt32LE(0x75465a4c, 8)
      assert.ok((decompressRtf(packed)?.length ?? 0) <= mostRtf(packed.length))
    }),
  )
})

test('TNEF gives its bodies and attachments, the long name before the short one', () => {
  assert.deepEqual(
    open(samples['winmail.dat'] as Buffer).parts.map(({ meta }) => [
      meta['kind'],
      meta['filename'],
      meta['size'],
    ]),
    [
      ['body', 'body.rtf', 17],
      ['body', 'body.txt', 9],
      ['attachment', 'long näme.txt', 300],
      ['message', 'nested', 116],
    ],
  )
})

test('a message in TNEF is TNEF again', () => {
  const nested = open(samples['winmail.dat'] as Buffer).parts.at(-1)
  assert.deepEqual(contents(nested?.content ?? ''), ['body.txt: inside', 'IN.TXT: deep'])
})

test('names of TNEF are read in its code page, and have no folders', () => {
  const file = makeTnef(tnefAttachment('..\\\xe9t\xe9.txt', Buffer.from('x')))
  const { meta } = open(file).parts[0] ?? {}
  assert.deepEqual([meta?.['filename'], meta?.['original_path']], ['été.txt', '..\\été.txt'])
})

test('a wrong checksum does not matter', () => {
  const file = Buffer.from(samples['winmail.dat'] as Buffer)
  file.writeUInt16LE(0x1234, file.length - 2)
  assert.equal(open(file).error, null)
})

test('TNEF that is cut short gives what is there, and the loss is told', () => {
  const file = makeTnef(
    tnefAttachment('a.txt', Buffer.from('whole')),
    tnefAttachment('b.txt', Buffer.from('halved')),
  )
  const { parts, error } = open(file.subarray(0, -5))
  assert.deepEqual(
    parts.map(({ content }) => content.toString()),
    ['whole', 'hal'],
  )
  assert.match(error?.message ?? '', /cut short/)
})

test('a list of properties that tells of billions ends with its bytes', () => {
  const list = mapiList({ [tags.body]: 'text' })
  list.writeUInt32LE(0xffffffff, 0)
  const { parts } = open(makeTnef(tnefAttribute(1, 0x00069003, list)))
  assert.deepEqual(
    parts.map(({ content }) => content.toString()),
    ['text'],
  )
})

test('whatever TNEF is, the plugin ends and gives no more than it was given', () => {
  const whole = samples['winmail.dat'] as Buffer
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }), changes => {
      const file = Buffer.from(whole)
      for (const [at, value] of changes) file[at] = value
      for (const { content } of open(file).parts) assert.ok(content.length <= 9 * file.length)
    }),
    { numRuns: 300 },
  )
})
