/** The header of a SWF file (SWF File Format Specification 19, "The SWF header"). */
export interface FlashHeader {
  offset: number
  compression: Compression
  version: number
  /** Bytes of the whole file, unpacked; what the file says. */
  length: number
}

export type Compression = 'none' | 'zlib' | 'lzma'

/** Bytes in front of the body, which is all that is packed. */
export const headerSize = 8

/** A version beyond this, or a length, is no SWF file's: the dispatch rule has the same limits. */
const highestVersion = 60
const longest = 0x2000_0000

const letterC = 0x43
const letterF = 0x46
const letterS = 0x53
const letterW = 0x57
const letterZ = 0x5a

/** Every place where `CWS`, `FWS` or `ZWS` stands. */
export function* findSignatures(payload: Uint8Array): Generator<number, void> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  for (let at = bytes.indexOf('WS', 1, 'latin1'); at > 0; at = bytes.indexOf('WS', at + 2, 'latin1'))
    if (compressionOf(bytes[at - 1])) yield at - 1
}

/** Null when no SWF file begins there. */
export function readFlashHeader(payload: Uint8Array, offset: number): FlashHeader | null {
  if (offset + headerSize >= payload.length) return null
  const compression = compressionOf(payload[offset])
  const version = payload[offset + 3] ?? 0
  const length = uint32(payload, offset + 4)
  if (!compression || payload[offset + 1] !== letterW || payload[offset + 2] !== letterS) return null
  if (version < 1 || version > highestVersion || length <= headerSize || length >= longest) return null
  return { offset, compression, version, length }
}

function compressionOf(letter: number | undefined): Compression | null {
  if (letter === letterF) return 'none'
  if (letter === letterC) return 'zlib'
  return letter === letterZ ? 'lzma' : null
}

/** Little-endian. */
export function uint32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
}

/**
 * True when a body begins as that of a SWF file: the size of the stage as a RECT whose left and top are not beyond its
 * right and bottom, then rate and number of frames. For bodies that nothing else speaks for.
 */
export function looksLikeBody(body: Uint8Array): boolean {
  const bits = (body[0] ?? 0) >> 3
  const rectSize = Math.ceil((5 + bits * 4) / 8)
  if (bits === 0 || body.length < rectSize + 4) return false
  const [left = 0, right = 0, top = 0, bottom = 0] = [0, 1, 2, 3].map(index =>
    signedBits(body, 5 + bits * index, bits),
  )
  return left <= right && top <= bottom
}

/** `count` bits from bit `start` on, highest first, at most 31 of them. */
function signedBits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0
  for (let bit = start; bit < start + count; bit++)
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1)
  return value >= 2 ** (count - 1) ? value - 2 ** count : value
}
