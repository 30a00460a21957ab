import { isGzip, isTarHeader } from './headers.ts'
import { imageFormat, imageTypes, isDmg } from './images.ts'
import { isProgram } from './programs.ts'
import { asBuffer, findDirectory } from './zip-directory.ts'

/** Formats that 7-Zip unpacks, with its name for them; null: it finds out by itself, to reach through two layers at once. */
export const sevenZipTypes = {
  ...imageTypes,
  '7z': '7z',
  arj: 'arj',
  bz2: 'bzip2',
  cab: 'cab',
  chm: 'chm',
  cpio: 'cpio',
  iso: 'iso',
  lzh: 'lzh',
  lzma: 'lzma',
  mslz: 'mslz',
  msi: 'compound',
  nsis: 'nsis',
  rar: 'rar',
  rar5: 'rar5',
  rpm: null,
  swf: 'swfc',
  udf: 'udf',
  wim: 'wim',
  xar: 'xar',
  xz: 'xz',
  z: 'Z',
} as const

export type SevenZipFormat = keyof typeof sevenZipTypes
export type Format = SevenZipFormat | 'ace' | 'ar' | 'gz' | 'lz' | 'tar' | 'zip' | 'zlib' | 'zst'

/** Formats with a marker so short that other data has it by chance: what cannot be read as such is nothing of the kind. */
export const weakFormats: ReadonlySet<Format> = new Set([
  ...(['apm', 'arj', 'fat', 'hfs', 'lzh', 'lzma', 'mbr', 'nsis', 'z', 'zlib'] as const),
])

/** The format of a payload by its content alone, null when it is no archive. Programs may carry one: see `findAppended`. */
export function detectFormat(payload: Uint8Array): Format | null {
  const bytes = asBuffer(payload)
  const marker = markers.find(([, offset, start]) => startsWith(bytes, offset, start))
  // The first chunk of an image of macOS may be a stream of its own.
  if (marker) return marker[0] === 'xz' && isDmg(bytes) ? 'dmg' : marker[0]
  if (isGzip(bytes, 0)) return 'gz'
  if (bytes.length >= 512 && isTarHeader(bytes.subarray(0, 512))) return 'tar'
  const disc = discFormat(bytes)
  if (disc) return disc
  const image = imageFormat(bytes)
  if (image) return image
  if (isMsi(bytes)) return 'msi'
  if (isProgram(bytes)) return null
  return isZipAtTheEnd(bytes) ? 'zip' : (weakChecks.find(([, isIt]) => isIt(bytes))?.[0] ?? null)
}

