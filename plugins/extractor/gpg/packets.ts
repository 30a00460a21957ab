/** A packet of OpenPGP by its header (RFC 9580, 4.2). */
export interface Packet {
  tag: number
  /** Offset of its header. */
  start: number
  end: number
  /** Where its body is: several pieces where it comes in partial lengths. */
  pieces: readonly (readonly [start: number, end: number])[]
  /** True when the bytes end before the packet does. */
  isCut: boolean
}

/** Packet types (RFC 9580, 5). */
export const tags = {
  publicKeySession: 1,
  signature: 2,
  passwordSession: 3,
  onePassSignature: 4,
  compressed: 8,
  encrypted: 9,
  marker: 10,
  literal: 11,
  trust: 12,
  protected: 18,
  aead: 20,
  padding: 21,
} as const

/** Packets that are read of one payload: an attacker may put one in every two bytes. */
const maxPackets = 20_000

/** Pieces that one body may come in. */
const maxPieces = 100_000

/** The packets of `bytes`, up to the first that is none; the last one may be cut short. */
export function* readPackets(bytes: Uint8Array): Generator<Packet> {
  for (let at = 0, count = 0; at < bytes.length && count < maxPackets; count++) {
    const packet = readPacket(bytes, at)
    if (!packet) return
    yield packet
    at = packet.end
  }
}

/** The body of a packet; a view where it is in one piece. */
export function bodyOf(bytes: Uint8Array, { pieces }: Packet): Uint8Array {
  const [first = [0, 0]] = pieces
  if (pieces.length <= 1) return bytes.subarray(...first)
  return Buffer.concat(pieces.map(piece => bytes.subarray(...piece)))
}

function readPacket(bytes: Uint8Array, start: number): Packet | null {
  const first = bytes[start] ?? 0
  if ((first & 0x80) === 0) return null
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first & 0x3c) >> 2
  if (tag === 0) return null
  const pieces = isNew ? newPieces(bytes, start + 1) : oldPieces(bytes, start + 1, first & 3)
  const end = pieces.at(-1)?.[1] ?? bytes.length + 1
  const isCut = end > bytes.length
  return { tag, start, end: isCut ? bytes.length : end, pieces, isCut }
}

type Pieces = [start: number, end: number][]

/** RFC 9580, 4.2.2: length of 1, 2 or 4 bytes, or up to the end of the data. */
function oldPieces(bytes: Uint8Array, at: number, kind: number): Pieces {
  const size = 2 ** kind
  if (kind === 3) return [[at, bytes.length]]
  return [[at + size, at + size + readNumber(bytes, at, size)]]
}

/** RFC 9580, 4.2.1: length of 1, 2 or 5 bytes, or of a piece that others follow. */
function newPieces(bytes: Uint8Array, at: number): Pieces {
  const pieces: Pieces = []
  for (let next = at; pieces.length < maxPieces; ) {
    const first = bytes[next]
    if (first === undefined) return [...pieces, [next, next + 1]]
    const isPartial = first >= 224 && first < 255
    const width = first === 255 ? 5 : first >= 192 && !isPartial ? 2 : 1
    const start = next + width
    const end = start + lengthAt(bytes, next, first)
    pieces.push([start, end])
    if (!isPartial || end > bytes.length) break
    next = end
  }
  return pieces
}

function lengthAt(bytes: Uint8Array, at: number, first: number): number {
  if (first < 192) return first
  if (first < 224) return (first - 192) * 256 + (bytes[at + 1] ?? 0) + 192
  if (first < 255) return 2 ** (first & 0x1f)
  return readNumber(bytes, at + 1, 4)
}

/** A big-endian number; bytes that are not there count as 0. */
function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let index = 0; index < size; index++) value = value * 256 + (bytes[at + index] ?? 0)
  return value
}
