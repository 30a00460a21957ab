/** Marks an end in chains ([MS-CFB] 2.1, ENDOFCHAIN). */
export const endOfChain = 0xfffffffe

/** Pieces of one size that are linked to chains: the sectors of a file, or the mini sectors of its mini stream. */
export interface Sectors {
  /** Bytes of each. */
  readonly size: number
  /** How many there may be. */
  readonly count: number
  /** Where one begins; it may reach behind the end of the payload. */
  offset(sector: number): number
  /** The one that follows, null when the table that tells it cannot be read. */
  next(sector: number): number | null
}

/** Told why a chain is not what it should be. */
export type Note = (reason: string) => void

/** The reason for which a chain may be a guess. */
export const lostTable = 'a part of the sector table is lost: sectors are taken in their order'

/** Bytes of a payload. */
export interface Range {
  start: number
  end: number
}

/** Read from a table or header; null behind the end of the payload. */
export function readUint32(bytes: Buffer, offset: number): number | null {
  return offset >= 0 && offset + 4 <= bytes.length ? bytes.readUInt32LE(offset) : null
}

/**
 * A chain, sector by sector, never one of them twice. Where the table is lost the sectors follow each other: most files are
 * written so.
 */
export function* chain(sectors: Sectors, first: number, note: Note): Generator<number, void> {
  const seen = new Set<number>()
  for (let sector = first; sector !== endOfChain; ) {
    if (sector >= sectors.count) return note('a chain of sectors leaves the file')
    if (seen.has(sector)) return note('a chain of sectors runs in a circle')
    seen.add(sector)
    yield sector
    const next = sectors.next(sector)
    if (next === null) note(lostTable)
    sector = next ?? sector + 1
  }
}

/** Where the first `size` bytes of a chain are: neighbours in one range. Fewer when the chain or the payload ends before. */
export function rangesOf(
  sectors: Sectors,
  first: number,
  size: number,
  end: number,
  note: Note,
): { ranges: Range[]; size: number } {
  const ranges: Range[] = []
  let left = size
  for (const sector of chain(sectors, first, note)) {
    const start = sectors.offset(sector)
    const length = Math.min(left, sectors.size, end - start)
    if (length <= 0) break
    append(ranges, start, start + length)
    left -= length
    if (left === 0 || length < sectors.size) break
  }
  return { ranges, size: size - left }
}

function append(ranges: Range[], start: number, end: number): void {
  const last = ranges.at(-1)
  if (last?.end === start) last.end = end
  else ranges.push({ start, end })
}
