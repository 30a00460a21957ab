/** A compound file ([MS-CFB], version 3) of streams by their paths. Always the same bytes for the same streams. */
export function makeCompound(streams: Readonly<Record<string, Uint8Array>>): Buffer {
  const entries = listEntries(streams)
  const small = entries.filter(entry => entry.content && entry.content.length < 4096)
  const mini = Buffer.concat(small.map(entry => padded(entry.content ?? empty, 64)))
  const chains: Chain[] = []
  let miniStart = 0
  for (const entry of small) {
    entry.start = entry.content?.length ? miniStart : endOfChain
    miniStart += Math.ceil((entry.content?.length ?? 0) / 64)
  }
  const addChain = (content: Buffer, fill = 0) =>
    chains.push({ start: 0, content: padded(content, 512, fill) }) - 1
  const large = entries.filter(entry => entry.content && entry.content.length >= 4096)
  const largeChains = large.map(entry => addChain(Buffer.from(entry.content ?? empty)))
  const miniChain = addChain(mini)
  const miniTable = addChain(Buffer.concat(small.map(miniChainTable)), 0xff)
  const directory = addChain(Buffer.alloc(Math.ceil(entries.length / 4) * 512))
  const dataSectors = chains.reduce((sum, { content }) => sum + content.length / 512, 0)
  const tableSectors = countTableSectors(dataSectors)
  placeChains(chains, tableSectors + listSectors(tableSectors))
  for (const [index, entry] of large.entries())
    entry.start = chains[largeChains[index] ?? 0]?.start ?? endOfChain
  const root = entries[0]
  if (root) root.start = chains[miniChain]?.start ?? endOfChain
  const folder = chains[directory]
  if (folder)
    folder.content = padded(Buffer.concat(entries.map(entry => writeEntry(entry, mini.length))), 512)
  const table = Buffer.concat([
    Buffer.alloc(4 * tableSectors, tableSectorMark),
    Buffer.alloc(4 * listSectors(tableSectors), listSectorMark),
    ...chains.map(({ content, start }) => chainTable(content.length / 512, start)),
  ])
  return Buffer.concat([
    writeHeader(
      tableSectors,
      chains[directory]?.start ?? 0,
      chains[miniTable] ?? { start: endOfChain, content: empty },
    ),
    padded(table, 512, 0xff),
    makeList(tableSectors),
    ...chains.map(chain => chain.content),
  ])
}

/** The table has a number for each of its own sectors too. */
function countTableSectors(dataSectors: number): number {
  let count = 1
  while (count * 128 < dataSectors + count + listSectors(count)) count++
  return count
}

/** Sectors of the table that the header has no room for are listed in sectors of their own, 127 in each. */
function listSectors(tableSectors: number): number {
  return Math.max(0, Math.ceil((tableSectors - inHeader) / 127))
}

function makeList(tableSectors: number): Buffer {
  const count = listSectors(tableSectors)
  const list = Buffer.alloc(512 * count, 0xff)
  for (let index = inHeader; index < tableSectors; index++) {
    const place = index - inHeader
    list.writeUInt32LE(index, 4 * (place + Math.floor(place / 127)))
  }
  for (let index = 0; index < count; index++) {
    list.writeUInt32LE(index === count - 1 ? endOfChain : tableSectors + index + 1, 512 * index + 508)
  }
  return list
}

const inHeader = 109
const listSectorMark = Buffer.from('fcffffff', 'hex')

function placeChains(chains: readonly Chain[], first: number): void {
  let next = first
  for (const chain of chains) {
    chain.start = chain.content.length > 0 ? next : endOfChain
    next += chain.content.length / 512
  }
}

const empty = Buffer.alloc(0)
const endOfChain = 0xfffffffe
const free = 0xffffffff

interface Chain {
  start: number
  content: Buffer
}

interface Entry {
  name: string
  /** Null: a storage. */
  content: Uint8Array | null
  isRoot: boolean
  start: number
  children: number[]
  left: number
  right: number
  child: number
}

const tableSectorMark = Buffer.from('fdffffff', 'hex')

