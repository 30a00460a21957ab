/** What is wanted of the properties of an object. */
export interface Properties {
  /** Text by the number of its property. */
  texts: Map<number, string>
  /** Objects that it refers to, as compact ids, by the number of the property. */
  objects: Map<number, number>
}

/** Properties and sets in sets that are read: what holds the name of a file has some twenty. */
const most = 256
const deepest = 4
const longestText = 65_536

/** How far the reading is. */
interface Reading {
  data: Buffer
  at: number
  /** Properties that may still come. */
  left: number
  /** Where the next object id is, and where they end. */
  object: number
  objectsEnd: number
  found: Properties
}

/**
 * The texts and references of an object ([MS-ONESTORE] 2.6.1): lists of ids, then numbers of properties, then their values in
 * the same order. What comes before damage is given.
 */
export function readProperties(data: Buffer): Properties {
  const found: Properties = { texts: new Map(), objects: new Map() }
  const start = skipIds(data)
  if (start === null) return found
  const count = data.readUInt32LE(0) & 0xffffff
  readSet({ data, at: start, left: most, object: 4, objectsEnd: 4 + count * 4, found }, 0)
  return found
}

/** Where the properties begin: behind the ids of objects, and of object spaces and contexts where there are any (2.6.2). */
function skipIds(data: Buffer): number | null {
  let at = 0
  for (let stream = 0; stream < 3; stream++) {
    if (at + 4 > data.length) return null
    const header = data.readUInt32LE(at)
    at += 4 + (header & 0xffffff) * 4
    const [hasMore, hasNoSpaces] = [(header >>> 30) & 1, header >>> 31]
    if (stream === 0 ? hasNoSpaces : !hasMore) break
  }
  return at <= data.length ? at : null
}

/** Bytes of the values of fixed size, by type (2.6.6): none, a bit of the number itself, 1, 2, 4, 8. */
const fixedSizes = [0, 0, 0, 1, 2, 4, 8]

/** False at the first thing that cannot be read. */
function readSet(reading: Reading, depth: number): boolean {
  const { data } = reading
  const count = readUint16(reading)
  const numbers = reading.at
  if (count === null || depth > deepest || numbers + count * 4 > data.length) return false
  reading.at += count * 4
  for (let index = 0; index < count; index++) {
    if (reading.left-- <= 0) return false
    if (!readValue(reading, data.readUInt32LE(numbers + index * 4), depth)) return false
  }
  return true
}

function readValue(reading: Reading, property: number, depth: number): boolean {
  const type = (property >>> 26) & 0x1f
  if (type < fixedSizes.length) {
    reading.at += fixedSizes[type] ?? 0
    return true
  }
  switch (type) {
    case 7:
      return readText(reading, property)
    case 8:
      return readObject(reading, property, 1)
    case 9:
      return readObject(reading, property, readUint32(reading))
    // Object spaces and contexts: one, or a count of them.
    case 0xa:
    case 0xc:
      return true
    case 0xb:
    case 0xd:
      return readUint32(reading) !== null
    case 0x10:
      return readSets(reading, depth)
    case 0x11:
      return readSet(reading, depth + 1)
    default:
      return false
  }
}

function readText(reading: Reading, property: number): boolean {
  const length = readUint32(reading)
  if (length === null || reading.at + length > reading.data.length) return false
  const end = reading.at + Math.min(length, longestText)
  reading.found.texts.set(property & 0x7fffffff, toText(reading.data.subarray(reading.at, end)))
  reading.at += length
  return true
}

/** UTF-16 up to a NUL. */
function toText(data: Buffer): string {
  const text = data.toString('utf16le')
  const end = text.indexOf('\0')
  return (end < 0 ? text : text.slice(0, end)).toWellFormed()
}

function readObject(reading: Reading, property: number, count: number | null): boolean {
  if (count === null) return false
  const { data, object, objectsEnd } = reading
  if (count > 0 && object + 4 <= Math.min(objectsEnd, data.length))
    reading.found.objects.set(property & 0x7fffffff, data.readUInt32LE(object))
  reading.object += count * 4
  return true
}

/** A count and a number, then sets (2.6.9). */
function readSets(reading: Reading, depth: number): boolean {
  const count = readUint32(reading)
  if (count === null || count === 0) return count === 0
  if (readUint32(reading) === null) return false
  for (let index = 0; index < count; index++) {
    if (reading.left-- <= 0 || !readSet(reading, depth + 1)) return false
  }
  return true
}

function readUint32(reading: Reading): number | null {
  if (reading.at + 4 > reading.data.length) return null
  reading.at += 4
  return reading.data.readUInt32LE(reading.at - 4)
}

function readUint16(reading: Reading): number | null {
  if (reading.at + 2 > reading.data.length) return null
  reading.at += 2
  return reading.data.readUInt16LE(reading.at - 2)
}
