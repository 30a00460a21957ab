/** A stream or storage of a compound file. */
export interface Entry {
  /** Its place in the directory. */
  readonly index: number
  readonly name: string
  readonly isStorage: boolean
  /** Bytes of a stream, as declared, but never more than the file. */
  readonly size: number
  readonly start: number
  readonly child: number
}

const free = 0xfffffffa
const noEntry = 0xffffffff
const headerFatSectors = 109
const entrySize = 128
const miniSectorSize = 64
const noRoot: Entry = { index: 0, name: '', isStorage: true, size: 0, start: free, child: noEntry }

/** True when the bytes begin as a compound file does ([MS-CFB] 2.2). */
export function isCompound(bytes: Buffer): boolean {
  return bytes.length >= 512 && bytes.toString('latin1', 0, 8) === '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
}

/**
 * Reads a compound file ([MS-CFB]) in place: sectors are looked up when a stream is read, nothing that a header declares
 * is believed or allocated, and every chain ends after as many steps as the file has sectors.
 */
export class CompoundFile {
  readonly #bytes: Buffer
  readonly #sectorSize: number
  readonly #sectorCount: number
  readonly #miniCutoff: number
  readonly #fat: number[]
  readonly #miniFat: number[]
  readonly #directory: number[]
  readonly #miniStream: number[]
  /** The storage that each entry was met in first. */
  readonly #owners = new Map<number, number>()
  readonly root: Entry
  /** True when a table that was asked for lies beyond the end of the file. */
  isCut = false

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#sectorSize = bytes.readUInt16LE(30) === 12 ? 4096 : 512
    this.#sectorCount = Math.max(0, Math.ceil(bytes.length / this.#sectorSize) - 1)
    this.#miniCutoff = Math.min(bytes.readUInt32LE(56), 4096)
    this.#fat = this.#fatSectors()
    this.#directory = [...this.#chain(bytes.readUInt32LE(48))]
    this.#miniFat = [...this.#chain(bytes.readUInt32LE(60))]
    this.root = this.#entry(0) ?? noRoot
    this.#miniStream = [...this.#chain(this.root.start)]
  }

  /**
   * Entries of a storage. A tree that bites its tail ends, and an entry is in one storage alone: were many to share one
   * large tree, a small file would take hours.
   */
  children(storage: Entry): Entry[] {
    const found: Entry[] = []
    const seen = new Set<number>()
    for (const waiting = [storage.child]; waiting.length > 0; ) {
      const index = waiting.pop() as number
      const entry = seen.has(index) || !this.#isIn(storage, index) ? null : this.#entry(index)
      seen.add(index)
      if (!entry) continue
      found.push(entry)
      const at = this.#entryAt(index)
      waiting.push(this.#bytes.readUInt32LE(at + 72), this.#bytes.readUInt32LE(at + 68))
    }
    return found
  }

  #isIn(storage: Entry, index: number): boolean {
    const owner = this.#owners.get(index) ?? storage.index
    this.#owners.set(index, owner)
    return owner === storage.index
  }

  /** The first `limit` bytes of a stream, fewer where its sectors end. */
  read(stream: Entry, limit = stream.size): Buffer {
    const size = Math.min(stream.size, limit)
    const isMini = stream.size < this.#miniCutoff
    const step = isMini ? miniSectorSize : this.#sectorSize
    const chain = isMini ? this.#miniChain(stream.start) : this.#chain(stream.start)
    const pieces: Buffer[] = []
    let length = 0
    for (const sector of chain) {
      if (length >= size) break
      const at = isMini ? this.#miniAt(sector) : this.#offset(sector)
      const piece = this.#bytes.subarray(at, at + Math.min(step, size - length))
      pieces.push(piece)
      length += piece.length
    }
    return Buffer.concat(pieces)
  }

  #offset(sector: number): number {
    return (sector + 1) * this.#sectorSize
  }

  /** Number at a place that may lie outside of the file. */
  #number(at: number): number {
    return at + 4 <= this.#bytes.length ? this.#bytes.readUInt32LE(at) : noEntry
  }

  /** 109 of them are in the header, the others in a chain of sectors (2.5). */
  #fatSectors(): number[] {
    const sectors: number[] = []
    const perSector = this.#sectorSize / 4 - 1
    for (let index = 0; index < headerFatSectors; index++) sectors.push(this.#number(76 + index * 4))
    let next = this.#number(68)
    for (let steps = 0; next < free && steps < this.#sectorCount; steps++) {
      const at = this.#offset(next)
      for (let index = 0; index < perSector && sectors.length < this.#sectorCount; index++) {
        sectors.push(this.#number(at + index * 4))
      }
      next = this.#number(at + perSector * 4)
    }
    return sectors
  }

  *#chain(start: number): Generator<number> {
    let sector = start
    for (let steps = 0; sector < this.#sectorCount && steps < this.#sectorCount; steps++) {
      yield sector
      sector = this.#afterSector(sector)
    }
  }

  /** Where the table was cut off with the end of the file, sectors most likely follow one another. */
  #afterSector(sector: number): number {
    const table = this.#fat[Math.floor(sector / (this.#sectorSize / 4))]
    const isLost = table !== undefined && table < free && table >= this.#sectorCount
    this.isCut ||= isLost
    return isLost ? sector + 1 : this.#inTable(this.#fat, sector)
  }

  *#miniChain(start: number): Generator<number> {
    const count = this.#miniStream.length * (this.#sectorSize / miniSectorSize)
    let sector = start
    for (let steps = 0; sector < count && steps < count; steps++) {
      yield sector
      sector = this.#inTable(this.#miniFat, sector)
    }
  }

  /** What a table says in its place `index`; its sectors are `table`. */
  #inTable(table: readonly number[], index: number): number {
    const perSector = this.#sectorSize / 4
    const sector = table[Math.floor(index / perSector)]
    return sector === undefined || sector >= this.#sectorCount
      ? noEntry
      : this.#number(this.#offset(sector) + (index % perSector) * 4)
  }

  #miniAt(sector: number): number {
    const perSector = this.#sectorSize / miniSectorSize
    const within = this.#miniStream[Math.floor(sector / perSector)] ?? this.#sectorCount
    return this.#offset(within) + (sector % perSector) * miniSectorSize
  }

  /** Where an entry of the directory lies; beyond the end of the file when there is none. */
  #entryAt(index: number): number {
    const perSector = this.#sectorSize / entrySize
    const sector = this.#directory[Math.floor(index / perSector)]
    return sector === undefined ? this.#bytes.length : this.#offset(sector) + (index % perSector) * entrySize
  }

  /** Types: 1 storage, 2 stream, 5 root (2.6.1). */
  #entry(index: number): Entry | null {
    const at = this.#entryAt(index)
    if (at + entrySize > this.#bytes.length) return null
    const type = this.#bytes[at + 66] as number
    if (type !== 1 && type !== 2 && type !== 5) return null
    const nameSize = Math.min(64, this.#bytes.readUInt16LE(at + 64))
    const name = this.#bytes.toString('utf16le', at, at + Math.max(0, nameSize - 2))
    return {
      index,
      name,
      isStorage: type !== 2,
      size: Math.min(this.#bytes.readUInt32LE(at + 120), this.#bytes.length),
      start: this.#bytes.readUInt32LE(at + 116),
      child: this.#bytes.readUInt32LE(at + 76),
    }
  }
}
