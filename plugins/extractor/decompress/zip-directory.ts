import { crc32 } from 'node:zlib'
import { decodeName, decodeUtf8 } from './names.ts'

/** A member as a zip archive tells of it (APPNOTE 4.3.7 and 4.3.12). */
export interface ZipEntry {
  path: string
  flags: number
  /** Compression method; for AES the real one. */
  method: number
  /** Time of day as DOS writes it: traditional encryption may use it as check. */
  time: number
  /** Null when the archive does not tell. */
  crc: number | null
  packedSize: number
  /** Null when the archive does not tell. */
  size: number | null
  /** Offset of the local header. */
  offset: number
  /** Length of the name in the directory: the local header may lie about its own. */
  nameLength: number
  /** Type and permissions where the archive was made on Unix, else 0. */
  mode: number
  /** Strength and version of AES encryption. */
  aes: { strength: number; version: number } | null
}

/** A directory of members. */
export interface ZipDirectory {
  entries: Generator<ZipEntry, void>
  /** Number of members that it claims; believed for nothing but to find that some are missing. */
  told: number
  /** Offset of the record that ends it. */
  end: number
}

const localSignature = 0x04034b50
const entrySignature = 0x02014b50
const entrySize = 46
const endSignature = 'PK\x05\x06'
const endSize = 22
/** A comment has at most 65535 bytes. */
const maxTail = endSize + 0xffff
/** Records that look like an end and point nowhere; more than these are not tried. */
const maxEnds = 64

/** The directory of the zip archive that ends in the last 64 KiB before `limit`; null when there is none. */
export function findDirectory(payload: Uint8Array, limit = payload.length): ZipDirectory | null {
  const bytes = asBuffer(payload).subarray(0, limit)
  const lowest = Math.max(0, limit - maxTail)
  const tail = bytes.subarray(lowest)
  let at = tail.length - endSize + 1
  for (let tries = 0; at > 0 && tries < maxEnds; tries++) {
    at = tail.lastIndexOf(endSignature, at - 1, 'latin1')
    const found = at < 0 ? null : readEnd(bytes, lowest + at)
    if (found) return found
  }
  return null
}

function readEnd(bytes: Buffer, at: number): ZipDirectory | null {
  const { size, offset, end } = readZip64End(bytes, at) ?? {
    size: bytes.readUInt32LE(at + 12),
    offset: bytes.readUInt32LE(at + 16),
    end: at,
  }
  // Where bytes were put before an archive, its offsets are short of that many; the directory lies right before its end.
  const start = end - size
  const told = bytes.readUInt16LE(at + 10)
  if (size === 0 && told === 0) return { entries: noEntries(), told, end: at }
  for (const [from, shift] of [
    [start, start - offset],
    [offset, 0],
  ] as const) {
    if (shift >= 0 && from >= 0 && from + entrySize <= at && bytes.readUInt32LE(from) === entrySignature) {
      return { entries: readEntries(bytes.subarray(0, at), from, shift), told, end: at }
    }
  }
  return null
}

function* noEntries(): Generator<ZipEntry, void> {}

/** The 64-bit record that a locator right before the end points to (APPNOTE 4.3.14, 4.3.15). */
function readZip64End(bytes: Buffer, at: number): { size: number; offset: number; end: number } | null {
  const locator = at - 20
  if (locator < 56 || bytes.readUInt32LE(locator) !== 0x07064b50) return null
  for (const record of [Number(bytes.readBigUInt64LE(locator + 8)), locator - 56]) {
    if (record >= 0 && record + 56 <= locator && bytes.readUInt32LE(record) === 0x06064b50) {
      const size = Number(bytes.readBigUInt64LE(record + 40))
      return { size, offset: Number(bytes.readBigUInt64LE(record + 48)), end: record }
    }
  }
  return null
}

