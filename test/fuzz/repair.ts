import { crc32 } from 'node:zlib'

/**
 * Makes checksums of headers right again, in place, so that a mutation gets behind the door: a reader of 7z, tar or RAR
 * looks no further when its header does not add up.
 */
export function repairChecksums(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 0, 6) === '7z\xbc\xaf\x27\x1c') repairSevenZip(bytes)
  else if (bytes.toString('latin1', 0, 7) === 'Rar!\x1a\x07\x00') repairRar(bytes)
  else if (bytes.toString('latin1', 257, 262) === 'ustar') repairTar(bytes)
  return bytes
}

/** Offset, size and CRC of the headers at the end, and the CRC of those three (7zFormat.txt, SignatureHeader). */
function repairSevenZip(bytes: Buffer): void {
  if (bytes.length < 32) return
  const start = 32 + Number(bytes.readBigUInt64LE(12))
  const end = start + Number(bytes.readBigUInt64LE(20))
  if (end <= bytes.length) bytes.writeUInt32LE(crc32(bytes.subarray(start, end)), 28)
  bytes.writeUInt32LE(crc32(bytes.subarray(12, 32)), 8)
}

/** The low half of the CRC of each block (RAR 4 technical information), as far as the blocks can be followed. */
function repairRar(bytes: Buffer): void {
  for (let at = 7, count = 0; at + 7 <= bytes.length && count < 1000; count++) {
    const size = bytes.readUInt16LE(at + 5)
    const end = at + size
    if (size < 7 || end > bytes.length) return
    bytes.writeUInt16LE(crc32(bytes.subarray(at + 2, end)) & 0xffff, at)
    const hasData = (bytes.readUInt16LE(at + 3) & 0x8000) !== 0 && size >= 11
    at = end + (hasData ? bytes.readUInt32LE(at + 7) : 0)
  }
}

/** The sum of all bytes of each header, its own field taken as blanks (POSIX ustar). */
function repairTar(bytes: Buffer): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString('latin1', at + 257, at + 262) !== 'ustar') continue
    const header = bytes.subarray(at, at + 512)
    header.fill(0x20, 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  }
}
