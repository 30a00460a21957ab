import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Budget, type PluginContext, type Stoq } from 'stoq'
import { DecompressExtractor } from './decompress.ts'
import { makeTar, makeWithSevenZip, makeZip, unpack } from './test-archives.ts'

test('every member comes with its name, its size and the path that the archive tells', async () => {
  const { members, error, truncated } = await unpack(makeZip([{ name: 'sub/b.txt', content: 'second' }]))
  assert.deepEqual(members, [
    {
      meta: { filename: 'b.txt', size: 6, original_path: 'sub/b.txt', archive_type: 'zip' },
      content: Buffer.from('second'),
    },
  ])
  assert.equal(error, null)
  assert.deepEqual(truncated, [])
})

test('the format is decided by the content, never by the name', async () => {
  const { members } = await unpack(gzipSync('text'), { kwargs: { filename: 'sample.zip' } })
  assert.deepEqual(members[0]?.meta, { filename: 'sample.zip', size: 4, archive_type: 'gz' })
})

test('one layer is unpacked: a compressed tar gives the tar', async () => {
  const tar = makeTar([{ name: 'a.txt', content: 'first' }])
  const { members } = await unpack(gzipSync(tar), { kwargs: { filename: 'x.tgz' } })
  assert.equal(members[0]?.meta['filename'], 'x.tar')
  assert.deepEqual(members[0]?.content, tar)
})

test('a member is there before the next one is unpacked', async () => {
  const plugin = new DecompressExtractor()
  const zip = makeZip([
    { name: 'a', content: 'first' },
    { name: 'b', method: 8, packed: Buffer.from('no deflate stream') },
  ])
  const found = plugin.extract(zip, {}, makeContext())
  assert.ok(found && Symbol.asyncIterator in found)
  const first = await found[Symbol.asyncIterator]().next()
  assert.equal(first.value?.[0]['filename'], 'a')
})

test('activation needs the package of 7-Zip and loads nothing of it', async () => {
  const plugin = new DecompressExtractor()
  assert.equal(await plugin.activate(Object.create(null) as Stoq), true)
})

const nothing = [
  '',
  'x',
  'plain text, nothing packed',
  'MZ\x90\x00 and so on',
  '\x7fELF',
  '%PDF-1.7',
  '{\\rtf1 }',
]
for (const text of nothing) {
  test(`${JSON.stringify(text)} gives null`, () => {
    assert.equal(new DecompressExtractor().extract(Buffer.from(text, 'latin1'), {}, makeContext()), null)
  })
}

test('bytes of any kind give no member by chance and no fault', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async bytes => {
      const { members, error } = await unpack(bytes)
      assert.deepEqual([members.length, error], [0, null])
    }),
    { numRuns: 500 },
  )
})

test('a broken archive never ends in anything but members and one clear fault', async () => {
  const seven = await makeWithSevenZip('s.7z', { 'a.txt': 'first' })
  const samples = [
    makeZip([{ name: 'a', content: 'first' }]),
    gzipSync('text'),
    makeTar([{ name: 'a' }]),
    seven,
  ]
  const change = fc.tuple(fc.nat(), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(change, { maxLength: 5 }),
      fc.nat(),
      async (sample, changes, cut) => {
        const broken = Buffer.from(
          sample.subarray(0, sample.length - (cut % 3 === 0 ? cut % sample.length : 0)),
        )
        for (const [at, byte] of changes) broken[at % broken.length] = byte
        const { error } = await unpack(broken)
        assert.ok(error === null || error.code === 'STOQ_PLUGIN_FAILED')
      },
    ),
    { numRuns: 200 },
  )
})

test('ACE is recognised and said to be out of reach', async () => {
  const { error } = await unpack(Buffer.from('\0\0\0\0\0\0\0**ACE**\x14\x14\x02', 'latin1'))
  assert.match(error?.message ?? '', /ACE archives are recognised and not supported/)
})

function makeContext(): PluginContext {
  const limits = {
    max_recursion: 3,
    max_children: 100,
    max_bytes: 1_000_000,
    max_time: 60,
    max_plugin_time: 60,
  }
  return { budget: new Budget(limits), signal: new AbortController().signal }
}
