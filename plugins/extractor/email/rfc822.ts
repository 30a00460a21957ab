import { findEmbedded, isEncoded } from './embedded.ts'
import {
  decodeHeader,
  type Headers,
  parameter,
  parseStructured,
  readHeaders,
  type Structured,
} from './headers.ts'
import { startOfMail, withLineFeeds } from './lines.ts'
import { suffixOf } from './names.ts'
import type { Mail, Part, PartKind } from './part.ts'
import { shorten } from './text.ts'
import { type Decoded, decodeBase64, decodeQuotedPrintable } from './transfer.ts'
import { type Leaf, MailWalk, toldName } from './walk.ts'

/** The message in `bytes`; null when they hold no header of a mail and no parts. */
export function openMail(bytes: Buffer): Mail | null {
  const start = startOfMail(bytes)
  const lines = withLineFeeds(bytes, start)
  const isParts = isHeadless(lines, start)
  const headers = isParts ? { fields: new Map(), known: 0, end: start } : readHeaders(lines, start)
  if (headers.known === 0 && !isParts) return null
  const about = aboutOf(headers)
  const faults: string[] = []
  return {
    subject: about.subject,
    faults,
    *parts() {
      const walk = new MailWalk(lines)
      for (const leaf of walk.leaves(start, headers)) yield* partsOf(rangeOf(leaf, bytes, lines), leaf, about)
      if (walk.isCutShort && faults.length === 0) faults.push('cut short: the last boundary is missing')
    },
  }
}

/** What is said of every part of a message: its subject and who sent it. */
export function aboutOf({ fields }: Headers): Record<'subject' | 'from', string> {
  return {
    subject: shorten(decodeHeader(fields.get('subject') ?? ''), 1000),
    from: shorten(decodeHeader(fields.get('from') ?? ''), 1000),
  }
}

/** Parts without the headers of the message: what a mail server writes into a bounce, or a carver cuts out. */
function isHeadless(bytes: Buffer, start: number): boolean {
  return /^--[^\r\n]{1,1000}\r?\nContent-/i.test(bytes.toString('latin1', start, start + 1100))
}

type About = ReturnType<typeof aboutOf>

/** The bytes of a piece, as they came and with the line breaks that readers look for. */
type Range = Record<'raw' | 'lines', Buffer>

function rangeOf({ start, end }: Leaf, bytes: Buffer, lines: Buffer): Range {
  return { raw: bytes.subarray(start, end), lines: lines.subarray(start, end) }
}

/** Text around the parts that is longer, or holds a file, is more than a hint for old programs. */
const maxAside = 200

function* partsOf(range: Range, leaf: Leaf, about: About): Generator<Part> {
  const { raw, lines } = range
  const whole = () => ({ content: raw })
  if (leaf.role === 'deep') yield makePart(leaf, 'message', whole, about)
  else if (leaf.role === 'part') yield* decodedParts(leaf, range, about)
  else if (raw.length > maxAside) {
    if (isLong(raw)) yield makePart(leaf, leaf.role, whole, about)
    yield* embeddedParts(leaf, lines, about)
  }
}

/** True when there is more than a short text in it; blanks do not count. */
function isLong(raw: Buffer): boolean {
  return raw.toString('latin1', 0, 65_536).trim().length > maxAside
}

function* decodedParts(leaf: Leaf, range: Range, about: About): Generator<Part> {
  const encoding = transferEncoding(leaf)
  const kind = kindOf(leaf)
  if (kind !== 'body') return yield makePart(leaf, kind, () => decode(range, encoding), about, encoding)
  const decoded = decode(range, encoding)
  yield makePart(leaf, kind, () => decoded, about, encoding)
  const text = decoded.content === range.raw ? range.lines : decoded.content
  yield* embeddedParts(leaf, Buffer.from(text.buffer, text.byteOffset, text.byteLength), about, encoding)
}

/** The files of a text that begins with one, which no mail need be around; null for what does not. */
export function openEncoded(bytes: Buffer): Mail | null {
  const start = startOfMail(bytes)
  const text = bytes.subarray(start)
  if (!isEncoded(text, 0) || findEmbedded(text).next().done) return null
  return {
    subject: '',
    faults: [],
    *parts() {
      let count = 0
      for (const { encoding, offset, ...file } of findEmbedded(text)) {
        const otherwise = `${encoding}-${++count}.bin`
        const meta = { encoding, offset: start + offset }
        yield { name: null, otherwise, kind: 'attachment', read: () => file, meta }
      }
    },
  }
}

