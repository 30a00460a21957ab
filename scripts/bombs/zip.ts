import { crc32, deflateRawSync } from 'node:zlib'
import { little, little64 } from './bomb.ts'

/** What both headers of a zip member tell (APPNOTE 4.3.7 and 4.3.12). */
export interface ZipFacts {
  name: string
  crc: number
  packed: number
  size: number
  /** 0: stored, 8: deflate. */
  method: 0 | 8
  /** For the local header. */
  extra?: Uint8Array
}

/** The header before the data. */
export function localHeader(facts: ZipFacts): Buffer {
  const { name, extra = new Uint8Array() } = facts
  const fields = [Buffer.from('PK\x03\x04'), common(facts), little(extra.length, 2)]
  return Buffer.concat([...fields, Buffer.from(name), extra])
}

/** The entry of the directory for the member whose local header is at `offset`. */
export function directoryEntry(facts: ZipFacts, offset: number): Buffer {
  const fields = [Buffer.from('PK\x01\x02'), little(20, 2), common(facts), Buffer.alloc(12)]
  return Buffer.concat([...fields, little(offset, 4), Buffer.from(facts.name)])
}

function common({ name, crc, packed, size, method }: ZipFacts): Buffer {
  const head = [little(20, 2), little(0, 2), little(method, 2), little(0, 2), little(0x21, 2)]
  return Buffer.concat([...head, little(crc, 4), little(packed, 4), little(size, 4), little(name.length, 2)])
}

/** The records that end an archive (APPNOTE 4.3.14 to 4.3.16), the 64-bit ones where the number asks for them. */
export function directoryEnd(count: number, directory: { size: number; offset: number }): Buffer {
  const { size, offset } = directory
  const short = Math.min(count, 0xffff)
  const end = [Buffer.from('PK\x05\x06'), little(0, 4), little(short, 2), little(short, 2)]
  const plain = Buffer.concat([...end, little(size, 4), little(offset, 4), little(0, 2)])
  if (count <= 0xffff) return plain
  const numbers = [little64(count), little64(count), little64(size), little64(offset)]
  const record = [
    Buffer.from('PK\x06\x06'),
    little64(44),
    little(45, 2),
    little(45, 2),
    little(0, 4),
    little(0, 4),
  ]
  const locator = [Buffer.from('PK\x06\x07'), little(0, 4), little64(offset + size), little(1, 4)]
  return Buffer.concat([...record, ...numbers, ...locator, plain])
}

/** A zip of small files, in memory. */
export function zipOf(files: Iterable<readonly [name: string, content: Uint8Array]>): Buffer {
  const locals: Uint8Array[] = []
  const entries: Uint8Array[] = []
  let offset = 0
  for (const [name, content] of files) {
    const data = deflateRawSync(content, { level: 9 })
    const sizes = { packed: data.length, size: content.length }
    const facts: ZipFacts = { name, crc: crc32(content), method: 8, ...sizes }
    const local = localHeader(facts)
    locals.push(local, data)
    entries.push(directoryEntry(facts, offset))
    offset += local.length + data.length
  }
  const directory = Buffer.concat(entries)
  return Buffer.concat([
    ...locals,
    directory,
    directoryEnd(entries.length, { size: directory.length, offset }),
  ])
}
