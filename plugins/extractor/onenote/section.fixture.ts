import { frameFooter, frameHeader } from './data-objects.ts'
import { guidBytes } from './guid.ts'

/** A file or picture on the page of a section that is made up. */
export interface Embedded {
  content: Uint8Array | string
  name?: string
  path?: string
  extension?: string
  isPicture?: boolean
}

/** GUIDs that differ in their last digits. */
const guid = (number: number) =>
  `0B5E55ED-0000-4000-8000-${number.toString(16).toUpperCase().padStart(12, '0')}`
const sectionType = '7B5C52E4-D88C-4DA7-AEB1-5378D02996D3'
const sectionFormat = '109ADD3F-911B-49F5-A5D0-1791EDC8AED8'

/** A OneNote section ([MS-ONESTORE]) with one page that has these files: header, data, lists of nodes from the leaves to the root. */
export function makeSection(files: readonly Embedded[], headerSize = 1024): Buffer {
  const file = new Writer(headerSize)
  const data = files.map(({ content }) => file.add(makeDataObject(content)))
  const objects = files.map((one, index) => file.add(makeProperties(one, index)))
  const store = file.addList(
    0x10,
    data.map((place, index) => makeNode(0x094, guidBytes(guid(0x100 + index)), place)),
  )
  const group = file.addList(0x11, [
    makeNode(0x0b4, Buffer.concat([guidBytes(guid(1)), uint32(1)])),
    makeNode(0x022, Buffer.alloc(0)),
    makeNode(0x024, Buffer.concat([uint32(0), guidBytes(guid(2))])),
    makeNode(0x028, Buffer.alloc(0)),
    ...files.flatMap((one, index) => [
      makeHolder(one, index),
      makePageNode(one, index, objects[index] as Place),
    ]),
    makeNode(0x0b8, Buffer.alloc(0)),
  ])
  const revision = file.addList(0x12, [
    makeNode(0x014, Buffer.concat([guidBytes(guid(3)), uint32(1), uint32(0)])),
    makeNode(
      0x01e,
      Buffer.concat([guidBytes(guid(4)), uint32(1), Buffer.alloc(20), uint32(1), Buffer.alloc(2)]),
    ),
    makeNode(0x0b0, Buffer.concat([guidBytes(guid(1)), uint32(1)]), group, 2),
    makeNode(0x01c, Buffer.alloc(0)),
  ])
  const space = file.addList(0x13, [
    makeNode(0x00c, Buffer.concat([guidBytes(guid(3)), uint32(1)])),
    makeNode(0x010, Buffer.alloc(0), revision, 2),
  ])
  const root = file.addList(0x14, [
    makeNode(0x004, Buffer.concat([guidBytes(guid(3)), uint32(1)])),
    makeNode(0x008, Buffer.concat([guidBytes(guid(3)), uint32(1)]), space, 2),
    makeNode(0x090, Buffer.alloc(0), store, 2),
  ])
  return file.finish(root)
}

interface Place {
  offset: number
  length: number
}

class Writer {
  #bytes: Buffer

  constructor(headerSize: number) {
    this.#bytes = Buffer.alloc(headerSize)
  }

