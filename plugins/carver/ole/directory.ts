import { type CompoundFile, listChain } from './compound-file.ts'
import { readUint32 } from './sectors.ts'

/** One stream as the directory tells of it. */
export interface StreamEntry {
  /** Names from the root down, as they are written. */
  path: string[]
  /** First sector of its chain. */
  first: number
  /** Bytes that it says it has. */
  size: number
  /** True: no storage lists it. */
  isOrphan: boolean
}

/** The directory of a compound file: entries by their number. */
export interface Directory {
  count: number
  /** Place of an entry in the payload. */
  place(index: number): number
}

/** Types of entries ([MS-CFB] 2.6.1). */
const storage = 1
const stream = 2
const entrySize = 128
/** Storages in storages beyond this are listed in the last of them: a path must not grow without end. */
const deepest = 32

/** Reads where the entries are. */
export function readDirectory(file: CompoundFile): Directory {
  const { sectors, bytes } = file
  const note = (reason: string) => file.damage.add(`directory: ${reason}`)
  const list = listChain(file, file.directory, note, sector => isPlausible(bytes, sectors.offset(sector)))
  const perSector = sectors.size / entrySize
  const count = list.length * perSector
  return {
    count,
    place: index =>
      sectors.offset(list[Math.floor(index / perSector)] ?? 0) + (index % perSector) * entrySize,
  }
}

/** Whether a sector may be part of a directory: the type of its first entry and the length of its name are possible. */
function isPlausible(bytes: Buffer, at: number): boolean {
  if (at + entrySize > bytes.length) return false
  return [0, storage, stream, 5].includes(bytes[at + 66] ?? 0) && bytes.readUInt16LE(at + 64) <= 64
}

/** Every stream: those below the root in the order of their names, as v1 lists them, then those that no storage lists. */
export function* listStreams(file: CompoundFile, directory: Directory): Generator<StreamEntry, void> {
  const seen = new Uint8Array(directory.count)
  seen[0] = 1
  const waiting = [{ index: 0, path: [] as string[] }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { index, path } = next
    if (index !== 0 && typeOf(file, directory, index) === stream) yield entryAt(file, directory, index, path)
    else {
      const inner = path.length < deepest ? path : path.slice(0, -1)
      for (const child of childrenOf(file, directory, index, seen).reverse())
        waiting.push({ index: child.index, path: [...inner, child.name] })
    }
  }
  yield* listOrphans(file, directory, seen)
}

function* listOrphans(file: CompoundFile, directory: Directory, seen: Uint8Array): Generator<StreamEntry> {
  for (let index = 1; index < directory.count; index++) {
    if (seen[index] || typeOf(file, directory, index) !== stream) continue
    const name = nameAt(file.bytes, directory.place(index))
    if (name !== '') yield { ...entryAt(file, directory, index, [name]), isOrphan: true }
  }
}

/** The streams and storages of a storage: a tree of siblings ([MS-CFB] 2.6.4), whatever its shape, by name. */
function childrenOf(file: CompoundFile, directory: Directory, parent: number, seen: Uint8Array) {
  const children: { index: number; name: string }[] = []
  const waiting = [link(file, directory, parent, 76)]
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (index === noEntry) continue
    const type = typeOf(file, directory, index)
    if (type === null || seen[index]) {
      file.damage.add(
        type === null ? 'the directory is not whole' : 'an entry of the directory is listed twice',
      )
      continue
    }
    seen[index] = 1
    if (type === storage || type === stream)
      children.push({ index, name: nameAt(file.bytes, directory.place(index)) })
    waiting.push(link(file, directory, index, 68), link(file, directory, index, 72))
  }
  return children.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

const noEntry = 0xffffffff

function link(file: CompoundFile, directory: Directory, index: number, at: number): number {
  return readUint32(file.bytes, directory.place(index) + at) ?? noEntry
}

/** Null when there is no such entry. */
function typeOf({ bytes }: CompoundFile, { count, place }: Directory, index: number): number | null {
  if (index >= count) return null
  const at = place(index)
  return at + entrySize <= bytes.length ? (bytes[at + 66] ?? null) : null
}

function entryAt(file: CompoundFile, directory: Directory, index: number, path: string[]): StreamEntry {
  const { bytes } = file
  const at = directory.place(index)
  // Version 3 leaves anything in the upper half ([MS-CFB] 2.6.1).
  const high = file.isVersion4 ? bytes.readUInt32LE(at + 124) * 2 ** 32 : 0
  const first = bytes.readUInt32LE(at + 116)
  return { path, first, size: bytes.readUInt32LE(at + 120) + high, isOrphan: false }
}

/** UTF-16 with a NUL behind it; the length, in bytes, counts the NUL. */
function nameAt(bytes: Buffer, at: number): string {
  const length = Math.min(bytes.readUInt16LE(at + 64), 64) & ~1
  const name = bytes.toString('utf16le', at, at + length)
  const end = name.indexOf('\0')
  return (end < 0 ? name : name.slice(0, end)).toWellFormed()
}
