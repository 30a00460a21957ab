/** One file node: a kind, perhaps a reference to a place in the file, then data ([MS-ONESTORE] 2.4.3). */
export interface FileNode {
  id: number
  /** Where it refers to; null when it refers to nothing. */
  target: { offset: number; length: number } | null
  /** Its own data, behind the reference. */
  body: Buffer
}

/** What a fragment of a list of nodes begins and ends with ([MS-ONESTORE] 2.4.2, 2.4.1). */
const fragmentHeader = Buffer.from('C4F4F7F5B17A56A4', 'hex')
const fragmentFooter = Buffer.from('4BBA3382C315C28B', 'hex')
const endOfFragment = 0xff

/** A part of a payload; lists of them are in order. */
export interface Range {
  start: number
  end: number
}

interface Fragment {
  list: number
  sequence: number
  start: number
  end: number
}

/**
 * The nodes of each list of nodes, of the kinds that are wanted. Fragments are looked for by their magic and put in order by
 * what they say of themselves: a damaged reference between them does not matter. Those `within` something else do not count.
 */
export function* readNodeLists(
  bytes: Buffer,
  wanted: ReadonlySet<number>,
  within: readonly Range[],
): Generator<Iterable<FileNode>, void> {
  const lists = Map.groupBy(outside(findFragments(bytes), within), ({ list }) => list)
  for (const fragments of lists.values()) {
    fragments.sort((a, b) => a.sequence - b.sequence)
    yield readNodes(bytes, fragments, wanted)
  }
}

function* outside(fragments: readonly Fragment[], ranges: readonly Range[]): Generator<Fragment, void> {
  let index = 0
  for (const fragment of fragments) {
    while ((ranges[index]?.end ?? fragment.start + 1) <= fragment.start) index++
    if (fragment.start < (ranges[index]?.start ?? fragment.start + 1)) yield fragment
  }
}

/** A fragment ends where the next one begins, so that no byte is read twice. */
function findFragments(bytes: Buffer): Fragment[] {
  const fragments: Fragment[] = []
  for (let at = bytes.indexOf(fragmentHeader); at >= 0 && at + 16 <= bytes.length; ) {
    const next = bytes.indexOf(fragmentHeader, at + 8)
    const [list, sequence] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
    fragments.push({ list, sequence, start: at + 16, end: next < 0 ? bytes.length : next })
    at = next
  }
  return fragments
}

function* readNodes(
  bytes: Buffer,
  fragments: readonly Fragment[],
  wanted: ReadonlySet<number>,
): Generator<FileNode, void> {
  for (const fragment of fragments) {
    for (const { at, header, size } of walk(bytes, fragment)) {
      const id = header & 0x3ff
      const node = wanted.has(id) ? toNode(id, header, bytes.subarray(at + 4, at + size)) : null
      if (node) yield node
    }
  }
}

/** Place, header and size of each node of a fragment. */
function* walk(bytes: Buffer, { start, end }: Fragment) {
  for (let at = start; at + 4 <= end; ) {
    const header = bytes.readUInt32LE(at)
    const id = header & 0x3ff
    const size = (header >>> 10) & 0x1fff
    if (id === 0 || id === endOfFragment || size < 4 || at + size > end) return
    if (startsWith(bytes, at, fragmentFooter)) return
    yield { at, header, size }
    at += size
  }
}

function startsWith(bytes: Buffer, at: number, wanted: Buffer): boolean {
  return bytes.compare(wanted, 0, wanted.length, at, Math.min(at + wanted.length, bytes.length)) === 0
}

/** Places are told in 8, 4, 2 or 4 bytes, the last two in units of 8; lengths in 4, 8, 1 or 2 ([MS-ONESTORE] 2.2.4.2). */
const placeSizes = [8, 4, 2, 4]
const lengthSizes = [4, 8, 1, 2]

function toNode(id: number, header: number, data: Buffer): FileNode | null {
  const base = (header >>> 27) & 0xf
  if (base !== 1 && base !== 2) return { id, target: null, body: data }
  const [place, length] = [(header >>> 23) & 3, (header >>> 25) & 3]
  const placeSize = placeSizes[place] ?? 0
  const lengthSize = lengthSizes[length] ?? 0
  if (data.length < placeSize + lengthSize) return null
  const offset = readNumber(data, 0, placeSize) * (place >= 2 ? 8 : 1)
  const target = { offset, length: readNumber(data, placeSize, lengthSize) * (length >= 2 ? 8 : 1) }
  return { id, target, body: data.subarray(placeSize + lengthSize) }
}

function readNumber(data: Buffer, at: number, size: number): number {
  return size === 8 ? data.readUInt32LE(at) + data.readUInt32LE(at + 4) * 2 ** 32 : data.readUIntLE(at, size)
}
