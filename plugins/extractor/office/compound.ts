/** A stream or storage of a compound file. */
export interface CompoundEntry {
  /** Names of the storages above it and its own, with slashes between; slashes inside a name stay. */
  path: string
  name: string
  isStream: boolean
  /** As the directory tells it: never believed. */
  size: number
  /** First sector. */
  start: number
  /** Class of a storage, 16 bytes. */
  classId: Uint8Array
}

/** Where a piece of a stream lies in the file. */
export type Segment = readonly [offset: number, length: number]

/** A compound file ([MS-CFB]), read as far as it is whole. */
export interface Compound {
  entries: readonly CompoundEntry[]
  /** Bytes of a stream, as many as are there. */
  read(entry: CompoundEntry): Buffer
  /** The pieces of a stream, in order. */
  segments(entry: CompoundEntry): Segment[]
  /** What is wrong with it; null while nothing was seen. */
  readonly damage: string | null
}

const headerSize = 512
const entrySize = 128
/** Streams below this size live in the mini stream ([MS-CFB] 2.2: 4096, always). */
const miniCutoff = 4096
const miniShift = 6
/** Sector numbers from here on have special meanings. */
const maxSector = 0xfffffffa
/** Storages of documents nest 4 deep. */
const maxDepth = 32

/** The first bytes of every compound file. */
export const compoundMagic = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** Reads header, sector tables and directory. Null when `payload` does not begin with a compound file. */
export function openCompound(payload: Uint8Array): Compound | null {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  if (bytes.length < headerSize || !bytes.subarray(0, 8).equals(compoundMagic)) return null
  return new CompoundFile(bytes)
}

