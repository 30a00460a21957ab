import { guidBytes } from './guid.ts'

/** One embedded file as it lies in a payload. */
export interface DataObject {
  /** Of its frame: what file nodes refer to. */
  offset: number
  /** Of the content. */
  start: number
  end: number
  /** Why the content may not be the whole, or more than it. */
  damaged?: string
}

/** What frames the content ([MS-ONESTORE] 2.6.13): GUID, length of 8 bytes, 12 bytes without meaning; then the other GUID. */
export const frameHeader = guidBytes('BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC')
export const frameFooter = guidBytes('71FBA722-0F79-4A0B-BB13-899256426B24')
const headerSize = 36

/**
 * Every FileDataStoreObject of a payload, none inside of another. It is looked for, not followed from the header: so files
 * are found that nothing refers to, and those of damaged sections.
 */
export function findDataObjects(bytes: Buffer): DataObject[] {
  const objects: DataObject[] = []
  const footers = placesOf(bytes, frameFooter)
  const headers = placesOf(bytes, frameHeader)
  let [footer, reached] = [0, 0]
  for (const [index, offset] of headers.entries()) {
    const start = offset + headerSize
    if (offset < reached || start > bytes.length) continue
    while ((footers[footer] ?? bytes.length) < start) footer++
    const next = Math.min(footers[footer] ?? bytes.length, headers[index + 1] ?? bytes.length)
    const found = readObject(bytes, offset, next)
    reached = found.end
    objects.push(found)
  }
  return objects
}

/** By its length where a footer confirms it, else up to what comes next. */
function readObject(bytes: Buffer, offset: number, next: number): DataObject {
  const start = offset + headerSize
  const length = bytes.readUInt32LE(offset + 16) + bytes.readUInt32LE(offset + 20) * 2 ** 32
  if (hasFooter(bytes, start + length)) return { offset, start, end: start + length }
  const end = Math.max(start, next)
  const damaged =
    end === bytes.length
      ? `${end - start} of ${length} bytes are there`
      : `the length is not ${length}: it reaches to the next frame`
  return { offset, start, end, damaged }
}

/** Behind the content and up to seven bytes that fill it up. */
function hasFooter(bytes: Buffer, end: number): boolean {
  if (end + frameFooter.length > bytes.length) return false
  const at = bytes.subarray(end, end + 7 + frameFooter.length).indexOf(frameFooter)
  return at >= 0
}

function placesOf(bytes: Buffer, wanted: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length))
    places.push(at)
  return places
}