/** Files written into a text. `around`: the encoding of the text itself, within which there are no offsets to tell. */
function* embeddedParts(leaf: Leaf, text: Buffer, about: About, around = ''): Generator<Part> {
  let count = 0
  for (const { encoding, offset, ...file } of findEmbedded(text)) {
    const place = around === '' ? leaf.start + offset : leaf.start
    yield {
      name: null,
      otherwise: `part-${leaf.number}-${encoding}-${++count}.bin`,
      kind: 'attachment',
      read: () => file,
      meta: { part: leaf.number, ...about, encoding, offset: place },
    }
  }
}

/** First word of the field: some write more. */
function transferEncoding({ headers }: Leaf): string {
  const { value } = parseStructured(headers.fields.get('content-transfer-encoding') ?? '')
  const word = /[\w-]+/.exec(value)?.[0] ?? ''
  return ['7bit', '8bit', 'binary'].includes(word) ? '' : word
}

function decode({ raw, lines }: Range, encoding: string): Decoded {
  switch (encoding) {
    case 'base64':
      return decodeBase64(raw)
    case 'quoted-printable':
      return { content: decodeQuotedPrintable(lines) }
    case 'x-uuencode':
    case 'x-uue':
    case 'uuencode':
    case 'x-yencode':
      return findEmbedded(lines).next().value ?? { content: raw, damaged: `no ${encoding}` }
    default:
      return { content: raw }
  }
}

const messageTypes = new Set(['message/rfc822', 'message/global', 'message/news'])

function kindOf(leaf: Leaf): PartKind {
  const { value } = leaf.type
  if (messageTypes.has(value)) return 'message'
  if (value === 'message/partial') return 'partial'
  if (value === 'message/external-body') return 'external'
  const disposition = dispositionOf(leaf)
  const isText = ['text/plain', 'text/html', 'text/enriched'].includes(value) || !value.includes('/')
  const isNamed = disposition.value === 'attachment' || toldName(leaf, disposition) !== null
  if ((isText && !isNamed) || leaf.damaged !== undefined) return 'body'
  const isInline = disposition.value === 'inline' || leaf.headers.fields.has('content-id')
  return isInline && disposition.value !== 'attachment' ? 'inline' : 'attachment'
}

function dispositionOf({ headers }: Leaf): Structured {
  return parseStructured(headers.fields.get('content-disposition') ?? '')
}

function makePart(leaf: Leaf, kind: PartKind, read: Part['read'], about: About, encoding = ''): Part {
  const disposition = dispositionOf(leaf)
  const isPart = leaf.role === 'part'
  return {
    name: isPart ? toldName(leaf, disposition) : null,
    otherwise: otherwiseNamed(leaf, kind),
    kind,
    read,
    meta: {
      part: leaf.number,
      ...about,
      content_type: shorten(leaf.type.value, 200),
      ...(isPart && { disposition: shorten(disposition.value, 200) }),
      ...(isPart && { content_id: shorten(leaf.headers.fields.get('content-id') ?? '', 200) }),
      charset: shorten(parameter(leaf.type, 'charset') ?? '', 80),
      encoding: shorten(encoding, 80),
      offset: leaf.start,
      ...elsewhere(leaf, kind),
      damaged: leaf.damaged,
    },
  }
}

function otherwiseNamed({ type, number, role }: Leaf, kind: PartKind): string {
  if (kind === 'body') return type.value === 'text/html' ? 'body.html' : 'body.txt'
  if (role === 'preamble' || role === 'epilogue') return `${role}.txt`
  if (kind === 'message' || kind === 'partial') return `part-${number}.eml`
  return `part-${number}.${suffixOf(type.value)}`
}

/** Of a fragment (RFC 2046, 5.2.2) which one it is, of a reference (5.2.3) where the content lies. */
function elsewhere({ type }: Leaf, kind: PartKind): Record<string, string> {
  const { parameters } = type
  const all = [...parameters].map(([name, value]) => `${name}=${value}`).join('; ')
  return kind === 'partial' || kind === 'external' ? { [kind]: shorten(all, 1000) } : {}
}
