/** How a compound file is laid out. */
export interface Shape {
  version?: 3 | 4
  /** The FAT and the directory stand behind the streams: what is cut off first. */
  tablesLast?: boolean
  /** The sectors of each stream stand in the reverse order. */
  isFragmented?: boolean
}

interface Entry {
  name: string
  type: 1 | 2 | 5
  content: Buffer
  children: Entry[]
  /** Numbers of entries. */
  left: number
  right: number
  child: number
  first: number
}

const none = 0xffffffff
const endOfChain = 0xfffffffe

/** A compound file ([MS-CFB]) of streams by their path, `/` between storages. */
export function makeCompoundFile(streams: Record<string, Uint8Array | string>, shape: Shape = {}): Buffer {
  const size = shape.version === 4 ? 4096 : 512
  const entries = toEntries(streams)
  const [root] = entries
  const mini = miniStreams(entries)
  if (root) root.content = mini.content
  const large = entries.filter(({ type, content }) => type === 5 || (type === 2 && content.length >= 4096))
  const directory = Buffer.alloc(Math.ceil((entries.length * 128) / size) * size)
  const miniFat = words(mini.links, size)
  const data = [...large.map(entry => entry.content), miniFat]
  const dataSectors = data.reduce((sum, content) => sum + Math.ceil(content.length / size), 0)
  const rest = dataSectors + directory.length / size
  let [fatCount, difatCount] = [0, 0]
  while (fatCount * (size / 4) < rest + fatCount + difatCount) {
    fatCount++
    difatCount = Math.ceil(Math.max(0, fatCount - 109) / (size / 4 - 1))
  }
  const fat: number[] = []
  const sectors: Buffer[] = []
  const place = (content: Buffer, isReversed = false): number =>
    placeIn(sectors, fat, content, size, isReversed)
  const tables = () => {
    const fatFirst = place(Buffer.alloc(fatCount * size))
    const difatFirst = place(Buffer.alloc(difatCount * size))
    return { fatFirst, difatFirst, directoryFirst: place(directory) }
  }
  const before = shape.tablesLast ? null : tables()
  for (const entry of large) entry.first = place(entry.content, shape.isFragmented)
  const miniFatFirst = place(miniFat)
  const { fatFirst, difatFirst, directoryFirst } = before ?? tables()
  for (let index = 0; index < fatCount; index++) fat[fatFirst + index] = 0xfffffffd
  for (let index = 0; index < difatCount; index++) fat[difatFirst + index] = 0xfffffffc
  const whole = Buffer.concat([header(size), ...sectors])
  words(fat, size).copy(whole, (fatFirst + 1) * size)
  for (const [index, entry] of entries.entries())
    writeEntry(whole, (directoryFirst + 1) * size + index * 128, entry)
  whole.writeUInt32LE(fatCount, 44)
  whole.writeUInt32LE(directoryFirst, 48)
  whole.writeUInt32LE(miniFat.length === 0 ? endOfChain : miniFatFirst, 60)
  whole.writeUInt32LE(miniFat.length / size, 64)
  writeDifat(whole, size, { fatFirst, fatCount, difatFirst, difatCount })
  return whole
}

function header(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.set(Buffer.from('D0CF11E0A1B11AE1', 'hex'))
  const version = size === 4096 ? 4 : 3
  const numbers = [0x3e, version, 0xfffe, size === 4096 ? 12 : 9, 6]
  for (const [index, number] of numbers.entries()) bytes.writeUInt16LE(number, 24 + index * 2)
  if (version === 4) bytes.writeUInt32LE(1, 40)
  bytes.writeUInt32LE(4096, 56)
  bytes.writeUInt32LE(endOfChain, 68)
  return bytes
}

/** Appends the sectors of one chain; gives the first. */
function placeIn(
  sectors: Buffer[],
  fat: number[],
  content: Buffer,
  size: number,
  isReversed: boolean,
): number {
  const count = Math.ceil(content.length / size)
  const start = sectors.length
  const at = (index: number) => start + (isReversed ? count - 1 - index : index)
  for (let index = 0; index < count; index++) {
    const sector = Buffer.alloc(size)
    content.copy(sector, 0, index * size)
    sectors[at(index)] = sector
    fat[at(index)] = index === count - 1 ? endOfChain : at(index + 1)
  }
  return count === 0 ? endOfChain : at(0)
}

