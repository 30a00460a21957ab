/** What came out of a compressed container. */
export interface Decompressed {
  content: Buffer
  /** Offset of the first byte after what was read. */
  end: number
  /** A chunk was cut short or is none: what stands before it is in `content`. */
  isDamaged: boolean
  /** There was more than `limit`. */
  isCut: boolean
}

const signature = 0x01
const chunkSize = 4096

/** Unpacks the compressed container at `start` ([MS-OVBA] 2.4.1), at most `limit` bytes; null when there is none. */
export function decompressContainer(bytes: Uint8Array, start: number, limit: number): Decompressed | null {
  if (bytes[start] !== signature) return null
  let out: Buffer = Buffer.alloc(chunkSize)
  let size = 0
  let at = start + 1
  let isDamaged = false
  while (at + 2 <= bytes.length && !isDamaged) {
    const header = word(bytes, at)
    // The signature of a chunk, 0b011; anything else is what follows the container.
    if ((header & 0x7000) !== 0x3000) break
    const end = at + (header & 0x0fff) + 3
    const data = bytes.subarray(at + 2, end)
    if (out.length < size + chunkSize) out = Buffer.concat([out], 2 * out.length + chunkSize)
    const chunk = out.subarray(size, size + chunkSize)
    const { length, isSound } = header & 0x8000 ? unpackChunk(data, chunk) : copyChunk(data, chunk)
    at = Math.min(end, bytes.length)
    if (size + length > limit) return { content: out.subarray(0, size), end: at, isDamaged, isCut: true }
    size += length
    isDamaged = !isSound || end > bytes.length
  }
  return { content: out.subarray(0, size), end: at, isDamaged: isDamaged || size === 0, isCut: false }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

/** How much of a chunk was made, and whether all of it was. */
interface Chunk {
  length: number
  isSound: boolean
}

/** Groups of a flag byte and 8 tokens ([MS-OVBA] 2.4.1.3.2 to 2.4.1.3.4), up to the first that is none. */
function unpackChunk(data: Uint8Array, out: Buffer): Chunk {
  let flags = 0
  let length = 0
  let at = 0
  let isSound = true
  for (let token = 0; length < chunkSize && isSound; token++) {
    if (token % 8 === 0) flags = data[at++] ?? 0
    if (at >= data.length) break
    const isCopy = ((flags >> (token % 8)) & 1) === 1
    const added = isCopy ? copyBack(out, length, word(data, at)) : putLiteral(out, length, data[at] ?? 0)
    isSound = added > 0
    length += added
    at += isCopy ? 2 : 1
  }
  return { length, isSound }
}

function putLiteral(out: Buffer, size: number, byte: number): number {
  out[size] = byte
  return 1
}

/** A chunk that is not compressed ([MS-OVBA] 2.4.1.3.3). */
function copyChunk(data: Uint8Array, out: Buffer): Chunk {
  const length = Math.min(data.length, chunkSize)
  out.set(data.subarray(0, length))
  return { length, isSound: true }
}

/**
 * Does what a copy token says; the number of its bits for the distance grows with what is there ([MS-OVBA]
 * 2.4.1.3.19.1). 0: it points before the beginning.
 */
function copyBack(out: Buffer, size: number, token: number): number {
  const offsetBits = Math.max(4, size > 1 ? 32 - Math.clz32(size - 1) : 0)
  const distance = (token >> (16 - offsetBits)) + 1
  if (distance > size) return 0
  const length = Math.min((token & (0xffff >> offsetBits)) + 3, chunkSize - size)
  for (let index = size; index < size + length; index++) out[index] = out[index - distance] ?? 0
  return length
}

/** Every module begins so: a flag byte of 0, eight letters, the next flag byte. */
const attribute = Buffer.from('\0Attribut')

/** Offsets of compressed containers that hold source of a module; the caller says where each one ended. */
export function* findContainers(bytes: Buffer): Generator<number, void, number | undefined> {
  let at = bytes.indexOf(attribute)
  while (at >= 0) {
    const start = at - 3
    const isContainer = start >= 0 && bytes[start] === signature && ((bytes[start + 2] ?? 0) & 0xf0) === 0xb0
    const end = isContainer ? yield start : undefined
    at = bytes.indexOf(attribute, Math.max(end ?? 0, at + attribute.length))
  }
}