/** Entry after entry as long as they are there: the number that the end tells is not believed. */
function* readEntries(bytes: Buffer, from: number, shift: number): Generator<ZipEntry, void> {
  let at = from
  while (at + entrySize <= bytes.length && bytes.readUInt32LE(at) === entrySignature) {
    const nameLength = bytes.readUInt16LE(at + 28)
    const extraStart = at + entrySize + nameLength
    const extraEnd = extraStart + bytes.readUInt16LE(at + 30)
    if (extraEnd > bytes.length) return
    const name = bytes.subarray(at + entrySize, extraStart)
    yield readEntry(bytes, at, { name, extra: bytes.subarray(extraStart, extraEnd), shift })
    at = extraEnd + bytes.readUInt16LE(at + 32)
  }
}

function readEntry(
  bytes: Buffer,
  at: number,
  parts: { name: Buffer; extra: Buffer; shift: number },
): ZipEntry {
  const flags = bytes.readUInt16LE(at + 8)
  const extra = readExtra(parts.extra)
  const wide = new WideNumbers(extra.get(0x0001))
  const size = wide.read(bytes.readUInt32LE(at + 24))
  const packedSize = wide.read(bytes.readUInt32LE(at + 20))
  const offset = wide.read(bytes.readUInt32LE(at + 42)) + parts.shift
  // 3: Unix, 19: macOS (APPNOTE 4.4.2.2)
  const madeOnUnix = [3, 19].includes(bytes[at + 5] ?? 0)
  return {
    path: readName(parts.name, flags, extra.get(0x7075)),
    flags,
    ...readMethod(bytes.readUInt16LE(at + 10), extra.get(0x9901)),
    time: bytes.readUInt16LE(at + 12),
    crc: bytes.readUInt32LE(at + 16),
    packedSize,
    size,
    offset,
    nameLength: parts.name.length,
    mode: madeOnUnix ? bytes.readUInt16LE(at + 40) : 0,
  }
}

