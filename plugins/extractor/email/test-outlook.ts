/** A storage of a compound file: streams and storages by name. */
export interface Tree {
  [name: string]: Uint8Array | Tree
}

const sectorSize = 512
const miniSize = 64
const cutoff = 4096
const end = 0xfffffffe
const none = 0xffffffff

interface Node {
  name: string
  content: Uint8Array | null
  child: number
  right: number
  start: number
}

/** A compound file ([MS-CFB], version 3) of `tree`; siblings stand in a row, which is a tree as well. */
export function makeCompound(tree: Tree): Buffer {
  const nodes: Node[] = [{ name: 'Root Entry', content: null, child: none, right: none, start: end }]
  const root = nodes[0] as Node
  root.child = addAll(nodes, tree)
  const sectors: Buffer[] = []
  const fat: number[] = []
  const place = (bytes: Uint8Array): number => {
    const count = Math.ceil(bytes.length / sectorSize)
    const first = sectors.length
    for (let index = 0; index < count; index++) {
      const sector = Buffer.alloc(sectorSize)
      sector.set(bytes.subarray(index * sectorSize, (index + 1) * sectorSize))
      sectors.push(sector)
      fat.push(index + 1 < count ? first + index + 1 : end)
    }
    return count === 0 ? end : first
  }
  const mini: Uint8Array[] = []
  const miniFat: number[] = []
  for (const node of nodes) {
    const { content } = node
    if (content && content.length >= cutoff) node.start = place(content)
    else if (content && content.length > 0) node.start = placeMini(content, mini, miniFat)
  }
  root.content = Buffer.concat(mini)
  root.start = place(root.content)
  const directory = place(Buffer.concat(nodes.map((node, index) => entryOf(node, index))))
  const miniFatStart = place(numbers(miniFat))
  return assemble({ sectors, fat, directory, miniFatStart, miniFatCount: Math.ceil(miniFat.length / 128) })
}

function addAll(nodes: Node[], tree: Tree): number {
  let last: Node | null = null
  let first = none
  for (const [name, content] of Object.entries(tree).sort(
    ([a], [b]) => a.length - b.length || (a < b ? -1 : 1),
  )) {
    const isStream = content instanceof Uint8Array
    const node: Node = { name, content: isStream ? content : null, child: none, right: none, start: end }
    const index = nodes.push(node) - 1
    if (last) last.right = index
    else first = index
    last = node
    if (!isStream) node.child = addAll(nodes, content)
  }
  return first
}

function placeMini(content: Uint8Array, mini: Uint8Array[], miniFat: number[]): number {
  const count = Math.ceil(content.length / miniSize)
  const first = miniFat.length
  const padded = new Uint8Array(count * miniSize)
  padded.set(content)
  mini.push(padded)
  for (let index = 0; index < count; index++) miniFat.push(index + 1 < count ? first + index + 1 : end)
  return first
}

function entryOf({ name, content, child, right, start }: Node, index: number): Buffer {
  const entry = Buffer.alloc(128)
  entry.write(name, 'utf16le')
  entry.writeUInt16LE(name.length * 2 + 2, 64)
  entry[66] = index === 0 ? 5 : content ? 2 : 1
  entry[67] = 1
  entry.writeUInt32LE(none, 68)
  entry.writeUInt32LE(right, 72)
  entry.writeUInt32LE(child, 76)
  entry.writeUInt32LE(index === 0 || content ? start : 0, 116)
  entry.writeUInt32LE(content?.length ?? 0, 120)
  return entry
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 128) * sectorSize, 0xff)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}

interface Layout {
  sectors: Buffer[]
  fat: number[]
  directory: number
  miniFatStart: number
  miniFatCount: number
}

function assemble({ sectors, fat, directory, miniFatStart, miniFatCount }: Layout): Buffer {
  const count = Math.ceil((fat.length + 1) / 127)
  const first = fat.length
  const whole = numbers([...fat, ...Array.from({ length: count }, () => 0xfffffffd)])
  const header = Buffer.alloc(sectorSize)
  header.write('d0cf11e0a1b11ae1', 'hex')
  header.writeUInt16LE(0x3e, 24)
  header.writeUInt16LE(3, 26)
  header.writeUInt16LE(0xfffe, 28)
  header.writeUInt16LE(9, 30)
  header.writeUInt16LE(6, 32)
  header.writeUInt32LE(count, 44)
  header.writeUInt32LE(directory, 48)
  header.writeUInt32LE(cutoff, 56)
  header.writeUInt32LE(miniFatCount === 0 ? end : miniFatStart, 60)
  header.writeUInt32LE(miniFatCount, 64)
  header.writeUInt32LE(end, 68)
  for (let index = 0; index < 109; index++) {
    header.writeUInt32LE(index < count ? first + index : none, 76 + index * 4)
  }
  return Buffer.concat([header, ...sectors, whole])
}

/** Values of properties by number: text as Unicode, bytes as binary. */
export type Values = Record<number, string | Uint8Array>

export interface MsgAttachment {
  values: Values
  /** How it is kept: 1 by value, 5 a message, 6 an OLE object. */
  method: number
  /** Content of the storage of a message or object. */
  storage?: Tree
}

