import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readGolden } from 'stoq/testing'
import { systemFiles } from './system-files.ts'
import { unpack } from './test-archives.ts'

const folder = fileURLToPath(new URL('../../../test/golden/extractor/decompress', import.meta.url))
const samples = new Map(readGolden(folder).map(({ name, payload }) => [name, payload]))

/** Images are kept packed. */
async function readImage(name: string): Promise<Uint8Array> {
  const plain = samples.get(name)
  if (plain) return plain
  const packed = ['gz', 'xz', 'zst'].flatMap(suffix => samples.get(`${name}.${suffix}`) ?? [])
  const [image] = (await unpack(packed[0] ?? new Uint8Array(), { kwargs: { filename: `${name}.gz` } }))
    .members
  assert.ok(image, name)
  return image.content
}

async function listing(name: string): Promise<string[]> {
  const { members, error } = await unpack(await readImage(name), { kwargs: { filename: name } })
  assert.equal(error, null, name)
  return members.map(({ meta, content }) => `${meta['original_path'] ?? meta['filename']} ${content.length}`)
}

const hello = 'hello.txt 31'
const inner = 'folder/inner.txt 1791'
const streams = ['hello.txt:Zone.Identifier 26', 'inner.txt 1791']

const wanted: Record<string, string[]> = {
  'fat12.img': [hello, inner],
  'fat32.img': [hello, inner],
  'ntfs.img': [hello, ...streams],
  'ext2.img': [hello, inner],
  'ext4.img': [hello, inner],
  'hfsplus.img': [`ISOIMAGE/${hello}`, `ISOIMAGE/${inner}`],
  'squashfs_gzip.img': [hello, inner],
  'squashfs_xz.img': [hello, inner],
  'cramfs.img': [hello, inner],
  'joliet.iso': [inner, hello],
  'rockridge.iso': [inner, hello],
  'bridge.iso': [inner, hello],
  'udf.iso': [inner, hello],
  'hybrid_mbr.iso': [inner, hello],
  'mbr_two.img': ['0.fat 65536', '1.img 98304', '2 61440'],
  'gpt_two.img': ['0.first.img 65536', '1.second.img 98304'],
  'apm.img': ['Apple.Apple_partition_map 3584', 'disk.hfs 24576'],
  'ntfs.vhd': [hello, ...streams],
  'fixed.vhd': ['0.fat 65536', '1.img 98304', '2 61952'],
  'ntfs.vhdx': [hello, ...streams],
  'two.vmdk': ['0.fat 65536', '1.img 98304', '2 61440'],
  'two.vdi': ['0.first.img 65536', '1.second.img 98304'],
  'fat12.qcow': [hello, inner],
  'fat12.qcow2': [hello, inner],
  'fat12.simg': [hello, inner],
  'zlib.dmg': [`ISOIMAGE/${hello}`, `ISOIMAGE/${inner}`],
  'bzip2.dmg': [`ISOIMAGE/${hello}`, `ISOIMAGE/${inner}`],
  'lzma.dmg': [`ISOIMAGE/${hello}`, `ISOIMAGE/${inner}`],
  'nothing.vdi': ['nothing.img 1048576'],
  'image.wim': [hello, inner],
  'nsis.exe': [hello, inner],
  'sfx_7z.exe': [inner, hello],
  'sfx_zip.exe': [inner, hello],
  'sfx_rar.exe': ['a.txt 27', 'b.txt 27', 'prog.exe 4096'],
  'inner.tx_': ['inner.tx_ 1791'],
  'inner.txt.lz': ['inner.txt 1791'],
  'two.txt.lz': ['two.txt 1822'],
}
for (const [name, members] of Object.entries(wanted)) {
  test(`${name} gives its files`, async () =>
    assert.deepEqual((await listing(name)).sort(), members.toSorted()))
}

test('members of an archive in a program say where it begins', async () => {
  const { members } = await unpack(await readImage('sfx_7z.exe'))
  assert.deepEqual(new Set(members.map(({ meta }) => meta['offset'])), new Set([4153]))
})

test('a program that knows the formats carries none', async () => {
  const { members, error } = await unpack(await readImage('knows_formats.exe'))
  assert.deepEqual([members, error], [[], null])
})

test('a disc that is a disk too is read as the disc', async () => {
  const { members } = await unpack(await readImage('hybrid_mbr.iso'))
  assert.equal(members[0]?.meta['archive_type'], 'iso')
})

test('what a volume keeps for itself is no content', async () => {
  const { members } = await unpack(await readImage('ntfs.img'))
  assert.ok(members.every(({ meta }) => !String(meta['filename']).startsWith('$')))
})

test('what somebody put under such a name is content', () => {
  const listed = ['[SYSTEM]/$MFT', '[SYSTEM]/$Secure:$SDS', 'a', '[SYSTEM]/$MFT', '[SYSTEM]/$evil'].map(
    path => {
      return { path, size: 1, isEncrypted: false, type: '-' }
    },
  )
  const left = listed.filter(member => !systemFiles('ntfs', listed).has(member))
  assert.deepEqual(left, listed.slice(2))
  assert.equal(systemFiles('zip', listed).size, 0)
})

test('images that 7-Zip does not open say so', async () => {
  for (const name of ['squashfs_lz4.img', 'stream.vmdk']) {
    const { members, error } = await unpack(await readImage(name))
    assert.equal(members.length, 0)
    assert.match(String(error), /cannot be opened/)
  }
})

test('a disk of 100 GB in 200 KB and a volume of zeros end with the budget', async () => {
  for (const name of ['bomb.qcow2', 'bomb_squashfs.img']) {
    const { members, truncated } = await unpack(await readImage(name), { limits: { max_bytes: 2 ** 26 } })
    assert.deepEqual([members.length, truncated.map(({ limit }) => limit)], [0, ['max_bytes']], name)
  }
})

test('every cut of an image ends without anything but a fault', async () => {
  for (const name of [
    'zlib.dmg',
    'squashfs_xz.img',
    'fat12.simg',
    'nsis.exe',
    'demo.msi',
    'inner.txt.lz',
    'fat12.qcow',
  ]) {
    const image = await readImage(name)
    for (let size = 0; size < image.length; size += Math.ceil(image.length / 40))
      await unpack(image.subarray(0, size))
  }
})