class CompoundFile implements Compound {
  readonly entries: readonly CompoundEntry[]
  damage: string | null = null
  readonly #bytes: Buffer
  readonly #shift: number
  readonly #sectorCount: number
  readonly #table: Uint32Array
  #miniTable: Uint32Array | null = null
  #miniSectors: number[] | null = null
  readonly #root: CompoundEntry | undefined
  /** Many streams may claim the same sectors: what is read in all stays in proportion to the file. */
  #readable: number

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#readable = 4 * bytes.length + 2 ** 20
    // 4096 in version 4, else 512; other versions than 3 and 4 are lies that some readers take.
    this.#shift = bytes.readUInt16LE(30) === 12 ? 12 : 9
    this.#sectorCount = Math.max(0, Math.ceil(bytes.length / this.#size) - 1)
    this.#table = this.#readTable(this.#tableSectors())
    const records = this.#readDirectory()
    this.#root = records.find(record => record?.type === 5)?.entry
    this.entries = nameEntries(records)
  }

  read(entry: CompoundEntry): Buffer {
    const segments = this.segments(entry)
    const length = segments.reduce((sum, [, size]) => sum + size, 0)
    this.#readable -= length
    if (this.#readable < 0) {
      this.damage = 'streams share their sectors: not all are read'
      return Buffer.alloc(0)
    }
    const [first] = segments
    if (segments.length === 1 && first) return this.#bytes.subarray(first[0], first[0] + first[1])
    return Buffer.concat(segments.map(([offset, size]) => this.#bytes.subarray(offset, offset + size)))
  }

  segments(entry: CompoundEntry): Segment[] {
    if (entry.size === 0 || !entry.isStream) return []
    const isMini = entry.size < miniCutoff && entry !== this.#root
    const segments = isMini ? this.#miniSegments(entry) : this.#largeSegments(entry)
    const length = segments.reduce((sum, [, size]) => sum + size, 0)
    if (length < entry.size) this.damage ??= `the end of a stream is missing`
    return segments
  }

  get #size(): number {
    return 1 << this.#shift
  }

  #largeSegments({ start, size }: CompoundEntry): Segment[] {
    const segments: Segment[] = []
    let left = Math.min(size, this.#bytes.length)
    for (const sector of this.#chain(this.#table, start, Math.ceil(left / this.#size))) {
      left -= addSegment(segments, this.#offset(sector), Math.min(left, this.#size), this.#bytes.length)
    }
    return segments
  }

  #miniSegments({ start, size }: CompoundEntry): Segment[] {
    const root = this.#root
    if (!root) return []
    this.#miniTable ??= this.#readTable([...this.#chain(this.#table, this.#bytes.readUInt32LE(60))])
    this.#miniSectors ??= [...this.#chain(this.#table, root.start)]
    const perSector = this.#shift - miniShift
    const segments: Segment[] = []
    let left = size
    for (const mini of this.#chain(this.#miniTable, start, Math.ceil(size / (1 << miniShift)))) {
      const sector = this.#miniSectors[mini >>> perSector]
      if (sector === undefined) break
      const offset = this.#offset(sector) + ((mini & ((1 << perSector) - 1)) << miniShift)
      left -= addSegment(segments, offset, Math.min(left, 1 << miniShift), this.#bytes.length)
    }
    return segments
  }

  #offset(sector: number): number {
    return (sector + 1) * this.#size
  }

  /** Sectors from `start` on, at most `most`; never more than there are, so that a ring ends. */
  *#chain(table: Uint32Array, start: number, most = this.#sectorCount): Generator<number, void> {
    let sector = start
    for (let count = 0; count < most && sector < maxSector; count++) {
      if (table === this.#table && sector >= this.#sectorCount) break
      yield sector
      sector = table[sector] ?? maxSector
    }
  }

  /** Sectors of the sector table: 109 in the header, the others in sectors that are chained by their last number. */
  #tableSectors(): number[] {
    const bytes = this.#bytes
    const perSector = this.#size / 4
    const most = Math.ceil(this.#sectorCount / perSector)
    const sectors: number[] = []
    const add = (from: number, count: number) => {
      for (let at = from; at < from + 4 * count && at + 4 <= bytes.length && sectors.length < most; at += 4) {
        const sector = bytes.readUInt32LE(at)
        if (sector < this.#sectorCount) sectors.push(sector)
      }
    }
    add(76, 109)
    let next = bytes.readUInt32LE(68)
    for (let count = 0; count < most && next < this.#sectorCount && sectors.length < most; count++) {
      const at = this.#offset(next)
      add(at, perSector - 1)
      const link = at + this.#size - 4
      next = link + 4 <= bytes.length ? bytes.readUInt32LE(link) : maxSector
    }
    return sectors
  }

  #readTable(sectors: readonly number[]): Uint32Array {
    const perSector = this.#size / 4
    const table = new Uint32Array(sectors.length * perSector).fill(maxSector)
    for (const [index, sector] of sectors.entries()) {
      const at = this.#offset(sector)
      const count = Math.min(perSector, Math.max(0, (this.#bytes.length - at) >>> 2))
      for (let word = 0; word < count; word++) {
        table[index * perSector + word] = this.#bytes.readUInt32LE(at + 4 * word)
      }
    }
    return table
  }

  #readDirectory(): (DirectoryRecord | null)[] {
    const records: (DirectoryRecord | null)[] = []
    for (const sector of this.#chain(this.#table, this.#bytes.readUInt32LE(48))) {
      const start = this.#offset(sector)
      for (let at = start; at < start + this.#size && at + entrySize <= this.#bytes.length; at += entrySize) {
        records.push(readRecord(this.#bytes.subarray(at, at + entrySize), this.#shift === 9))
      }
    }
    if (records.length === 0) this.damage = 'the directory is missing'
    return records
  }
}

/** Adds a piece, joined to the one before where they touch; gives its length, less at the end of the file. */
function addSegment(segments: Segment[], offset: number, length: number, end: number): number {
  const size = Math.max(0, Math.min(length, end - offset))
  const last = segments.at(-1)
  if (size === 0) return 0
  if (last && last[0] + last[1] === offset) segments[segments.length - 1] = [last[0], last[1] + size]
  else segments.push([offset, size])
  return size
}

/** [MS-CFB] 2.6.1 */
interface DirectoryRecord {
  /** 1: storage, 2: stream, 5: root. */
  type: number
  left: number
  right: number
  child: number
  entry: CompoundEntry
}

function readRecord(bytes: Buffer, isVersion3: boolean): DirectoryRecord | null {
  const type = bytes[66] ?? 0
  if (type !== 1 && type !== 2 && type !== 5) return null
  const nameLength = Math.max(0, Math.min(64, bytes.readUInt16LE(64)) - 2) & ~1
  const name = bytes.toString('utf16le', 0, nameLength).toWellFormed()
  const high = isVersion3 ? 0 : bytes.readUInt32LE(124)
  return {
    type,
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: bytes.readUInt32LE(76),
    entry: {
      path: name,
      name,
      isStream: type === 2,
      size: high * 2 ** 32 + bytes.readUInt32LE(120),
      start: bytes.readUInt32LE(116),
      classId: bytes.subarray(80, 96),
    },
  }
}

/** Gives each entry its path, storage by storage; what no tree holds keeps its own name as path. */
function nameEntries(records: (DirectoryRecord | null)[]): CompoundEntry[] {
  const seen = new Set<number>()
  const named: CompoundEntry[] = []
  const waiting = records.flatMap(record =>
    record?.type === 5 ? [{ at: record.child, prefix: '', depth: 0 }] : [],
  )
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { at, prefix, depth } = next
    const record = records[at]
    if (!record || seen.has(at)) continue
    seen.add(at)
    if (record.type !== 5) named.push(record.entry)
    record.entry.path = prefix + record.entry.name
    waiting.push({ at: record.right, prefix, depth }, { at: record.left, prefix, depth })
    const below = depth < maxDepth ? `${record.entry.path}/` : ''
    if (record.type === 1) waiting.push({ at: record.child, prefix: below, depth: depth + 1 })
  }
  for (const [at, record] of records.entries()) {
    if (record && record.type !== 5 && !seen.has(at)) named.push(record.entry)
  }
  return named
}
