import { CompoundFile, type Entry } from './cfb.ts'
import {
  aboutOf,
  messageTexts,
  numberOf,
  type Properties,
  type Property,
  tags,
  textOf,
  types,
} from './mapi.ts'
import { suffixOf } from './names.ts'
import type { Mail, Part } from './part.ts'
import { shorten } from './text.ts'

const fixedProperties = '__properties_version1.0'
/** Bytes before the fixed properties of a message, of one inside another, and of an attachment ([MS-OXMSG] 2.4.1). */
const headerSizes = { root: 32, embedded: 24, attachment: 8 }
/** Fixed properties that are looked at. */
const maxFixed = 1000
/** Messages in messages that are read; the streams of what is deeper are there all the same (carver:ole). */
const maxDepth = 16
/** How an attachment is kept ([MS-OXCMSG] 2.2.2.9): 2, 3, 4 and 7 are references. */
const references = new Set([2, 3, 4, 7])

/** The Outlook message in a compound file ([MS-OXMSG]); null when it holds none. */
export function openMsg(bytes: Buffer): Mail | null {
  const file = new CompoundFile(bytes)
  const root = new Storage(file, file.root, '', headerSizes.root)
  // Where the storage of properties is named and not found, the file is damaged.
  if (!root.isMessage && !bytes.includes(Buffer.from(fixedProperties, 'utf16le'))) return null
  const faults: string[] = root.isMessage ? [] : ['the compound file is damaged: no message is found']
  const context = { faults }
  return {
    subject: textOf(root.properties, tags.subject) ?? '',
    faults,
    *parts() {
      if (root.isMessage) yield* messageParts(root, '', 0, context)
      if (file.isCut)
        tellOnce(context, 'the compound file is cut short: where its table is lost, parts may be wrong')
    },
  }
}

interface Context {
  faults: string[]
}

/** A storage of the file with its properties: a message or an attachment. */
class Storage {
  readonly file: CompoundFile
  readonly entries: readonly Entry[]
  readonly path: string
  readonly properties: Properties
  readonly isMessage: boolean

  constructor(file: CompoundFile, entry: Entry, path: string, headerSize: number) {
    this.file = file
    this.path = path
    this.entries = file.children(entry)
    const fixed = this.entries.find(({ name, isStorage }) => name === fixedProperties && !isStorage)
    this.isMessage = fixed !== undefined
    const properties = new Map<number, Property>()
    if (fixed) addFixed(properties, file.read(fixed, headerSize + maxFixed * 16).subarray(headerSize))
    for (const stream of this.entries) this.#addStream(properties, stream)
    this.properties = properties
  }

  /** Streams are named by number and type of the property; text may be there in two types, of which Unicode counts. */
  #addStream(properties: Map<number, Property>, entry: Entry): void {
    const match = /^__substg1\.0_([\dA-F]{4})([\dA-F]{4})$/i.exec(entry.name)
    if (!match || entry.isStorage) return
    const tag = Number.parseInt(match[1] as string, 16)
    const type = Number.parseInt(match[2] as string, 16)
    if (properties.get(tag)?.type === types.text16) return
    properties.set(tag, {
      type,
      size: entry.size,
      place: { stream: this.path + entry.name },
      read: limit => this.file.read(entry, limit),
    })
  }

  open(entry: Entry, headerSize: number): Storage {
    return new Storage(this.file, entry, `${this.path}${entry.name}/`, headerSize)
  }
}

/** Properties of a fixed size: type, number, flags, value, 16 bytes each. */
function addFixed(properties: Map<number, Property>, bytes: Buffer): void {
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const type = bytes.readUInt16LE(at)
    if (type !== types.long) continue
    const value = bytes.subarray(at + 8, at + 12)
    properties.set(bytes.readUInt16LE(at + 2), {
      type,
      size: 4,
      place: { stream: fixedProperties },
      read: () => value,
    })
  }
}

function* messageParts(message: Storage, prefix: string, depth: number, context: Context): Generator<Part> {
  const { subject, from } = aboutOf(message.properties)
  const about = { subject: shorten(subject, 1000), from: shorten(from, 1000) }
  yield* messageTexts(message.properties, { ...(prefix !== '' && { part: prefix.slice(0, -1) }), ...about })
  let count = 0
  for (const entry of message.entries) {
    if (!entry.isStorage || !entry.name.startsWith('__attach_version1.0_#')) continue
    count++
    const attachment = message.open(entry, headerSizes.attachment)
    yield* attachmentParts(attachment, { part: `${prefix}${count}`, ...about }, depth, context)
  }
}

type About = Record<'part' | 'subject' | 'from', string>

function* attachmentParts(
  attachment: Storage,
  about: About,
  depth: number,
  context: Context,
): Generator<Part> {
  const { properties, entries } = attachment
  const data = properties.get(tags.attachData)
  const method = numberOf(properties, tags.attachMethod) ?? 1
  const embedded = entries.find(({ name, isStorage }) => isStorage && /^__substg1\.0_3701000D$/i.test(name))
  if (data) yield dataPart(attachment, data, about)
  else if (references.has(method)) yield* referencePart(properties, about)
  else if (embedded && depth >= maxDepth) tellOnce(context, `messages nested deeper than ${maxDepth}`)
  else if (embedded) {
    // Anything but a message is an OLE object: carver:ole gives its streams.
    const inner = attachment.open(embedded, headerSizes.embedded)
    if (inner.isMessage) yield* messageParts(inner, `${about.part}.`, depth + 1, context)
  }
}

function tellOnce({ faults }: Context, fault: string): void {
  if (!faults.includes(fault)) faults.push(fault)
}

function dataPart({ properties }: Storage, data: Property, about: About): Part {
  const type = shorten(textOf(properties, tags.attachType) ?? '', 200).toLowerCase()
  const contentId = textOf(properties, tags.attachContentId)
  return {
    name: textOf(properties, tags.attachLongName, tags.attachName, tags.displayName),
    otherwise: `part-${about.part}.${suffixOf(type)}`,
    kind: contentId === null ? 'attachment' : 'inline',
    size: data.size,
    read: () => {
      const content = data.read()
      return content.length < data.size ? { content, damaged: 'cut short' } : { content }
    },
    meta: { ...about, content_type: type, content_id: contentId && shorten(contentId, 200), ...data.place },
  }
}

/** What lies elsewhere: its path, which may make a program send a password there. */
function* referencePart(properties: Properties, about: About): Generator<Part> {
  const path = textOf(properties, tags.attachLongPath, tags.attachPath)
  if (path === null) return
  yield {
    name: textOf(properties, tags.attachLongName, tags.attachName, tags.displayName),
    otherwise: `part-${about.part}.txt`,
    kind: 'external',
    read: () => ({ content: Buffer.from(path.toWellFormed()) }),
    meta: { ...about, external: shorten(path, 1000) },
  }
}