/** Extra fields by their id; the first of each counts. */
function readExtra(extra: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>()
  let at = 0
  while (at + 4 <= extra.length) {
    const id = extra.readUInt16LE(at)
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (!fields.has(id)) fields.set(id, extra.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** The 64-bit numbers that stand in for those which do not fit (APPNOTE 4.5.3), in their order. */
class WideNumbers {
  readonly #field: Buffer | undefined
  #at = 0

  constructor(field: Buffer | undefined) {
    this.#field = field
  }

  read(narrow: number): number {
    const field = this.#field
    if (narrow !== 0xffffffff || !field || this.#at + 8 > field.length) return narrow
    this.#at += 8
    return Number(field.readBigUInt64LE(this.#at - 8))
  }
}

function readMethod(method: number, aes: Buffer | undefined): Pick<ZipEntry, 'method' | 'aes'> {
  if (method !== 99 || !aes || aes.length < 7) return { method, aes: null }
  return { method: aes.readUInt16LE(5), aes: { strength: aes[4] ?? 0, version: aes.readUInt16LE(0) } }
}

/** UTF-8 where a flag or the Unicode path field (APPNOTE 4.6.9) says so or where it is, else code page 437. */
function readName(name: Buffer, flags: number, unicode: Buffer | undefined): string {
  if (flags & 0x800) return decodeUtf8(name)
  if (unicode && unicode.length > 5 && unicode[0] === 1 && unicode.readUInt32LE(1) === crc32(name)) {
    return decodeUtf8(unicode.subarray(5))
  }
  return decodeName(name, 'cp437')
}

/** Members by their local headers from `start` on, for archives whose directory is lost or ends early. */
export function* scanLocalHeaders(payload: Uint8Array, start = 0): Generator<ZipEntry, void> {
  const bytes = asBuffer(payload)
  const descriptors = new Descriptors(bytes)
  let at = nextLocalHeader(bytes, start)
  while (at >= 0) {
    const entry = readLocalEntry(bytes, at, descriptors)
    if (!entry) return
    yield entry
    at = nextLocalHeader(bytes, entry.size === null ? at + localSize : dataEnd(bytes, entry))
  }
}

const localSize = 30

function nextLocalHeader(bytes: Buffer, from: number): number {
  return from >= bytes.length ? -1 : bytes.indexOf('PK\x03\x04', from, 'latin1')
}

function readLocalEntry(bytes: Buffer, at: number, descriptors: Descriptors): ZipEntry | null {
  if (at + localSize > bytes.length) return null
  const nameLength = bytes.readUInt16LE(at + 26)
  const extraStart = at + localSize + nameLength
  const extra = readExtra(bytes.subarray(extraStart, extraStart + bytes.readUInt16LE(at + 28)))
  const flags = bytes.readUInt16LE(at + 6)
  const wide = new WideNumbers(extra.get(0x0001))
  const size = wide.read(bytes.readUInt32LE(at + 22))
  const packedSize = wide.read(bytes.readUInt32LE(at + 18))
  const entry: ZipEntry = {
    path: readName(bytes.subarray(at + localSize, extraStart), flags, extra.get(0x7075)),
    flags,
    ...readMethod(bytes.readUInt16LE(at + 8), extra.get(0x9901)),
    time: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 14),
    packedSize,
    size,
    offset: at,
    nameLength,
    mode: 0,
  }
  const sizesFollow = (flags & 8) !== 0 && packedSize === 0
  return sizesFollow ? { ...entry, ...descriptors.find(localDataStart(bytes, entry)) } : entry
}

/** Records that follow the data instead of going before it (APPNOTE 4.3.9). */
class Descriptors {
  readonly #bytes: Buffer
  /** Offsets of everything that looks like one, found once: a search for each member would be quadratic. */
  #offsets: number[] | null = null
  #next = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The nearest one whose size fits the distance from `start`, which never goes back; else data may reach to the end. */
  find(start: number): Pick<ZipEntry, 'crc' | 'packedSize' | 'size'> {
    this.#offsets ??= findAll(this.#bytes, 'PK\x07\x08')
    const offsets = this.#offsets
    while ((offsets[this.#next] ?? Infinity) < start) this.#next++
    for (const at of offsets.slice(this.#next, this.#next + maxDescriptors)) {
      if (at + 16 > this.#bytes.length || this.#bytes.readUInt32LE(at + 8) !== at - start) continue
      return {
        crc: this.#bytes.readUInt32LE(at + 4),
        packedSize: at - start,
        size: this.#bytes.readUInt32LE(at + 12),
      }
    }
    return { crc: null, packedSize: Math.max(0, this.#bytes.length - start), size: null }
  }
}

/** Zips within a stored member bring descriptors of their own; more than these are not tried. */
const maxDescriptors = 64

/** More places than any real archive of the size that is unpacked has. */
const maxFound = 1_000_000

function findAll(bytes: Buffer, text: string): number[] {
  const offsets: number[] = []
  let at = bytes.indexOf(text, 0, 'latin1')
  while (at >= 0 && offsets.length < maxFound) {
    offsets.push(at)
    at = bytes.indexOf(text, at + text.length, 'latin1')
  }
  return offsets
}

/** Offset of the first byte after the data of a member. */
export function dataEnd(payload: Uint8Array, entry: ZipEntry): number {
  const start = localDataStart(payload, entry)
  return (start < 0 ? entry.offset : start) + entry.packedSize
}

/** Offset of the data of a member; -1 when its local header is not there. */
export function localDataStart(payload: Uint8Array, entry: ZipEntry): number {
  const bytes = asBuffer(payload)
  const { offset } = entry
  if (offset < 0 || offset + localSize > bytes.length || bytes.readUInt32LE(offset) !== localSignature)
    return -1
  const extraLength = bytes.readUInt16LE(offset + 28)
  const start = offset + localSize + bytes.readUInt16LE(offset + 26) + extraLength
  // A name that does not fit is a lie: the length that the directory tells is the better guess.
  return start + entry.packedSize <= bytes.length
    ? start
    : offset + localSize + entry.nameLength + extraLength
}

export function asBuffer(payload: Uint8Array): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
}