  /** On a place that 8 divides: short references count in units of 8. */
  add(chunk: Buffer): Place {
    const place = { offset: this.#bytes.length, length: chunk.length }
    this.#bytes = Buffer.concat([this.#bytes, chunk, Buffer.alloc(-chunk.length & 7)])
    return place
  }

  addList(id: number, nodes: readonly Buffer[]): Place {
    const header = Buffer.concat([Buffer.from('C4F4F7F5B17A56A4', 'hex'), uint32(id), uint32(0)])
    const content = Buffer.concat([header, ...nodes])
    const filling = Buffer.alloc((-content.length - 20) & 7)
    const end = Buffer.concat([
      filling,
      Buffer.alloc(8, 0xff),
      uint32(0),
      Buffer.from('4BBA3382C315C28B', 'hex'),
    ])
    return this.add(Buffer.concat([content, end]))
  }

  finish(root: Place): Buffer {
    const bytes = this.#bytes
    for (const [index, id] of [sectionType, guid(5), guid(0), sectionFormat].entries())
      guidBytes(id).copy(bytes, index * 16)
    bytes.fill(0x2a, 64, 68)
    bytes.fill(0xff, 80, 96)
    bytes.writeUInt32LE(root.offset, 172)
    bytes.writeUInt32LE(root.length, 180)
    bytes.writeUInt32LE(bytes.length, 196)
    return bytes
  }
}

function uint32(value: number): Buffer {
  return Buffer.from(Uint32Array.of(value).buffer)
}

function makeNode(id: number, body: Buffer, place?: Place, base = 1): Buffer {
  const target = place ? Buffer.concat([uint32(place.offset), uint32(place.length)]) : Buffer.alloc(0)
  const size = 4 + target.length + body.length
  // Places and lengths of four bytes.
  const header = id | (size << 10) | (place ? (1 << 23) | (base << 27) : 0) | (1 << 31)
  return Buffer.concat([uint32(header >>> 0), target, body])
}

/** The frame of an embedded file (2.6.13). */
export function makeDataObject(content: Uint8Array | string, declared?: number): Buffer {
  const bytes = Buffer.from(content as Uint8Array)
  const filling = Buffer.alloc(-(52 + bytes.length) & 7)
  const length = uint32(declared ?? bytes.length)
  return Buffer.concat([frameHeader, length, Buffer.alloc(16), bytes, filling, frameFooter])
}

/** Number and place in the table: there is one GUID in it. */
const holderId = (index: number) => uint32(index * 2 + 1)
const pageId = (index: number) => uint32(index * 2 + 2)

function makeHolder({ extension = '.bin', isPicture }: Embedded, index: number): Buffer {
  const reference = `<ifndf>{${guid(0x100 + index)}}`
  const kind = uint32(isPicture ? 0x0008_0039 : 0x0008_0036)
  return makeNode(
    0x072,
    Buffer.concat([
      holderId(index),
      kind,
      Buffer.from([1]),
      lengthAnd(reference, 1),
      lengthAnd(extension, 1),
    ]),
  )
}

function makePageNode({ isPicture }: Embedded, index: number, place: Place): Buffer {
  const kind = uint32(isPicture ? 0x0006_0011 : 0x0006_0035)
  return makeNode(0x0a4, Buffer.concat([pageId(index), kind, Buffer.from([1, 1])]), place)
}

/** Text after its length, counted in units of `unit` UTF-16 code units or bytes. */
function lengthAnd(text: string, unit: 1 | 2): Buffer {
  return Buffer.concat([uint32(text.length * unit), Buffer.from(text, 'utf16le')])
}

/** Some properties of each type before the ones that tell of the file (2.6.1). */
function makeProperties({ name, path, isPicture }: Embedded, index: number): Buffer {
  const values: [property: number, value: Buffer][] = [
    [0x0800_1d7c, Buffer.alloc(0)],
    [0x1400_1c22, uint32(7)],
    [
      0x4000_3489,
      Buffer.concat([
        uint32(1),
        uint32(0x4400_3489),
        Buffer.from([1, 0]),
        uint32(0x0c00_0001),
        Buffer.from([9]),
      ]),
    ],
    [isPicture ? 0x2000_1c3f : 0x2000_1d9b, Buffer.alloc(0)],
  ]
  if (name !== undefined) values.push([isPicture ? 0x1c00_1dd7 : 0x1c00_1d9c, lengthAnd(`${name}\0`, 2)])
  if (path !== undefined) values.push([0x1c00_1d9d, lengthAnd(`${path}\0`, 2)])
  return Buffer.concat([
    uint32(0x8000_0001),
    holderId(index),
    Buffer.from(Uint16Array.of(values.length).buffer),
    ...values.map(([property]) => uint32(property)),
    ...values.map(([, value]) => value),
  ])
}
