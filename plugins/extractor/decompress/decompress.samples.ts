import { readFileSync } from 'node:fs'
import { crc32, deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import type { SampleSources } from 'stoq/testing'
import { makeZip } from './test-archives.ts'

/** Made here; what foreign programs write is made by `scripts/disk-images.sh`. */
const golden = new URL('../../../test/golden/extractor/decompress/', import.meta.url)
const kept = (name: string) => readFileSync(new URL(name, golden))
const image = (name: string) => gunzipSync(kept(`${name}.gz`))

const text = Buffer.from('stoQ sees what is in an archive.\n')
const disk = kept('two.vmdk.gz')
const zip = makeZip([{ name: 'hello.txt', content: text.toString() }])

/** A disc under a name of a picture, with a zip behind it that no reader of discs sees. */
const misleading = gzipSync(Buffer.concat([image('joliet.iso'), zip]), { level: 9 })

/** A FAT volume whose boot sector tells of sectors of 513 bytes. */
function corrupt(): Buffer {
  const bytes = image('fat12.img')
  bytes.writeUInt16LE(513, 11)
  return gzipSync(bytes, { level: 9 })
}

/** Files of other programs, cut off after a third and after two thirds. */
const whole = {
  tar: 'plain.tar',
  deb: 'demo.deb',
  '7z': '7z_plain.7z',
  rar: 'rar4_stored.rar',
  xz: 'inner.txt.xz',
  zst: 'inner.txt.zst',
  bz2: 'inner.txt.bz2',
  cab: 'mszip.cab',
  cpio: 'newc.cpio',
  rpm: 'demo.rpm',
}
const cut = Object.entries(whole).flatMap(([suffix, name]) =>
  [1, 2].map(part => {
    const bytes = kept(name)
    return [`truncated_${part}.${suffix}`, bytes.subarray(0, Math.floor((bytes.length * part) / 3))] as const
  }),
)

/** A byte of each header says what cannot be: a checksum, a version, a method. */
const changed = { tar: 150, '7z': 9, rar: 9, xz: 9, zst: 5, bz2: 3, cab: 25, cpio: 3, gz: 2 }
const corruptHeaders = Object.entries(changed).map(([suffix, at]) => {
  const bytes = Buffer.from(kept(suffix === 'gz' ? 'inner.txt.gz' : whole[suffix as keyof typeof whole]))
  bytes[at] = (bytes[at] ?? 0) ^ 0x55
  return [`corrupt.${suffix}`, bytes] as const
})

export const samples: SampleSources = {
  ...Object.fromEntries([...cut, ...corruptHeaders]),
  'empty.zip': Buffer.alloc(0),
  'inner.txt.zz': deflateSync(text),
  'truncated_1.simg': kept('fat12.simg').subarray(0, 20),
  'truncated_2.simg': kept('fat12.simg').subarray(0, 4000),
  'truncated.dmg': kept('zlib.dmg').subarray(0, 1200),
  'truncated.squashfs': kept('squashfs_xz.img').subarray(0, 300),
  'truncated.msi': kept('demo.msi').subarray(0, 5000),
  'truncated.gz': kept('fat12.img.gz').subarray(0, 400),
  'truncated.zip': makeZip([{ name: 'volume.img', content: image('fat12.img') }]).subarray(0, 400),
  'truncated.lz': kept('two.txt.lz').subarray(0, -10),
  'corrupt_fat.img.gz': corrupt(),
  'nested.zip': makeZip([
    { name: 'disk/two.vmdk.gz', method: 0, packed: disk, crc: crc32(disk), size: disk.length },
  ]),
  'picture.png.gz': misleading,
}
