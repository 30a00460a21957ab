import { type FileNode, type Range, readNodeLists } from './file-nodes.ts'
import { guidBytes, guidKey } from './guid.ts'
import { readProperties } from './property-set.ts'

/** What a section tells of an embedded file. */
export interface FileName {
  /** As it is shown on the page. */
  name?: string
  /** Where it came from. */
  path?: string
  /** With its dot. */
  extension?: string
}

/** Kinds of nodes ([MS-ONESTORE] 2.5, 2.4.3). */
const node = {
  tableStart: 0x021,
  tableStart2: 0x022,
  tableEntry: 0x024,
  fileData: 0x072,
  fileDataLarge: 0x073,
  dataObject: 0x094,
  object: 0x0a4,
  objectLarge: 0x0a5,
  readOnlyObject: 0x0c4,
  readOnlyObjectLarge: 0x0c5,
} as const

/** The properties of the two sorts of objects that hold files ([MS-ONE] 2.1.12, 2.1.13). */
const sorts = new Map([
  [0x0006_0035, { container: 0x2000_1d9b, name: 0x1c00_1d9c, path: 0x1c00_1d9d }],
  [0x0006_0011, { container: 0x2000_1c3f, name: 0x1c00_1dd7, path: 0 }],
])

/** Objects with names that are looked at, of one payload. */
const mostNamed = 10_000

/** What is known so far. Objects are known by the GUID and number of their id. */
interface Known {
  bytes: Buffer
  /** Place of a data object, by its GUID. */
  places: Map<string, number>
  /** GUID of a data object and its extension, by the object that holds it. */
  holders: Map<string, { guid: string; extension: string }>
  /** By the object that holds the file. */
  named: Map<string, FileName>
  namedLeft: number
}

/**
 * Names of embedded files, by the offset of their data objects. A node of the page has the name and refers to the object that
 * holds the file; that one tells the GUID of the data object; a third node tells where this is. A section inside of the
 * `contents` of another has names of its own.
 */
export function readNames(bytes: Buffer, contents: readonly Range[]): Map<number, FileName> {
  const known: Known = {
    bytes,
    places: new Map(),
    holders: new Map(),
    named: new Map(),
    namedLeft: mostNamed,
  }
  const wanted = new Set<number>(Object.values(node))
  for (const list of readNodeLists(bytes, wanted, contents)) {
    // Ids are short in a list: a table at its beginning tells what they stand for (2.1.3).
    const table = new Map<number, string>()
    for (const one of list) learn(known, table, one)
  }
  const names = new Map<number, FileName>()
  for (const [id, { guid, extension }] of known.holders) {
    const place = known.places.get(guid)
    if (place !== undefined)
      names.set(place, { ...known.named.get(id), ...(extension !== '' && { extension }) })
  }
  return names
}

function learn(known: Known, table: Map<number, string>, { id, target, body }: FileNode): void {
  switch (id) {
    case node.tableStart:
    case node.tableStart2:
      table.clear()
      break
    case node.tableEntry:
      if (body.length >= 20) table.set(body.readUInt32LE(0), guidKey(body, 4))
      break
    case node.dataObject:
      if (target && body.length >= 16) known.places.set(guidKey(body, 0), target.offset)
      break
    case node.fileData:
      learnHolder(known, table, body, 9)
      break
    case node.fileDataLarge:
      learnHolder(known, table, body, 12)
      break
    default:
      if (target) learnNamed(known, table, target, body)
  }
}

/** Object id, kind, count of references of 1 or 4 bytes; then `<ifndf>{GUID}` and the extension (2.5.27). */
function learnHolder(known: Known, table: Map<number, string>, body: Buffer, at: number): void {
  const reference = readString(body, at)
  const id = body.length >= 4 ? resolve(table, body.readUInt32LE(0)) : null
  if (!reference || id === null || !reference.text.startsWith('<ifndf>{')) return
  const guid = guidBytes(reference.text.slice(8, 44)).toString('hex')
  known.holders.set(id, { guid, extension: readString(body, reference.end)?.text ?? '' })
}

function learnNamed(
  known: Known,
  table: Map<number, string>,
  { offset, length }: { offset: number; length: number },
  body: Buffer,
): void {
  const sort = body.length >= 8 ? sorts.get(body.readUInt32LE(4)) : undefined
  if (!sort || known.namedLeft-- <= 0) return
  const { texts, objects } = readProperties(known.bytes.subarray(offset, offset + length))
  const container = objects.get(sort.container)
  const id = container === undefined ? null : resolve(table, container)
  if (id === null) return
  const [name, path] = [texts.get(sort.name), texts.get(sort.path)]
  known.named.set(id, { ...(name && { name }), ...(path && { path }) })
}

/** Eight bits of number, 24 of the place in the table (2.2.2). */
function resolve(table: Map<number, string>, compact: number): string | null {
  const guid = table.get(compact >>> 8)
  return guid === undefined ? null : `${guid} ${compact & 0xff}`
}

/** A count of UTF-16 units, then they (2.2.3). */
function readString(body: Buffer, at: number): { text: string; end: number } | null {
  if (at + 4 > body.length) return null
  const end = at + 4 + body.readUInt32LE(at) * 2
  if (end > body.length) return null
  return {
    text: body
      .toString('utf16le', at + 4, end)
      .toWellFormed()
      .replaceAll('\0', ''),
    end,
  }
}
