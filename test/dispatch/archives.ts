import { gunzipSync } from 'node:zlib'
import { golden, hex, latin1, placed, ruleHits, sample } from './rule-hits.ts'

const zipBody = sample('zip_plain.zip')
ruleHits(
  'zip_file',
  {
    'a zip': zipBody,
    'an empty zip': sample('zip_empty.zip'),
    'the marker of a spanned zip': sample('zip_spanned_marker.zip'),
    'the marker of a zip that fitted': Buffer.concat([latin1('PK00'), zipBody]),
  },
  {
    'a zip that begins later': sample('zip_prefixed.bin'),
    'two letters': latin1('PK is no zip, PK00 neither'),
  },
)
ruleHits(
  'seven_zip_file',
  { 'a 7z file': sample('7z_plain.7z') },
  { 'its first four bytes': hex('377ABCAF 0000') },
)
ruleHits(
  'rar_file',
  {
    'version 4': sample('rar4_stored.rar'),
    'version 5': hex('526172211A070100 33'),
    'version 1.4': hex('52457E5E 0700 00'),
  },
  { 'its name': latin1('Rar! is a word'), 'an unknown version': hex('526172211A070900') },
)
ruleHits(
  'ace_file',
  { 'an ACE file': sample('ace_header_only.ace') },
  { 'its magic at another place': latin1('**ACE** **ACE**') },
)

const arj = placed(60, [0, hex('60EA 2200 1E 0B 01 0B 10 00 02')])
ruleHits(
  'arj_file',
  { 'an archive header': arj },
  { 'a header of a file': placed(60, [0, arj], [10, '\0']), 'two bytes': placed(60, [0, hex('60EA')]) },
)
ruleHits(
  'lzh_file',
  { 'method lh5': placed(40, [0, hex('2460')], [2, '-lh5-'], [20, hex('02')]) },
  { 'a text with options': latin1('a -lh5- option of a command') },
)
ruleHits('cab_file', { 'a cabinet': sample('cab_mszip.cab') }, { 'its name': latin1('MSCF is a word') })

const oldTar = placed(
  1024,
  [0, 'name'],
  [100, '0000644\x000000000\x000000000\0'],
  [124, '00000000005\0'],
  [136, '14371573360\0'],
  [148, '006517\0 '],
)
ruleHits(
  'tar_file',
  {
    'a tar of today': sample('tar_plain.tar'),
    'a tar of version 7': oldTar,
    'spaces before the digits': placed(
      1024,
      [0, oldTar],
      [100, '   644 \0'],
      [124, '          5 '],
      [148, '  6517\0 '],
    ),
  },
  {
    zeros: Buffer.alloc(1024),
    digits: Buffer.alloc(1024, '0'),
    'a broken checksum': placed(1024, [0, oldTar], [150, 'x']),
  },
)
ruleHits(
  'cpio_file',
  { 'the new format': sample('cpio_newc.cpio'), 'the portable format': sample('cpio_odc.cpio') },
  {
    'a list of numbers': latin1('070701 070702 070707\n'.repeat(10)),
    'another number': latin1('070703'.repeat(30)),
  },
)
ruleHits(
  'ar_file',
  { 'a Debian package': sample('deb_sample.deb') },
  { 'a line of HTML': latin1('!<archive>') },
)
ruleHits('rpm_file', { 'a package': sample('rpm_sample.rpm') }, { 'its first two bytes': hex('EDAB 0000') })
ruleHits('iso_file', { 'an image': sample('iso_joliet.iso') }, { 'its magic at the start': latin1('CD001') })

const gzip = sample('gz_text.txt.gz')
ruleHits(
  'gzip_file',
  { 'a file without suffix': sample('gz_nosuffix') },
  { 'reserved flags': placed(64, [0, gzip.subarray(0, 3)], [3, hex('E0')]) },
)
ruleHits(
  'bzip2_file',
  {
    'a compressed text': sample('bz2_text.bz2'),
    'a compressed nothing': hex('425A6839 17724538 5090 00000000'),
  },
  { 'a text': latin1('BZh9 is how it begins') },
)
ruleHits('xz_file', { 'a compressed text': sample('xz_text.xz') }, { 'its name': latin1('\xFD7zXY\0') })
ruleHits(
  'zstd_file',
  {
    'a compressed text': sample('zst_text.zst'),
    'a frame behind one to be skipped': Buffer.concat([
      hex('502A4D18 04000000 AAAAAAAA'),
      sample('zst_text.zst'),
    ]),
  },
  { 'a frame to be skipped and nothing else': hex('502A4D18 04000000 AAAAAAAA 00000000') },
)
ruleHits(
  'lzma_file',
  { 'an unknown size': sample('lzma_text.lzma'), 'a known size': hex('5D 00008000 1000000000000000 00 33') },
  {
    'a bracket': latin1(']]]]]]]]]]]]]]]]'),
    'zeros behind a bracket': placed(64, [0, ']']),
    'an impossible size': hex('5D 00008000 1000000000100000 00 33'),
  },
)
ruleHits(
  'compress_file',
  { '16 bits': hex('1F9D90 48CA B061'), '9 bits': hex('1F9D89 48CA') },
  { 'too many bits': hex('1F9D91 48CA'), 'reserved flags': hex('1F9DF0 48CA') },
)