function padded(content: Uint8Array, size: number, fill = 0): Buffer {
  return Buffer.concat([content, Buffer.alloc((size - (content.length % size)) % size, fill)])
}

function chainTable(count: number, start: number): Buffer {
  const table = Buffer.alloc(4 * count)
  for (let index = 0; index < count; index++) {
    table.writeUInt32LE(index === count - 1 ? endOfChain : start + index + 1, 4 * index)
  }
  return table
}

function miniChainTable({ content, start }: Entry): Buffer {
  return chainTable(Math.ceil((content?.length ?? 0) / 64), start)
}

function makeEntry(name: string, content: Uint8Array | null, isRoot = false): Entry {
  return { name, content, isRoot, start: 0, children: [], left: free, right: free, child: free }
}

function listEntries(streams: Readonly<Record<string, Uint8Array>>): Entry[] {
  const entries = [makeEntry('Root Entry', null, true)]
  const byPath = new Map([['', 0]])
  const add = (path: string, content: Uint8Array | null): number => {
    const known = byPath.get(path)
    if (known !== undefined) return known
    const slash = path.lastIndexOf('/')
    const parent = slash < 0 ? 0 : add(path.slice(0, slash), null)
    const index = entries.push(makeEntry(path.slice(slash + 1), content)) - 1
    byPath.set(path, index)
    entries[parent]?.children.push(index)
    return index
  }
  for (const [path, content] of Object.entries(streams)) add(path, content)
  for (const entry of entries) {
    const order = (index: number) => entries[index]?.name.toUpperCase() ?? ''
    const sorted = [...entry.children].sort(
      (one, other) => order(one).length - order(other).length || (order(one) < order(other) ? -1 : 1),
    )
    entry.child = balance(entries, sorted)
  }
  return entries
}

/** The middle one above the halves before and after it. */
function balance(entries: Entry[], sorted: number[]): number {
  const middle = sorted.length >> 1
  const index = sorted[middle]
  const entry = index === undefined ? undefined : entries[index]
  if (index === undefined || !entry) return free
  entry.left = balance(entries, sorted.slice(0, middle))
  entry.right = balance(entries, sorted.slice(middle + 1))
  return index
}

function writeEntry(entry: Entry, miniSize: number): Buffer {
  const bytes = Buffer.alloc(128)
  bytes.write(entry.name, 0, 62, 'utf16le')
  bytes.writeUInt16LE(2 * entry.name.length + 2, 64)
  bytes[66] = entry.isRoot ? 5 : entry.content ? 2 : 1
  bytes[67] = 1
  bytes.writeUInt32LE(entry.left, 68)
  bytes.writeUInt32LE(entry.right, 72)
  bytes.writeUInt32LE(entry.child, 76)
  bytes.writeUInt32LE(entry.content || entry.isRoot ? entry.start : 0, 116)
  bytes.writeUInt32LE(entry.isRoot ? miniSize : (entry.content?.length ?? 0), 120)
  return bytes
}

function writeHeader(tableSectors: number, directory: number, miniTable: Chain): Buffer {
  const header = Buffer.alloc(512, 0xff)
  header.fill(0, 8, 76)
  header.write('d0cf11e0a1b11ae1', 0, 'hex')
  header.writeUInt16LE(0x3e, 24)
  header.writeUInt16LE(3, 26)
  header.writeUInt16LE(0xfffe, 28)
  header.writeUInt16LE(9, 30)
  header.writeUInt16LE(6, 32)
  header.writeUInt32LE(tableSectors, 44)
  header.writeUInt32LE(directory, 48)
  header.writeUInt32LE(4096, 56)
  header.writeUInt32LE(miniTable.start, 60)
  header.writeUInt32LE(miniTable.content.length / 512, 64)
  header.writeUInt32LE(listSectors(tableSectors) > 0 ? tableSectors : endOfChain, 68)
  header.writeUInt32LE(listSectors(tableSectors), 72)
  for (let index = 0; index < Math.min(inHeader, tableSectors); index++)
    header.writeUInt32LE(index, 76 + 4 * index)
  return header
}