interface Tables {
  fatFirst: number
  fatCount: number
  difatFirst: number
  difatCount: number
}

function writeDifat(
  whole: Buffer,
  size: number,
  { fatFirst, fatCount, difatFirst, difatCount }: Tables,
): void {
  const perSector = size / 4 - 1
  whole.fill(0xff, 76, 512)
  for (let index = 0; index < Math.min(fatCount, 109); index++)
    whole.writeUInt32LE(fatFirst + index, 76 + index * 4)
  if (difatCount > 0) whole.writeUInt32LE(difatFirst, 68)
  whole.writeUInt32LE(difatCount, 72)
  for (let index = 0; index < difatCount; index++) {
    const at = (difatFirst + index + 1) * size
    whole.fill(0xff, at, at + size)
    const last = Math.min(perSector, fatCount - 109 - index * perSector)
    for (let cell = 0; cell < last; cell++)
      whole.writeUInt32LE(fatFirst + 109 + index * perSector + cell, at + cell * 4)
    whole.writeUInt32LE(index === difatCount - 1 ? endOfChain : difatFirst + index + 1, at + perSector * 4)
  }
}

/** Numbers, filled up with free sectors. */
function words(numbers: readonly number[], size: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((numbers.length * 4) / size) * size, 0xff)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, index * 4)
  return bytes
}

function miniStreams(entries: readonly Entry[]): { content: Buffer; links: number[] } {
  const links: number[] = []
  const parts: Buffer[] = []
  for (const entry of entries) {
    const count = Math.ceil(entry.content.length / 64)
    if (entry.type !== 2 || count === 0 || entry.content.length >= 4096) continue
    entry.first = links.length
    for (let index = 1; index < count; index++) links.push(links.length + 1)
    links.push(endOfChain)
    const part = Buffer.alloc(count * 64)
    entry.content.copy(part)
    parts.push(part)
  }
  return { content: Buffer.concat(parts), links }
}

function makeEntry(name: string, type: Entry['type'], content: Uint8Array | string = ''): Entry {
  const bytes = Buffer.from(content as Uint8Array)
  return { name, type, content: bytes, children: [], left: none, right: none, child: none, first: endOfChain }
}

function toEntries(streams: Record<string, Uint8Array | string>): Entry[] {
  const root = makeEntry('Root Entry', 5)
  for (const [path, content] of Object.entries(streams)) {
    const names = path.split('/')
    const own = names.pop() ?? ''
    let storage = root
    for (const name of names) {
      const known = storage.children.find(child => child.name === name)
      if (!known) storage.children.push(makeEntry(name, 1))
      storage = known ?? (storage.children.at(-1) as Entry)
    }
    storage.children.push(makeEntry(own, 2, content))
  }
  const entries = [root]
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as Entry
    const sorted = entry.children.toSorted(byCfbOrder)
    const base = entries.length
    entries.push(...sorted)
    entry.child = balance(sorted, base, 0, sorted.length)
  }
  return entries
}

/** [MS-CFB] 2.6.4: shorter names first. */
function byCfbOrder(a: Entry, b: Entry): number {
  const [one, other] = [a.name.toUpperCase(), b.name.toUpperCase()]
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0)
}

function balance(sorted: readonly Entry[], base: number, from: number, to: number): number {
  if (from >= to) return none
  const middle = (from + to) >>> 1
  const entry = sorted[middle] as Entry
  entry.left = balance(sorted, base, from, middle)
  entry.right = balance(sorted, base, middle + 1, to)
  return base + middle
}

function writeEntry(whole: Buffer, at: number, entry: Entry): void {
  whole.write(entry.name, at, 'utf16le')
  whole.writeUInt16LE(entry.name.length * 2 + 2, at + 64)
  whole[at + 66] = entry.type
  whole[at + 67] = 1
  for (const [index, link] of [entry.left, entry.right, entry.child].entries())
    whole.writeUInt32LE(link, at + 68 + index * 4)
  whole.writeUInt32LE(entry.content.length === 0 && entry.type !== 2 ? 0 : entry.first, at + 116)
  whole.writeUInt32LE(entry.content.length, at + 120)
}
