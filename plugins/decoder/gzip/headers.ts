export type StreamFormat = 'gzip' | 'zlib' | 'deflate'

/** Where a stream may begin. */
export interface Candidate {
  format: StreamFormat
  offset: number
  /** Offset of the deflate data behind the header. */
  data: number
  /** Where the name is that the file had, of gzip. */
  name?: [start: number, end: number]
}

const flagCrc = 0x02
const flagExtra = 0x04
const flagName = 0x08
const flagComment = 0x10
/** No name of a file is longer. */
const longestName = 1024

/** The next place from `start` on where a header of these formats and the begin of a deflate block are; null: there is none. */
export function nextCandidate(
  payload: Uint8Array,
  start: number,
  formats: ReadonlySet<string>,
): Candidate | null {
  const [gzip, zlib] = [formats.has('gzip') ? 0x1f : -1, formats.has('zlib') ? 0x78 : -1]
  for (let at = start; at < payload.length; at++) {
    const byte = payload[at]
    if (byte !== gzip && byte !== zlib) continue
    const found = byte === gzip ? readGzip(payload, at) : readZlib(payload, at)
    if (found && isBlock(payload, found.data)) return found
  }
  return null
}

/** RFC 1952, 2.3: deflate, and no flag that is reserved. */
function readGzip(payload: Uint8Array, offset: number): Candidate | null {
  if (payload[offset + 1] !== 0x8b || payload[offset + 2] !== 8) return null
  const flags = payload[offset + 3] ?? 0xff
  if (flags & 0xe0) return null
  let data = offset + 10
  if (flags & flagExtra) data += 2 + (payload[data] ?? 0) + (payload[data + 1] ?? 0) * 256
  let name: Candidate['name']
  if (flags & flagName) {
    name = [data, endOfText(payload, data)]
    data = name[1] + 1
  }
  if (flags & flagComment) data = endOfText(payload, data) + 1
  if (flags & flagCrc) data += 2
  return { format: 'gzip', offset, data, ...(name && { name }) }
}

/** RFC 1950, 2.2: deflate with a window of 32 kB, a header whose check bits are right, no dictionary. */
function readZlib(payload: Uint8Array, offset: number): Candidate | null {
  const flags = payload[offset + 1]
  const isHeader = flags === 0x01 || flags === 0x5e || flags === 0x9c || flags === 0xda
  return isHeader ? { format: 'zlib', offset, data: offset + 2 } : null
}

/** RFC 1951, 3.2.3: a stored block tells its length twice, a dynamic one has no more codes than there are. */
export function isBlock(payload: Uint8Array, at: number): boolean {
  const [first, second, third, fourth, fifth] = payload.subarray(at, at + 5)
  if (first === undefined || second === undefined) return false
  const type = (first >> 1) & 3
  if (type === 0) return ((second ^ (fourth ?? 0)) & ((third ?? 0) ^ (fifth ?? 0))) === 0xff
  return type === 1 || (type === 2 && first >> 3 < 30 && (second & 31) < 30)
}

function endOfText(payload: Uint8Array, start: number): number {
  const most = payload.subarray(start, start + longestName)
  const end = most.indexOf(0)
  return start + (end < 0 ? most.length : end)
}
