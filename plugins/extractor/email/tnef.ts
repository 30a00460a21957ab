import { aboutOf, messageTexts, type Properties, type Property, tags, textOf, types } from './mapi.ts'
import { suffixOf } from './names.ts'
import type { Mail, Part } from './part.ts'
import { codePageLabel, decodeText, shorten } from './text.ts'

const signature = 0x223e9f78
/** Attributes that are read: number and type as one ([MS-OXTNEF] 2.1.3.1). */
const attributes = {
  subject: 0x00018004,
  body: 0x0002800c,
  codePage: 0x00069007,
  messageProperties: 0x00069003,
  attachmentStart: 0x00069002,
  attachmentTitle: 0x00018010,
  attachmentData: 0x0006800f,
  attachmentName: 0x00069001,
  attachmentProperties: 0x00069005,
} as const

/** Properties and values that are read of one list. */
const maxProperties = 10_000
const headerSize = 6
/** Before an embedded message: the identifier of its interface. */
const interfaceSize = 16

export function isTnef(bytes: Buffer): boolean {
  return bytes.length > headerSize && bytes.readUInt32LE(0) === signature
}

interface Attribute {
  id: number
  data: Buffer
  offset: number
}

/** What was said of one attachment, or of the message itself. */
interface Holder {
  attributes: Map<number, Attribute>
  properties: Properties
}

/** A TNEF stream, `winmail.dat` mostly ([MS-OXTNEF]). Checksums are not looked at. */
export function openTnef(bytes: Buffer): Mail {
  const faults: string[] = []
  const [message] = holders(bytes, [])
  return {
    subject: message ? subjectOf(message) : '',
    faults,
    *parts() {
      let about = { subject: '', from: '' }
      const charset = message ? charsetOf(message) : null
      let number = 0
      for (const holder of holders(bytes, faults)) {
        if (number === 0) {
          const { from } = aboutOf(holder.properties)
          about = { subject: shorten(subjectOf(holder), 1000), from: shorten(from, 1000) }
          yield* messagePieces(holder, about)
        } else yield* attachmentPieces(holder, { part: `${number}`, ...about }, charset)
        number++
      }
    },
  }
}

function subjectOf({ attributes: given, properties }: Holder): string {
  return (
    textOf(properties, tags.subject) ??
    textIn(given, attributes.subject, charsetOf({ attributes: given })) ??
    ''
  )
}

/** The message first, then each attachment: attributes that follow the start of one belong to it. */
function* holders(bytes: Buffer, faults: string[]): Generator<Holder> {
  let current = new Map<number, Attribute>()
  for (const attribute of attributesOf(bytes, faults)) {
    if (attribute.id === attributes.attachmentStart) {
      yield holderOf(current)
      current = new Map()
    }
    if (!current.has(attribute.id)) current.set(attribute.id, attribute)
  }
  yield holderOf(current)
}

function holderOf(given: Map<number, Attribute>): Holder {
  const list = given.get(attributes.messageProperties) ?? given.get(attributes.attachmentProperties)
  return { attributes: given, properties: list ? readProperties(list) : new Map() }
}

/** Level, number, length, data, checksum (2.1.3.2): one after another. What is cut short is read as far as it goes. */
function* attributesOf(bytes: Buffer, faults: string[]): Generator<Attribute> {
  let at = headerSize
  while (at + 9 <= bytes.length) {
    const level = bytes[at]
    const id = bytes.readUInt32LE(at + 1)
    const end = at + 9 + bytes.readUInt32LE(at + 5)
    if (level !== 1 && level !== 2) break
    yield { id, data: bytes.subarray(at + 9, end), offset: at + 9 }
    at = end + 2
  }
  if (at !== bytes.length && faults.length === 0)
    faults.push(`TNEF: damaged or cut short at ${Math.min(at, bytes.length)}`)
}

function charsetOf({ attributes: given }: Pick<Holder, 'attributes'>): string | null {
  const page = given.get(attributes.codePage)?.data
  return page && page.length >= 4 ? codePageLabel(page.readUInt32LE(0)) : null
}

function textIn(given: Holder['attributes'], id: number, charset: string | null): string | null {
  const data = given.get(id)?.data.subarray(0, 8192)
  return data ? decodeText(data, charset).replaceAll('\0', '').trim() || null : null
}

type About = Record<'subject' | 'from', string>

function* messagePieces({ attributes: given, properties }: Holder, about: About): Generator<Part> {
  yield* messageTexts(properties, about)
  const body = given.get(attributes.body)
  if (!body || properties.has(tags.body)) return
  const content = body.data.at(-1) === 0 ? body.data.subarray(0, -1) : body.data
  yield {
    name: null,
    otherwise: 'body.txt',
    kind: 'body',
    read: () => ({ content }),
    meta: { ...about, content_type: 'text/plain', offset: body.offset },
  }
}