/** The storage of an Outlook message ([MS-OXMSG]); `makeCompound` makes a file of it. */
export function msgTree(
  values: Values,
  attachments: readonly MsgAttachment[] = [],
  isEmbedded = false,
): Tree {
  const tree: Tree = {
    '__properties_version1.0': fixed(isEmbedded ? 24 : 32, [[0x3fde, 65001]]),
    ...streams(values),
  }
  if (!isEmbedded) {
    const names = { '__substg1.0_00020102': Buffer.alloc(0), '__substg1.0_00030102': Buffer.alloc(0) }
    tree['__nameid_version1.0'] = { ...names, '__substg1.0_00040102': Buffer.alloc(0) }
  }
  for (const [index, { values: own, method, storage }] of attachments.entries()) {
    const name = `__attach_version1.0_#${index.toString(16).toUpperCase().padStart(8, '0')}`
    tree[name] = {
      '__properties_version1.0': fixed(8, [[0x3705, method]]),
      ...streams(own),
      ...(storage && { '__substg1.0_3701000D': storage }),
    }
  }
  return tree
}

function streams(values: Values): Tree {
  return Object.fromEntries(
    Object.entries(values).map(([tag, value]) => {
      const type = typeof value === 'string' ? '001F' : '0102'
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf16le') : value
      return [`__substg1.0_${Number(tag).toString(16).toUpperCase().padStart(4, '0')}${type}`, bytes]
    }),
  )
}

function fixed(headerSize: number, longs: readonly [tag: number, value: number][]): Buffer {
  const bytes = Buffer.alloc(headerSize + longs.length * 16)
  for (const [index, [tag, value]] of longs.entries()) {
    const at = headerSize + index * 16
    bytes.writeUInt16LE(3, at)
    bytes.writeUInt16LE(tag, at + 2)
    bytes.writeUInt32LE(6, at + 4)
    bytes.writeUInt32LE(value, at + 8)
  }
  return bytes
}

/** One attribute of TNEF with its checksum ([MS-OXTNEF] 2.1.3.2). */
export function tnefAttribute(level: 1 | 2, id: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head[0] = level
  head.writeUInt32LE(id, 1)
  head.writeUInt32LE(data.length, 5)
  const sum = Buffer.alloc(2)
  sum.writeUInt16LE(data.reduce((total, byte) => (total + byte) & 0xffff, 0))
  return Buffer.concat([head, data, sum])
}

/** A TNEF stream of attributes. */
export function makeTnef(...parts: Buffer[]): Buffer {
  const version = tnefAttribute(1, 0x00089006, Buffer.from([0, 0, 1, 0]))
  const page = tnefAttribute(1, 0x00069007, Buffer.from([0xe4, 4, 0, 0, 0, 0, 0, 0]))
  return Buffer.concat([Buffer.from('789f3e220100', 'hex'), version, page, ...parts])
}

/** An attachment of TNEF: its start, its short name, its content, its properties. */
export function tnefAttachment(title: string, content: Uint8Array | null, values: Values = {}): Buffer {
  const parts = [
    tnefAttribute(2, 0x00069002, Buffer.alloc(14, 1)),
    tnefAttribute(2, 0x00018010, Buffer.from(`${title}\0`, 'latin1')),
  ]
  if (content) parts.push(tnefAttribute(2, 0x0006800f, content))
  if (Object.keys(values).length > 0) parts.push(tnefAttribute(2, 0x00069005, mapiList(values)))
  return Buffer.concat(parts)
}

/** A list of MAPI properties; the content of an attachment is an object. */
export function mapiList(values: Values): Buffer {
  const entries = Object.entries(values).map(([tag, value]) => {
    const isText = typeof value === 'string'
    const bytes = isText ? Buffer.from(`${value}\0`, 'utf16le') : value
    const type = isText ? 0x001f : Number(tag) === 0x3701 ? 0x000d : 0x0102
    const head = Buffer.alloc(12)
    head.writeUInt16LE(type, 0)
    head.writeUInt16LE(Number(tag), 2)
    head.writeUInt32LE(1, 4)
    head.writeUInt32LE(bytes.length, 8)
    return Buffer.concat([head, bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  })
  const count = Buffer.alloc(4)
  count.writeUInt32LE(entries.length)
  return Buffer.concat([count, ...entries])
}

/** Compressed RTF ([MS-OXRTFCP]) that holds `text` byte by byte, then the reference that ends it. */
export function compressRtf(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 8) pieces.push(Buffer.from([0]), bytes.subarray(at, at + 8))
  const write = (207 + bytes.length) % 4096
  const last = bytes.length % 8
  const token = Buffer.from([write >> 4, (write << 4) & 0xff])
  if (last === 0) pieces.push(Buffer.from([1]), token)
  else {
    pieces.push(token)
    const control = pieces[pieces.length - 3] as Buffer
    control[0] = 1 << last
  }
  const body = Buffer.concat(pieces)
  const head = Buffer.alloc(16)
  head.writeUInt32LE(body.length + 12, 0)
  head.writeUInt32LE(bytes.length, 4)
  head.writeUInt32LE(0x75465a4c, 8)
  head.writeUInt32LE(rtfCrc(body), 12)
  return Buffer.concat([head, body])
}

/** The CRC of compressed RTF (2.1.3.2): that of zip without inversion. */
function rtfCrc(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return crc >>> 0
}
