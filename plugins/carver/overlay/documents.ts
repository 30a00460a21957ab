import { behind, littleEndian, type Part } from './reading.ts'

/** Ends with its last %%EOF, whatever was saved on top of it (ISO 32000-1, 7.5.6), or where a PDF file behind it begins. */
export function pdfParts(bytes: Buffer): Part[] {
  let last = -1
  for (let at = bytes.indexOf('%%EOF', 0, 'latin1'); at >= 0; at = bytes.indexOf('%%EOF', last, 'latin1')) {
    last = at + 5
    const next = skipPadding(bytes, last)
    if (bytes.toString('latin1', next, next + 5) === '%PDF-') return behind(bytes, next)
  }
  return last < 0 ? [] : behind(bytes, skipLineEnd(bytes, last))
}

/** The first that is neither zero nor white space. */
function skipPadding(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++
  return at
}

function skipLineEnd(bytes: Buffer, from: number): number {
  const at = bytes[from] === 0x0d ? from + 1 : from
  return bytes[at] === 0x0a ? at + 1 : at
}

/**
 * Ends with the comment of its directory's end record (APPNOTE 4.3.16). Where the payload does not begin with a zip, but
 * ends with one, the part is what is before its first member.
 */
export function zipParts(bytes: Buffer): Part[] {
  return bytes.toString('latin1', 0, 2) === 'PK' ? behindZip(bytes) : beforeZip(bytes)
}

const endSignature = 'PK\x05\x06'

function behindZip(bytes: Buffer): Part[] {
  for (let at = nextEnd(bytes, 0); at >= 0; at = nextEnd(bytes, at + 4)) {
    const zip = readEnd(bytes, at)
    // Those of zips inside of this one count from elsewhere.
    if (zip?.shift === 0) return behind(bytes, zip.end)
  }
  return []
}

function nextEnd(bytes: Buffer, from: number): number {
  return bytes.indexOf(endSignature, from, 'latin1')
}

function beforeZip(bytes: Buffer): Part[] {
  const at = bytes.lastIndexOf(Buffer.from(endSignature, 'latin1'))
  const zip = at < 0 ? null : readEnd(bytes, at)
  if (zip?.end !== bytes.length) return []
  return [{ start: 0, end: zip.shift || firstMember(bytes, zip.directory, at) }]
}

interface ZipEnd {
  /** Where its directory begins. */
  directory: number
  /** Bytes before the zip that its offsets do not count. */
  shift: number
  end: number
}

/** The zip whose end record is at `at`; null when its directory is not before it. */
function readEnd(bytes: Buffer, at: number): ZipEnd | null {
  const { u16, u32, u64 } = littleEndian(bytes)
  // With 64 bits another record, and a locator of 20 bytes, are between the two (4.3.14, 4.3.15).
  const wide = at - 76
  const isWide = u32(at - 20) === 0x07064b50 && u32(wide) === 0x06064b50
  const [size, offset] = isWide ? [u64(wide + 40), u64(wide + 48)] : [u32(at + 12), u32(at + 16)]
  const directory = (isWide ? wide : at) - size
  const shift = directory - offset
  if (shift < 0 || (size > 0 && u32(directory) !== 0x02014b50)) return null
  return { directory, shift, end: at + 22 + u16(at + 20) }
}

/** The least offset that the directory tells of. */
function firstMember(bytes: Buffer, directory: number, end: number): number {
  const { u16, u32 } = littleEndian(bytes)
  let first = directory
  for (let at = directory; at + 46 <= end && u32(at) === 0x02014b50; ) {
    first = Math.min(first, u32(at + 42))
    at += 46 + u16(at + 28) + u16(at + 30) + u16(at + 32)
  }
  return first
}