function* attachmentPieces(
  { attributes: given, properties }: Holder,
  about: About & { part: string },
  charset: string | null,
): Generator<Part> {
  const data = given.get(attributes.attachmentData)
  const object = properties.get(tags.attachData)
  const title =
    textIn(given, attributes.attachmentTitle, charset) ?? textIn(given, attributes.attachmentName, charset)
  const type = shorten(textOf(properties, tags.attachType) ?? '', 200).toLowerCase()
  const contentId = textOf(properties, tags.attachContentId)
  const name = textOf(properties, tags.attachLongName, tags.attachName) ?? title
  const shared = { name, otherwise: `part-${about.part}.${suffixOf(type)}` }
  const meta = { ...about, content_type: type, content_id: contentId && shorten(contentId, 200) }
  if (object) yield { ...shared, ...objectPart(object, { ...meta, ...object.place }) }
  if (data && (!object || data.data.length > 0)) {
    yield {
      ...shared,
      kind: contentId === null ? 'attachment' : 'inline',
      read: () => ({ content: data.data }),
      meta: { ...meta, offset: data.offset },
    }
  }
}

/** An embedded message is TNEF again, behind an identifier: the dispatcher sends it here. */
function objectPart(object: Property, meta: Part['meta']): Pick<Part, 'kind' | 'read' | 'meta'> {
  const bytes = object.read()
  const inner = bytes.subarray(interfaceSize)
  const isMessage = object.type === types.object && isTnef(inner)
  const content = isMessage ? inner : bytes
  return { kind: isMessage ? 'message' : 'attachment', read: () => ({ content }), meta }
}

/** A list of MAPI properties (2.1.3.4): type and number, the name of a named one, then one value or several. */
function readProperties({ data, offset }: Attribute): Properties {
  const reader = new Reader(data)
  const properties = new Map<number, Property>()
  const count = Math.min(reader.number(), maxProperties)
  for (let index = 0; index < count && !reader.isAtEnd; index++) {
    const kind = reader.number()
    const type = kind & 0xffff
    const tag = kind >>> 16
    if (tag >= 0x8000) reader.skipName()
    const place = reader.values(type)
    if (!place) break
    const value = data.subarray(place.start, place.end)
    if (properties.get(tag)?.type === types.text16) continue
    properties.set(tag, {
      type,
      size: value.length,
      place: { offset: offset + place.start },
      read: (limit = value.length) => value.subarray(0, limit),
    })
  }
  return properties
}

/** Sizes of values that have one ([MS-OXCDATA] 2.11.1), padded to four bytes. */
const sizes = new Map([
  ...[0x0002, 0x0003, 0x0004, 0x000a, 0x000b].map(type => [type, 4] as const),
  ...[0x0005, 0x0006, 0x0007, 0x0014, 0x0040].map(type => [type, 8] as const),
  [0x0048, 16] as const,
])
const manyValues = 0x1000

/** Reads numbers and lengths; beyond the end everything is 0. */
class Reader {
  readonly #data: Buffer
  #at = 0

  constructor(data: Buffer) {
    this.#data = data
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#data.length
  }

  number(): number {
    const at = this.#at
    this.#at += 4
    return at + 4 <= this.#data.length ? this.#data.readUInt32LE(at) : 0
  }

  /** Named properties: an identifier, then a number or a text. */
  skipName(): void {
    this.#at += 16
    const isText = this.number() === 1
    if (isText) this.#skip(this.number())
    else this.#at += 4
  }

  /** The first value and behind the last one; null for a type that is not known. */
  values(type: number): { start: number; end: number } | null {
    const size = sizes.get(type & ~manyValues)
    const hasCount = (type & manyValues) !== 0 || size === undefined
    if (size === undefined && !isVariable(type & ~manyValues)) return null
    const count = hasCount ? Math.min(this.number(), maxProperties) : 1
    let first: { start: number; end: number } | null = null
    for (let index = 0; index < count && !this.isAtEnd; index++) {
      const length = size ?? this.number()
      first ??= { start: this.#at, end: Math.min(this.#at + length, this.#data.length) }
      this.#skip(length)
    }
    return first ?? { start: this.#at, end: this.#at }
  }

  #skip(length: number): void {
    this.#at += Math.ceil(length / 4) * 4
  }
}

function isVariable(type: number): boolean {
  return type === types.text8 || type === types.text16 || type === types.binary || type === types.object
}
