import { crc32 } from 'node:zlib'
import { findDirectory } from './zip-directory.ts'

/** An archive inside a program. */
export interface Appended {
  format: '7z' | 'nsis' | 'rar' | 'rar5' | 'zip'
  /** Where it begins; of a zip and an installer the program is part. */
  start: number
}

const programs = [
  'MZ',
  '\x7fELF',
  '\xfe\xed\xfa\xce',
  '\xfe\xed\xfa\xcf',
  '\xce\xfa\xed\xfe',
  '\xcf\xfa\xed\xfe',
]

export function isProgram(bytes: Buffer): boolean {
  return programs.some(marker => bytes.toString('latin1', 0, marker.length) === marker)
}

/** What a program that unpacks itself carries; what only looks like it (programs that know the formats) has wrong checksums. */
export function findAppended(bytes: Buffer): Appended | null {
  for (const [format, marker, isIt] of kinds) {
    const start = findMarker(bytes, marker, isIt)
    if (start !== null) return { format, start: format === 'nsis' ? 0 : start }
  }
  const directory = findDirectory(bytes)
  return directory !== null && directory.told > 0 ? { format: 'zip', start: 0 } : null
}

type Check = (bytes: Buffer, start: number) => boolean

const kinds: readonly (readonly [Appended['format'], marker: Buffer, Check])[] = [
  ['nsis', Buffer.from('\xef\xbe\xad\xdeNullsoftInst', 'latin1'), isInstaller],
  ['7z', Buffer.from('7z\xbc\xaf\x27\x1c\x00', 'latin1'), isSevenZip],
  ['rar', Buffer.from('Rar!\x1a\x07\x00', 'latin1'), isRar],
  ['rar5', Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1'), isRar5],
]

function findMarker(bytes: Buffer, marker: Buffer, isIt: Check): number | null {
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    if (isIt(bytes, at)) return at
  }
  return null
}

/** The header of an installer lies at a multiple of 512, its flags before the marker. */
function isInstaller(_bytes: Buffer, start: number): boolean {
  return (start - 4) % 512 === 0
}

/** 7zFormat.txt: the CRC of the start header. */
function isSevenZip(bytes: Buffer, start: number): boolean {
  if (start + 32 > bytes.length) return false
  return crc32(bytes.subarray(start + 12, start + 32)) === bytes.readUInt32LE(start + 8)
}

/** The archive header behind the marker: type 0x73, size, and half a CRC (unrar's technote). */
function isRar(bytes: Buffer, start: number): boolean {
  const at = start + 7
  if (at + 13 > bytes.length || bytes[at + 2] !== 0x73) return false
  const header = bytes.subarray(at + 2, at + Math.min(bytes.readUInt16LE(at + 5), maxHeader))
  return (crc32(header) & 0xffff) === bytes.readUInt16LE(at)
}

/** With a comment in it the header is longer; such a one is not found. */
const maxHeader = 64

/** The first header behind the marker: CRC, size in one byte, and what that counts (RAR 5.0 archive format). */
function isRar5(bytes: Buffer, start: number): boolean {
  const at = start + 8
  if (at + 8 > bytes.length) return false
  const header = bytes.subarray(at + 4, at + 5 + (bytes[at + 4] ?? 0))
  return crc32(header) === bytes.readUInt32LE(at)
}
