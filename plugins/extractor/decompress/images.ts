/** Images of disks and volumes, and the 7-Zip type for them: null where 7-Zip goes on to the volume inside by itself. */
export const imageTypes = {
  apm: null,
  cramfs: 'cramfs',
  dmg: null,
  ext: 'ext',
  fat: 'fat',
  gpt: null,
  hfs: 'hfs',
  mbr: null,
  ntfs: 'ntfs',
  qcow: null,
  simg: null,
  squashfs: 'squashfs',
  vdi: null,
  vhd: null,
  vhdx: null,
  vmdk: null,
} as const

export type ImageFormat = keyof typeof imageTypes

/** Markers of images, with their offsets. A disc that is also a disk (isohybrid) is a disc: these come later. */
const markers: readonly (readonly [ImageFormat, offset: number, start: string])[] = [
  ['squashfs', 0, 'hsqs'],
  ['squashfs', 0, 'sqsh'],
  ['cramfs', 16, 'Compressed ROMFS'],
  ['vhd', 0, 'conectix'],
  ['vhdx', 0, 'vhdxfile'],
  ['vmdk', 0, 'KDMV'],
  ['vdi', 64, '\x7f\x10\xda\xbe'],
  ['qcow', 0, 'QFI\xfb'],
  ['simg', 0, ':\xff&\xed\x01\x00'],
  ['ntfs', 3, 'NTFS    \0'],
  ['gpt', 512, 'EFI PART\0\0\x01\0'],
  ['hfs', 1024, 'H+\0\x04'],
  ['hfs', 1024, 'HX\0\x05'],
]

const checks: readonly (readonly [ImageFormat, (bytes: Buffer) => boolean])[] = [
  ['fat', isFat],
  ['ext', isExt],
  ['apm', isApm],
  ['dmg', isDmg],
  ['mbr', isMbr],
]

/** Which image a payload is, null when it is none. */
export function imageFormat(bytes: Buffer): ImageFormat | null {
  const marker = markers.find(([, offset, start]) => hasText(bytes, offset, start))
  if (marker || bytes.length < 1024) return marker?.[0] ?? null
  return checks.find(([, isIt]) => isIt(bytes))?.[0] ?? null
}

function hasText(bytes: Buffer, offset: number, text: string): boolean {
  return bytes.toString('latin1', offset, offset + text.length) === text
}

function hasBootMark(bytes: Buffer): boolean {
  return bytes.readUInt16BE(510) === 0x55aa
}

/** Boot sector with the parameters of a FAT volume, and its name for itself (fatgen103, 3). */
function isFat(bytes: Buffer): boolean {
  if (!hasBootMark(bytes) || !(hasText(bytes, 54, 'FAT') || hasText(bytes, 82, 'FAT32'))) return false
  const copies = bytes[16] ?? 0
  return [512, 1024, 2048, 4096].includes(bytes.readUInt16LE(11)) && (copies === 1 || copies === 2)
}

/** Superblock of ext2, ext3, ext4 at 1024: magic, blocks of 1 to 64 KiB, revision 0 or 1. */
function isExt(bytes: Buffer): boolean {
  if (bytes.length < 2048 || bytes.readUInt16LE(1080) !== 0xef53) return false
  return bytes.readUInt32LE(1048) <= 6 && bytes.readUInt32LE(1100) <= 1
}

/** Apple partition map: driver record, and the first entry of the map behind it. */
function isApm(bytes: Buffer): boolean {
  return hasText(bytes, 0, 'ER') && (hasText(bytes, 512, 'PM\0\0') || hasText(bytes, 2048, 'PM\0\0'))
}

/** A disk image of Apple's ends with its header. */
export function isDmg(bytes: Buffer): boolean {
  return bytes.length >= 1024 && hasText(bytes, bytes.length - 512, 'koly\0\0\0\x04\0\0\x02\0')
}

/** Master boot record: in each of four entries a flag that is 0 or 0x80, the first one with a type, a start, and a size. */
function isMbr(bytes: Buffer): boolean {
  if (!hasBootMark(bytes)) return false
  const flags = [446, 462, 478, 494].map(at => bytes[at] ?? 1)
  if (flags.some(flag => flag !== 0 && flag !== 0x80)) return false
  const start = bytes.readUInt32LE(454)
  return bytes[450] !== 0 && start > 0 && start * 512 < bytes.length && bytes.readUInt32LE(458) > 0
}
