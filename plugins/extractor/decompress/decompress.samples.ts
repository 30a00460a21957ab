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

export const samples: SampleSources = {
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
