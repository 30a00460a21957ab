import { inflateRawSync } from 'node:zlib'

/** A member of a zip file, by what its directory tells. */
export interface ZipMember {
  path: string
  method: number
  isEncrypted: boolean
  packedSize: number
  /** Offset of the local header. */
  offset: number
}

/**
 * The members of a zip file by their paths in small letters, as OPC compares them (ECMA-376 part 2, 9.1.1.2): by its
 * directory, or, where that is lost, by the local headers. Not with fflate 0.8: a file that is cut short is an error as a
 * whole, a declared size of 2 GB is allocated, and its stream overflows the stack at 20,000 members.
 */
export function listZip(bytes: Buffer): Map<string, ZipMember> {
  const members = new Map<string, ZipMember>()
  const hasDirectory = !readDirectory(bytes).next().done
  let left = maxMembers
  for (const member of hasDirectory ? readDirectory(bytes) : readLocalHeaders(bytes)) {
    const key = partKey(member.path)
    if (!members.has(key)) members.set(key, member)
    if (--left === 0) break
  }
  return members
}

/** Zip files without 64-bit records have no more members, and names of office files are short. */
const maxMembers = 0xffff
const maxPath = 260

/** How paths are compared. */
export function partKey(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\//, '').toLowerCase()
}

/** What could be read of a member, and what was wrong with the rest. */
export interface ZipContent {
  content: Buffer
  problem: 'larger than the limit' | 'damaged' | null
}

/** The content of a member, at most `limit` bytes of it. */
export function readMember(bytes: Buffer, member: ZipMember, limit: number): ZipContent {
  const start = dataStart(bytes, member.offset)
  const nothing = { content: Buffer.alloc(0), problem: 'damaged' as const }
  if (start < 0 || member.isEncrypted) return nothing
  const packed = bytes.subarray(start, start + member.packedSize)
  if (member.method === 0) {
    return packed.length > limit
      ? { ...nothing, problem: 'larger than the limit' }
      : { content: packed, problem: packed.length < member.packedSize ? 'damaged' : null }
  }
  return member.method === 8 ? inflate(packed, limit) : nothing
}

function inflate(packed: Buffer, limit: number): ZipContent {
  const content = Buffer.alloc(0)
  try {
    return { content: inflateRawSync(packed, { maxOutputLength: Math.max(1, limit) }), problem: null }
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    if (isTooLarge) return { content, problem: 'larger than the limit' }
  }
  return { content: inflateStart(packed, limit), problem: 'damaged' }
}

/** What a stream gives that is cut short; nothing of one that is damaged. */
function inflateStart(packed: Buffer, limit: number): Buffer {
  try {
    const finishFlush = 2 // Z_SYNC_FLUSH: an early end is no error
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, limit), finishFlush })
  } catch {
    return Buffer.alloc(0)
  }
}

const endSize = 22
const entrySize = 46
const localSize = 30
const entrySignature = 0x02014b50
const localSignature = 0x04034b50

/** Entries of the directory that the last end record points to (APPNOTE 4.3.12, 4.3.16); office files have no 64-bit ones. */
function* readDirectory(bytes: Buffer): Generator<ZipMember, void> {
  const end = bytes.subarray(-(endSize + 0xffff)).lastIndexOf(Buffer.from('PK\x05\x06'))
  const endAt = end < 0 ? -1 : Math.max(0, bytes.length - endSize - 0xffff) + end
  if (endAt < 0 || endAt + endSize > bytes.length) return
  const told = bytes.readUInt32LE(endAt + 16)
  const before = endAt - bytes.readUInt32LE(endAt + 12)
  // Where bytes stand before the zip, all its offsets are short of their number.
  const shift = isEntry(bytes, told) ? 0 : before - told
  for (let at = told + shift; isEntry(bytes, at); ) {
    const nameEnd = at + entrySize + bytes.readUInt16LE(at + 28)
    yield {
      path: bytes.toString('utf8', at + entrySize, Math.min(nameEnd, at + entrySize + maxPath)),
      method: bytes.readUInt16LE(at + 10),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      packedSize: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42) + shift,
    }
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
}

function isEntry(bytes: Buffer, at: number): boolean {
  return at >= 0 && at + entrySize <= bytes.length && bytes.readUInt32LE(at) === entrySignature
}

/** Offset of the data of the member whose local header is at `offset`; -1 when none is there. */
function dataStart(bytes: Buffer, offset: number): number {
  const isThere =
    offset >= 0 && offset + localSize <= bytes.length && bytes.readUInt32LE(offset) === localSignature
  return isThere ? offset + localSize + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28) : -1
}

/** Members by the headers before their data (APPNOTE 4.3.7). Where sizes follow the data, it reaches to the next header. */
function* readLocalHeaders(bytes: Buffer): Generator<ZipMember, void> {
  let at = bytes.indexOf('PK\x03\x04', 0, 'latin1')
  while (at >= 0 && at + localSize <= bytes.length) {
    const start = dataStart(bytes, at)
    const told = bytes.readUInt32LE(at + 18)
    const hasSize = told > 0 && start + told <= bytes.length
    const next = bytes.indexOf('PK\x03\x04', hasSize ? start + told : at + 4, 'latin1')
    const end = next < 0 ? bytes.length : next
    yield {
      path: bytes.toString(
        'utf8',
        at + localSize,
        at + localSize + Math.min(maxPath, bytes.readUInt16LE(at + 26)),
      ),
      method: bytes.readUInt16LE(at + 8),
      isEncrypted: (bytes.readUInt16LE(at + 6) & 1) === 1,
      packedSize: hasSize ? told : Math.max(0, end - start),
      offset: at,
    }
    at = next
  }
}
