/** What the object packager of Windows wrote: an embedded file and its names. */
export interface PackageStream {
  label: string
  originalPath: string
  /** Eight hex digits: `00000300` for an embedded file whose icon is the first. */
  formatId: string
  extractPathLength: number
  extractPath: string
  content: Buffer
  /** Bytes that the content should have. */
  declaredSize: number
  /** Path where it is unpacked, label and path of origin in UTF-16, of packages that have them. */
  wide: WideName[]
}

export interface WideName {
  /** In UTF-16 units. */
  length: number
  text: string
}

/** Names longer than this are no names: Windows allows 260 characters, 32767 with a prefix. */
const longestName = 32_768
/** The upper half of the format of an embedded file; the lower is the index of its icon. */
const embedded = 3

/**
 * Reads an `\x01Ole10Native` stream ([MS-OLEDS] 2.3.6) that holds a package: null when it is none, or only a link to a file.
 * What is in it is not documented; known from packages themselves and v1. Numbers are little-endian: size of the rest;
 * 02 00; label and path of origin, each ended by a NUL; index of the icon and kind (3: a file, 1: a link), together v1's
 * `FormatId`; length and text of the path where it is unpacked; size and content; then, from Windows XP on, path, label and
 * origin in UTF-16, each after its length.
 */
export function readPackageStream(stream: Buffer): PackageStream | null {
  if (stream.length < 6 || stream.readUInt16LE(4) !== 2) return null
  const label = textAt(stream, 6)
  const origin = label && textAt(stream, label.end)
  if (!origin || origin.end + 8 > stream.length) return null
  const formatId = stream.toString('hex', origin.end, origin.end + 4)
  const extractPathLength = stream.readUInt32LE(origin.end + 4)
  const isEmbedded = stream.readUInt16LE(origin.end + 2) === embedded
  // Zeros and the like have no names.
  if (!isEmbedded && !isName(label.text) && !isName(origin.text)) return null
  const body = bodyAt(stream, origin.end + 8, extractPathLength, isEmbedded)
  if (!body) return null
  const { start, declaredSize } = body
  return {
    label: label.text,
    originalPath: origin.text,
    formatId,
    extractPathLength,
    extractPath: body.path,
    content: stream.subarray(start, start + declaredSize),
    declaredSize,
    wide: wideNames(stream, start + declaredSize),
  }
}

function isName(text: string): boolean {
  return text !== '' && !/\p{Cc}/u.test(text)
}

interface Text {
  text: string
  /** Behind the NUL. */
  end: number
}

/** Text up to a NUL; null when there is none. */
function textAt(stream: Buffer, start: number): Text | null {
  const end = stream.subarray(start, start + longestName).indexOf(0)
  return end < 0 ? null : { text: decode(stream.subarray(start, start + end)), end: start + end + 1 }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const windows1252 = new TextDecoder('windows-1252')

/** The code page of the writer is not told: UTF-8 where it can be, else that of Western Europe. */
function decode(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return windows1252.decode(bytes)
  }
}

interface Body {
  path: string
  start: number
  declaredSize: number
}

/** The path ends at its NUL, as for v1, or where its length says: whichever leaves room for the content that follows. */
function bodyAt(stream: Buffer, at: number, length: number, isEmbedded: boolean): Body | null {
  const ended = textAt(stream, at)
  const counted =
    at + length <= stream.length ? { text: decode(stream.subarray(at, at + length)), end: at + length } : null
  const bodies = [ended, counted].flatMap(path => contentAfter(stream, path) ?? [])
  const whole = bodies.find(({ start, declaredSize }) => start + declaredSize <= stream.length)
  // Cut content is only believed where the format says that there is some.
  return whole ?? (isEmbedded ? (bodies[0] ?? null) : null)
}

function contentAfter(stream: Buffer, path: Text | null): Body | null {
  if (!path || path.end + 4 >= stream.length) return null
  const declaredSize = stream.readInt32LE(path.end)
  return declaredSize > 0 ? { path: path.text, start: path.end + 4, declaredSize } : null
}

/** Up to three; none when there are none, or no sensible ones. */
function wideNames(stream: Buffer, start: number): WideName[] {
  const names: WideName[] = []
  for (let at = start; names.length < 3 && at + 4 <= stream.length; ) {
    const length = stream.readUInt32LE(at)
    const end = at + 4 + length * 2
    if (length > longestName || end > stream.length) break
    const text = stream.toString('utf16le', at + 4, end).toWellFormed()
    names.push({ length, text: text.replace(/\0+$/, '') })
    at = end
  }
  return names.length === 3 ? names : []
}