const kept = (name: string) => golden(`extractor/decompress/${name}`)
const image = (name: string) => gunzipSync(kept(`${name}.gz`))
const program = (name: string) => kept(`${name}.masked`)
ruleHits(
  'lzip_file',
  { 'a compressed text': kept('inner.txt.lz') },
  { 'a word': latin1('LZIP is a program'), 'a dictionary of 4 GB': hex('4C5A4950 01 1F 00') },
)
ruleHits(
  'szdd_file',
  { 'a file of a setup disk': kept('inner.tx_') },
  { 'its first four bytes': latin1('SZDD is a name') },
)
ruleHits('wim_file', { 'an image': kept('image.wim') }, { 'a text': latin1('MSWIM images are') })
ruleHits('xar_file', { 'a package': kept('package.xar') }, { 'a text': latin1('xar! is how it begins') })
ruleHits('chm_file', { 'a help file': kept('help.chm') }, { 'a text': latin1('ITSF help') })
ruleHits(
  'msi_file',
  { 'an installer package': kept('demo.msi') },
  {
    'another compound file': sample('ole_streams.doc'),
    'its first 512 bytes': kept('demo.msi').subarray(0, 512),
  },
)
ruleHits(
  'self_extracting_program',
  {
    'an installer of NSIS': program('nsis.exe'),
    'what is behind the program of it': program('nsis.exe').subarray(4096),
    'a program with 7z behind a configuration': program('sfx_7z.exe'),
    'a program with RAR': program('sfx_rar.exe'),
    'a program with a zip at its end': program('sfx_zip.exe'),
  },
  {
    'a program': sample('pe32.exe'),
    'a program with a zip far from its end': Buffer.concat([program('sfx_zip.exe'), Buffer.alloc(70_000)]),
    'an archive that is no program': kept('zip_plain.zip'),
  },
)
ruleHits(
  'virtual_disk',
  {
    'a disk of Virtual PC': placed(1024, [0, 'conectix']),
    'a disk of Hyper-V': placed(1024, [0, 'vhdxfile']),
    'a disk of VMware': image('two.vmdk'),
    'a disk of VirtualBox': image('two.vdi'),
    'a disk of QEMU': image('fat12.qcow2'),
    'an old disk of QEMU': kept('fat12.qcow'),
    'an image of Android': kept('fat12.simg'),
  },
  {
    'a disk that does not grow: its volumes are at their places': image('fixed.vhd'),
    'names alone': latin1('conecti, vhdx and QFI are names'),
  },
)
ruleHits(
  'dmg_file',
  { 'an image of macOS': kept('zlib.dmg') },
  {
    'one that is cut short': kept('zlib.dmg').subarray(0, -1),
    'a word at that place': placed(2048, [1536, 'koly']),
  },
)
ruleHits(
  'partitioned_disk',
  {
    'a disk with a master boot record': image('mbr_two.img'),
    'a disk with GPT': image('gpt_two.img'),
    'a disk of a Mac': image('apm.img'),
    'a disk that does not grow': image('fixed.vhd'),
  },
  {
    'a volume': image('fat12.img'),
    'a boot sector alone': placed(1024, [510, hex('55AA')]),
    'a partition beyond the end': image('mbr_two.img').subarray(0, 16_384),
  },
)
ruleHits(
  'volume_image',
  {
    FAT12: image('fat12.img'),
    ext2: image('ext2.img'),
    ext4: image('ext4.img'),
    'HFS+': image('hfsplus.img'),
    NTFS: placed(1024, [3, 'NTFS    '], [510, hex('55AA')]),
  },
  {
    'a disk with volumes': image('mbr_two.img'),
    'text about FAT': placed(1024, [54, 'FAT12'], [82, 'FAT32']),
    'blocks of 1 TB': placed(4096, [1048, hex('1E')], [1080, hex('53EF')]),
  },
)
ruleHits(
  'packed_volume',
  { SquashFS: kept('squashfs_xz.img'), cramfs: kept('cramfs.img') },
  {
    'a text': latin1('hsqs is the magic of SquashFS and a word'),
    'another text': latin1(`${' '.repeat(16)}Compare`),
  },
)
ruleHits(
  'udf_file',
  { 'a disc with UDF alone': image('udf.iso') },
  {
    'a disc with both, which iso_file hits': image('bridge.iso'),
    'one descriptor': placed(0x9000, [0x8001, 'BEA01']),
  },
)