/** Markers at a fixed offset, long enough to be believed. */
const markers: readonly (readonly [Format, offset: number, start: string])[] = [
  ['zip', 0, 'PK\x03\x04'],
  ['zip', 0, 'PK\x05\x06'],
  ['zip', 0, 'PK\x07\x08PK\x03\x04'],
  ['zip', 0, 'PK00PK\x03\x04'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['rar', 0, 'Rar!\x1a\x07\x00'],
  ['rar5', 0, 'Rar!\x1a\x07\x01\x00'],
  ['xz', 0, '\xfd7zXZ\x00'],
  ['zst', 0, '\x28\xb5\x2f\xfd'],
  ['cab', 0, 'MSCF\x00\x00\x00\x00'],
  ['ar', 0, '!<arch>\n'],
  ['rpm', 0, '\xed\xab\xee\xdb'],
  ['cpio', 0, '070701'],
  ['cpio', 0, '070702'],
  ['cpio', 0, '070707'],
  ['wim', 0, 'MSWIM\x00\x00\x00'],
  ['xar', 0, 'xar!\x00\x1c'],
  ['chm', 0, 'ITSF\x03\x00\x00\x00'],
  ['lz', 0, 'LZIP\x01'],
  ['mslz', 0, 'SZDD\x88\xf0\x27\x33A'],
  ['nsis', 4, '\xef\xbe\xad\xdeNullsoftInst'],
  ['swf', 0, 'ZWS'],
  ['ace', 7, '**ACE**'],
  ['tar', 257, 'ustar'],
]

function startsWith(bytes: Buffer, offset: number, marker: string): boolean {
  return text(bytes, offset, marker.length) === marker
}

function text(bytes: Buffer, offset: number, length: number): string {
  return bytes.toString('latin1', offset, offset + length)
}

const sector = 2048
const firstVolumeSector = 16
const lastVolumeSector = 32

/** ISO 9660 or UDF by the volume descriptors from sector 16 on; a disc that is both is read as UDF, as systems do. */
function discFormat(bytes: Buffer): 'iso' | 'udf' | null {
  let found: 'iso' | null = null
  for (let index = firstVolumeSector; index < lastVolumeSector; index++) {
    const name = text(bytes, index * sector + 1, 5)
    if (name === 'NSR02' || name === 'NSR03') return 'udf'
    if (name === 'CD001') found = 'iso'
    else if (!/^(BEA01|TEA01|BOOT2|CDW02)$/.test(name)) return found
  }
  return found
}

/** A compound file ([MS-CFB] 2.2) whose root storage has the class of installer packages: {000C1084-…}, patches, transforms. */
function isMsi(bytes: Buffer): boolean {
  if (!startsWith(bytes, 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1') || bytes.length < 512) return false
  const sectorSize = bytes.readUInt16LE(30) === 12 ? 4096 : 512
  const root = (bytes.readUInt32LE(48) + 1) * sectorSize
  if (root + 96 > bytes.length) return false
  const kind = bytes.readUInt32LE(root + 80)
  return kind >= 0xc1082 && kind <= 0xc1086 && text(bytes, root + 84, 12) === installerClass
}

const installerClass = '\0\0\0\0\xc0\0\0\0\0\0\0\x46'

/** A zip with something before it. */
function isZipAtTheEnd(bytes: Buffer): boolean {
  const directory = findDirectory(bytes)
  return directory !== null && directory.told > 0
}

const weakChecks: readonly (readonly [Format, (bytes: Buffer) => boolean])[] = [
  ['bz2', bytes => /^BZh[1-9](1AY&SY|\x17rE8P\x90)/.test(text(bytes, 0, 10))],
  ['lzh', bytes => /^-(l[hz][0-9a-z]|pm[0-2s])-$/.test(text(bytes, 2, 5)) && bytes.length > 21],
  ['arj', isArj],
  ['z', bytes => bytes.length > 3 && startsWith(bytes, 0, '\x1f\x9d') && isCompressBits(bytes[2] ?? 0)],
  ['zlib', isZlib],
  ['lzma', isLzma],
]

/** compress(1): 9 to 16 bits, two flags that are always 0. */
function isCompressBits(flags: number): boolean {
  const bits = flags & 0x1f
  return bits >= 9 && bits <= 16 && (flags & 0x60) === 0
}

/** Main header of 30 to 2600 bytes (arj's TECHNOTE). */
function isArj(bytes: Buffer): boolean {
  if (bytes.length < 34 || bytes.readUInt16BE(0) !== 0x60ea) return false
  const size = bytes.readUInt16LE(2)
  return size >= 30 && size <= 2600 && (bytes[4] ?? 0) >= 30
}

/** RFC 1950: deflate, window of at most 32 KiB, no preset dictionary, check bits. */
function isZlib(bytes: Buffer): boolean {
  if (bytes.length < 8) return false
  const head = bytes.readUInt16BE(0)
  return (head & 0x0f00) === 0x0800 && head >> 12 <= 7 && head % 31 === 0 && (head & 0x20) === 0
}

/** LZMA alone: properties, dictionary of 2^n or 2^n + 2^(n-1), unknown or sensible size, first byte of the coder 0. */
function isLzma(bytes: Buffer): boolean {
  if (bytes.length < 18 || (bytes[0] ?? 255) >= 225 || bytes[13] !== 0) return false
  const dictionary = bytes.readUInt32LE(1)
  const low = dictionary & -dictionary
  const isRound =
    dictionary === 0xffffffff || dictionary >>> 0 === low >>> 0 || dictionary >>> 0 === (low >>> 0) * 3
  if (dictionary < 0x1000 || !isRound) return false
  const size = bytes.readBigUInt64LE(5)
  return size === 0xffff_ffff_ffff_ffffn || size < 1n << 38n
}
