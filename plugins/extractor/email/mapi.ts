import type { Part } from './part.ts'
import { decompressRtf, mostRtf } from './rtf.ts'
import { codePageLabel, decodeText } from './text.ts'
import type { Decoded } from './transfer.ts'

/** Numbers of the properties that are read ([MS-OXPROPS]). */
export const tags = {
  subject: 0x0037,
  transportHeaders: 0x007d,
  senderName: 0x0c1a,
  senderAddress: 0x0c1f,
  senderSmtp: 0x5d01,
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  attachData: 0x3701,
  attachName: 0x3704,
  attachMethod: 0x3705,
  attachLongName: 0x3707,
  attachPath: 0x3708,
  attachLongPath: 0x370d,
  attachType: 0x370e,
  attachContentId: 0x3712,
  internetCodePage: 0x3fde,
  messageCodePage: 0x3ffd,
} as const

/** Types of property values ([MS-OXCDATA] 2.11.1). */
export const types = { long: 0x0003, object: 0x000d, text8: 0x001e, text16: 0x001f, binary: 0x0102 } as const

/** A value as it lies there. */
export interface Property {
  type: number
  size: number
  /** Where it lies: the name of a stream, or an offset. */
  place: { stream: string } | { offset: number }
  /** Its first `limit` bytes. */
  read(limit?: number): Buffer
}

/** The properties of a message or attachment, by number. */
export type Properties = ReadonlyMap<number, Property>

/** Bytes of a property that is told as text. */
const maxText = 8192

/** Text of the first of these properties that is there; null for none. */
export function textOf(properties: Properties, ...wanted: number[]): string | null {
  for (const tag of wanted) {
    const property = properties.get(tag)
    const text = property ? decodeProperty(property, property.read(maxText), codePageOf(properties)) : ''
    const clean = text.replaceAll('\0', '').trim()
    if (clean !== '') return clean
  }
  return null
}

export function numberOf(properties: Properties, tag: number): number | null {
  const bytes = properties.get(tag)?.read(4)
  return bytes?.length === 4 ? bytes.readUInt32LE(0) : null
}

function codePageOf(properties: Properties): string | null {
  const page = numberOf(properties, tags.internetCodePage) ?? numberOf(properties, tags.messageCodePage)
  return page === null ? null : codePageLabel(page)
}

function decodeProperty({ type }: Property, bytes: Buffer, charset: string | null): string {
  return type === types.text16 ? bytes.toString('utf16le') : decodeText(bytes, charset)
}

/** What is said of every part of a message: its subject and who sent it. */
export function aboutOf(properties: Properties): { subject: string; from: string } {
  const name = textOf(properties, tags.senderName)
  const address = textOf(properties, tags.senderSmtp, tags.senderAddress)
  const both = name !== null && address !== null && name !== address
  return {
    subject: textOf(properties, tags.subject) ?? '',
    from: both ? `${name} <${address}>` : (name ?? address ?? ''),
  }
}

type Meta = Part['meta']

/** Headers and bodies of a message. Text comes as UTF-8, HTML and RTF as they are. */
export function* messageTexts(properties: Properties, meta: Meta): Generator<Part> {
  const charset = codePageOf(properties)
  const headers = properties.get(tags.transportHeaders)
  if (headers) yield textPart(headers, 'headers', 'headers.txt', charset, meta)
  const body = properties.get(tags.body)
  if (body) yield textPart(body, 'body', 'body.txt', charset, meta)
  const html = properties.get(tags.html)
  if (html) yield htmlPart(html, charset, meta)
  const rtf = properties.get(tags.rtf)
  if (rtf) yield rtfPart(rtf, meta)
}

function textPart(
  property: Property,
  kind: 'body' | 'headers',
  otherwise: string,
  charset: string | null,
  meta: Meta,
): Part {
  const read = () => ({
    content: Buffer.from(trimNul(decodeProperty(property, property.read(), charset)).toWellFormed()),
  })
  return {
    name: null,
    otherwise,
    kind,
    size: property.size * 3,
    read,
    meta: { ...meta, content_type: 'text/plain', charset: 'utf-8', ...property.place },
  }
}

function trimNul(text: string): string {
  return text.endsWith('\0') ? text.slice(0, -1) : text
}

function htmlPart(property: Property, charset: string | null, meta: Meta): Part {
  if (property.type === types.text16) {
    const text = textPart(property, 'body', 'body.html', charset, meta)
    return { ...text, meta: { ...text.meta, content_type: 'text/html' } }
  }
  return {
    name: null,
    otherwise: 'body.html',
    kind: 'body',
    size: property.size,
    read: () => ({ content: property.read() }),
    meta: { ...meta, content_type: 'text/html', charset, ...property.place },
  }
}

function rtfPart(property: Property, meta: Meta): Part {
  const read = (): Decoded => {
    const packed = property.read()
    const content = decompressRtf(packed)
    return content ? { content } : { content: packed, damaged: 'no compressed RTF' }
  }
  return {
    name: null,
    otherwise: 'body.rtf',
    kind: 'body',
    size: mostRtf(property.size),
    read,
    meta: { ...meta, content_type: 'text/rtf', ...property.place },
  }
}
