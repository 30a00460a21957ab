import { chain, lostTable, type Note, readUint32, type Sectors } from './sectors.ts'
import { firstAbove } from './starts.ts'

/*
  The npm package cfb was measured and is not used: of 62 cuts of a file of 16 kB it opens one, one bad number in the header
  or the sector table ends it with a TypeError, a circle in the DIFAT with a stack overflow, and every stream is read before
  the first can be had. What is damaged on purpose is what a carver is for.
*/

/** Numbers of sectors in the header; more are in the chain of DIFAT sectors. */
const headerDifat = 109
const rootType = 5
/** "Root Entry" as it stands in the directory. */
const rootName = Buffer.from('Root Entry', 'utf16le')

/** Sectors that may be listed for all files of a payload: files that overlap must not make it slow. */
export interface Work {
  left: number
}

/** A file within a payload. Offsets count from the start of the payload. */
export interface CompoundFile {
  readonly bytes: Buffer
  /** Of the header. */
  readonly offset: number
  readonly sectors: Sectors
  /** First sectors of the directory and of the table of mini sectors. */
  readonly directory: number
  readonly miniFat: number
  readonly isVersion4: boolean
  /** What is wrong with it. */
  readonly damage: Set<string>
  readonly work: Work
}

/**
 * Opens the compound file whose magic is at `offset`: null when it has no directory. Its header may lie about the size of
 * sectors and the place of the directory; `roots` are the places of entries that are named as the first one of a directory.
 */
export function openCompoundFile(
  bytes: Buffer,
  offset: number,
  work: Work,
  roots: readonly number[],
): CompoundFile | null {
  const damage = new Set<string>()
  const place = declaredPlace(bytes, offset) ?? lostPlace(bytes, offset, damage, roots)
  if (place === null) return null
  const { size, directory } = place
  if (size !== declaredSize(bytes, offset)) damage.add(`the size of sectors is lost: ${size} is taken`)
  return {
    bytes,
    offset,
    sectors: fileSectors(bytes, offset, size),
    directory,
    miniFat: readUint32(bytes, offset + 60) ?? 0,
    isVersion4: size === 4096,
    damage,
    work,
  }
}

/** Whether the magic at `offset` begins a header and is not there by chance: the byte order is told ([MS-CFB] 2.2). */
export function hasHeader(bytes: Buffer, offset: number): boolean {
  return offset + 30 <= bytes.length && bytes.readUInt16LE(offset + 28) === 0xfffe
}

/** Places of "Root Entry" in the whole payload. */
export function findRoots(bytes: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(rootName); at >= 0; at = bytes.indexOf(rootName, at + rootName.length)) {
    if (isRoot(bytes, at)) places.push(at)
  }
  return places
}

/** All sectors of a chain. Where the table is lost and the next sector is a guess, it ends at the first that is no `member`. */
export function listChain(
  file: CompoundFile,
  first: number,
  note: Note,
  isMember: (sector: number) => boolean = () => true,
): number[] {
  const list: number[] = []
  let isGuess = false
  const listen: Note = reason => {
    isGuess ||= reason === lostTable
    note(reason)
  }
  for (const sector of chain(file.sectors, first, listen)) {
    if (isGuess && !isMember(sector)) break
    if (file.work.left-- <= 0) {
      note('too many sectors to follow')
      break
    }
    list.push(sector)
  }
  return list
}

interface Place {
  size: number
  directory: number
}

/** Bytes of a sector as the header tells it: 512 in version 3, 4096 in version 4. */
function declaredSize(bytes: Buffer, offset: number): number {
  const shift = offset + 32 <= bytes.length ? bytes.readUInt16LE(offset + 30) : 0
  return shift === 9 || shift === 12 ? 1 << shift : 0
}

function declaredPlace(bytes: Buffer, offset: number): Place | null {
  const directory = readUint32(bytes, offset + 48)
  if (directory === null) return null
  const sizes = [declaredSize(bytes, offset), 512, 4096]
  const size = sizes.find(size => size > 0 && isRoot(bytes, offset + (directory + 1) * size))
  return size === undefined ? null : { size, directory }
}

/** The directory by the name of its first entry, where a sector can begin. */
function lostPlace(
  bytes: Buffer,
  offset: number,
  damage: Set<string>,
  roots: readonly number[],
): Place | null {
  if (offset + 512 > bytes.length) return null
  const index = firstAbove(roots, offset)
  // Of files that follow each other the next one's is soon reached: more are not tried.
  const at = roots.slice(index, index + 16).find(place => (place - offset) % 512 === 0)
  if (at === undefined) return null
  damage.add('the place of the directory is lost: it is found by its name')
  const size = declaredSize(bytes, offset) === 4096 && (at - offset) % 4096 === 0 ? 4096 : 512
  return { size, directory: (at - offset) / size - 1 }
}

/** Whether a directory may begin here: its first entry is the root storage ([MS-CFB] 2.6.2). */
function isRoot(bytes: Buffer, at: number): boolean {
  return at + 128 <= bytes.length && bytes[at + 66] === rootType && bytes.readUInt16LE(at + 64) <= 64
}

function fileSectors(bytes: Buffer, offset: number, size: number): Sectors {
  const count = Math.max(0, Math.ceil((bytes.length - offset) / size) - 1)
  const position = (sector: number) => offset + (sector + 1) * size
  const perSector = size / 4
  const cell = (sector: number, index: number) => readUint32(bytes, position(sector) + index * 4)
  const difat = listDifat(readUint32(bytes, offset + 68), count, perSector - 1, cell)
  /** The sector with the n-th part of the FAT. */
  const fatSector = (index: number) => {
    if (index < headerDifat) return readUint32(bytes, offset + 76 + index * 4)
    const rest = index - headerDifat
    const sector = difat[Math.floor(rest / (perSector - 1))]
    return sector === undefined ? null : cell(sector, rest % (perSector - 1))
  }
  return {
    size,
    count,
    offset: position,
    next(sector) {
      const table = fatSector(Math.floor(sector / perSector))
      return table === null || table >= count ? null : cell(table, sector % perSector)
    },
  }
}

/** The chain of DIFAT sectors ([MS-CFB] 2.5), no more of them than the file can need: a circle ends there. */
function listDifat(
  first: number | null,
  count: number,
  perDifat: number,
  cell: (sector: number, index: number) => number | null,
): number[] {
  const most = Math.ceil((Math.ceil(count / (perDifat + 1)) - headerDifat) / perDifat)
  const list: number[] = []
  for (let next = first; next !== null && next < count && list.length < most; ) {
    list.push(next)
    next = cell(next, perDifat)
  }
  return list
}
