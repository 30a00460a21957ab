import { behind, bigEndian, littleEndian, type Part } from './reading.ts'

/** Ends with the chunk IEND (PNG specification, 5.3 and 11.2.5). */
export function pngParts(bytes: Buffer): Part[] {
  const { u32 } = bigEndian(bytes)
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + u32(at)
    if (u32(at + 4) === 0x49454e44) return behind(bytes, end)
    at = end
  }
  return []
}

/** Ends with the marker EOI behind the last scan (ITU-T T.81, annex B). Thumbnails lie within segments. */
export function jpegParts(bytes: Buffer): Part[] {
  const { u16 } = bigEndian(bytes)
  for (let at = 2; bytes[at] === 0xff; ) {
    while (bytes[at] === 0xff) at++
    const marker = bytes[at++] ?? 0
    if (marker === 0xd9) return behind(bytes, at)
    if (marker === 0x01 || isRestart(marker)) continue
    at += u16(at)
    if (marker === 0xda) at = scanEnd(bytes, at)
  }
  return []
}

/** Where the coded data of a scan ends: at a marker that may follow one. In the data, 0xff is followed by 0 or a restart. */
function scanEnd(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] === 0xff && followsScan(bytes[at + 1] ?? 0)) return at
  }
  return bytes.length
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7
}

/** DHT, EOI, SOS, DQT, DNL, DRI, APPn, COM. */
function followsScan(marker: number): boolean {
  return marker === 0xc4 || (marker >= 0xd9 && marker <= 0xdd) || (marker & 0xf0) === 0xe0 || marker === 0xfe
}

/** Ends with a trailer behind the last block (GIF89a, 27). */
export function gifParts(bytes: Buffer): Part[] {
  let at = 13 + colorTable(bytes[10] ?? 0)
  while (at < bytes.length) {
    const block = bytes[at]
    if (block === 0x3b) return behind(bytes, at + 1)
    if (block === 0x21) at = subBlocksEnd(bytes, at + 2)
    else if (block === 0x2c) at = subBlocksEnd(bytes, at + 11 + colorTable(bytes[at + 9] ?? 0))
    else return []
  }
  return []
}

/** Bytes of the colour table that a packed field tells of. */
function colorTable(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0
}

function subBlocksEnd(bytes: Buffer, from: number): number {
  let at = from
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) at += size + 1
  return at + 1
}

/**
 * As long as its header says, or, where that is less, as its pixels and its colour profile need (BITMAPFILEHEADER,
 * BITMAPINFOHEADER, BITMAPV5HEADER). Old writers put anything into the length.
 */
export function bmpParts(bytes: Buffer): Part[] {
  const { u16, u32 } = littleEndian(bytes)
  const header = u32(14)
  if (![12, 40, 52, 56, 64, 108, 124].includes(header)) return []
  const isCore = header === 12
  const [width, height] = isCore ? [u16(18), u16(20)] : [u32(18), Math.abs(u32(22) | 0)]
  const row = Math.ceil((width * u16(isCore ? 24 : 28)) / 32) * 4
  // BI_RGB, BI_BITFIELDS and BI_ALPHABITFIELDS are not compressed.
  const isPlain = isCore || [0, 3, 6].includes(u32(30))
  const pixels = u32(10) + (isPlain ? row * height : u32(34))
  const profile = header === 124 ? 14 + u32(14 + 112) + u32(14 + 116) : 0
  return behind(bytes, Math.max(u32(2), pixels, profile))
}
