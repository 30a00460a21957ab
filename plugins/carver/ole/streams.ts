import { type CompoundFile, listChain } from './compound-file.ts'
import type { Directory, StreamEntry } from './directory.ts'
import { type Note, type Range, rangesOf, readUint32, type Sectors } from './sectors.ts'

/** Streams below this size are in mini sectors ([MS-CFB] 2.2: it must be so, whatever the header says). */
const miniCutoff = 4096
const miniSize = 64

/** What there is of a stream. */
export interface StreamContent {
  ranges: Range[]
  size: number
  /** Why it is not the whole, or may be wrong. */
  damaged?: string
}

/** Gives a function that finds the content of streams; what they share is read when the first of them needs it. */
export function openStreams(file: CompoundFile, directory: Directory): (entry: StreamEntry) => StreamContent {
  let mini: Sectors | undefined
  return ({ first, size }) => {
    const reasons = new Set<string>()
    if (size < miniCutoff) mini ??= openMiniSectors(file, directory)
    const sectors = size < miniCutoff && mini ? mini : file.sectors
    const found = rangesOf(sectors, first, size, file.bytes.length, reason => reasons.add(reason))
    if (found.size < size) reasons.add(`${found.size} of ${size} bytes are there`)
    return { ...found, ...(reasons.size > 0 && { damaged: [...reasons].join('; ') }) }
  }
}

/** The bytes of ranges: a part of the payload where they are one, else a copy. */
export function join(bytes: Buffer, ranges: readonly Range[]): Uint8Array {
  const parts = ranges.map(({ start, end }) => bytes.subarray(start, end))
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

/** The mini stream is the stream of the root; its own table tells which of its pieces follow each other ([MS-CFB] 2.4). */
function openMiniSectors(file: CompoundFile, directory: Directory): Sectors {
  const { bytes, sectors } = file
  const note: Note = reason => file.damage.add(`mini stream: ${reason}`)
  const first = readUint32(bytes, directory.place(0) + 116) ?? 0
  const container = listChain(file, first, note)
  const table = listChain(file, file.miniFat, note)
  const perSector = sectors.size / miniSize
  const perTable = sectors.size / 4
  return {
    size: miniSize,
    count: container.length * perSector,
    offset: index =>
      sectors.offset(container[Math.floor(index / perSector)] ?? sectors.count) +
      (index % perSector) * miniSize,
    next(index) {
      const sector = table[Math.floor(index / perTable)]
      return sector === undefined ? null : readUint32(bytes, sectors.offset(sector) + (index % perTable) * 4)
    },
  }
}
