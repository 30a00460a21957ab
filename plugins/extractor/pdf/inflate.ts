import { constants, createInflate, inflateRawSync, inflateSync } from 'node:zlib'
import { isWhite } from './characters.ts'
import type { Filtered, Wanted } from './sink.ts'

/** Output up to this many bytes is made in one call: far quicker for small streams. */
const maxAtOnce = 8 * 2 ** 20
const pieceSize = 2 ** 20

/** When little is wanted, only so many bytes of input are looked at, then so many: they unfold to at most 1032 times as much. */
const glances = [64, 512, 8192]
const glanceOutput = 9 * 2 ** 20

/**
 * FlateDecode (RFC 1950, ISO 32000-2, 7.4.4). Of a stream that is cut short or damaged: what comes before. Bytes before the
 * stream that are white space, a header that is none and a wrong checksum do not matter.
 */
export async function inflate(input: Uint8Array, wanted: Wanted): Promise<Filtered> {
  if (wanted.isGlance) return glance(input, wanted.limit)
  const data = withoutBlanks(input)
  const limit = Math.min(wanted.limit, maxAtOnce)
  const first = attempt(inflateSync, data, limit)
  if (typeof first !== 'string') return { content: first, end: 'whole' }
  if (first === 'too large')
    return wanted.limit <= maxAtOnce ? { content: new Uint8Array(), end: 'cut' } : inPieces(data, wanted)
  if (first === 'cut short') return salvage(data, limit)
  return recover(data, { ...wanted, limit })
}

/** Too much output is told, as is what is wrong with the input. */
type Failure = 'too large' | 'cut short' | 'damaged'

function attempt(
  unpack: typeof inflateSync,
  data: Uint8Array,
  maxOutputLength: number,
  isPart = false,
): Uint8Array | Failure {
  const finishFlush = isPart ? constants.Z_SYNC_FLUSH : constants.Z_FINISH
  try {
    return unpack(data, { maxOutputLength: Math.max(1, maxOutputLength), finishFlush })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ERR_BUFFER_TOO_LARGE') return 'too large'
    return code === 'Z_BUF_ERROR' ? 'cut short' : 'damaged'
  }
}

/** The first bytes of the output, without unfolding all. */
function glance(input: Uint8Array, limit: number): Filtered {
  const data = withoutBlanks(input)
  let content = new Uint8Array()
  for (const size of glances) {
    content = unfoldPart(data.subarray(0, size), limit)
    if (content.length >= limit || size >= data.length) break
  }
  return { content: content.subarray(0, limit), end: 'cut' }
}

function unfoldPart(part: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const [unpack, data] = hasHeader(part) ? [inflateSync, part] : [inflateRawSync, part.subarray(2)]
  const given = attempt(unpack, data, glanceOutput, true)
  return typeof given === 'string' ? longestPart(part, limit) : new Uint8Array(given)
}

function salvage(data: Uint8Array, limit: number): Filtered {
  const content = attempt(inflateSync, data, limit, true)
  if (typeof content !== 'string') return { content, end: 'cut short' }
  return { content: new Uint8Array(), end: content === 'too large' ? 'cut' : 'damaged' }
}

/** Where only the checksum is wrong all is there. What has no header must use up its data: noise unfolds to a few bytes, too. */
function recover(data: Uint8Array, { limit, check }: Wanted): Filtered {
  const starts = hasHeader(data) ? [2] : [2, 0]
  for (const start of starts) {
    const content = unfoldRaw(data.subarray(start), limit, hasHeader(data) ? 0 : data.length - mostBehind)
    if (content !== null) return { content, end: 'damaged' }
  }
  return { content: longestPart(data, limit, check), end: 'damaged' }
}

/** Checksum and line ends behind the data. */
const mostBehind = 16

function unfoldRaw(data: Uint8Array, limit: number, least: number): Uint8Array | null {
  try {
    // With `info` zlib gives the engine as well, which knows how much of the input it used.
    const given = inflateRawSync(data, { maxOutputLength: Math.max(1, limit), info: true })
    const { buffer, engine } = given as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
    return engine.bytesWritten >= least ? buffer : null
  } catch {
    // Damaged, or cut short.
    return null
  }
}

/** What the longest part of the input gives that has no damage in it: whether one has, only grows with its length. */
function longestPart(data: Uint8Array, limit: number, check = () => {}): Uint8Array<ArrayBuffer> {
  if (!hasHeader(data)) return new Uint8Array()
  let [good, bad] = [0, data.length - 1]
  let content = new Uint8Array()
  while (bad - good > 1) {
    check()
    const middle = (good + bad) >>> 1
    const given = attempt(inflateRawSync, data.subarray(2, 2 + middle), limit, true)
    if (typeof given === 'string') bad = middle
    else {
      good = middle
      content = new Uint8Array(given)
    }
  }
  return content
}

/** Two runs: the first one counts, so that a bomb is not held, and what is held is not held twice. */
async function inPieces(data: Uint8Array, { limit, check }: Wanted): Promise<Filtered> {
  let size = 0
  const end = await eachPiece(data, piece => {
    check()
    size += piece.length
    return size <= limit
  })
  if (size > limit) return { content: new Uint8Array(), end: 'cut' }
  const content = new Uint8Array(size)
  let at = 0
  await eachPiece(data, piece => {
    check()
    content.set(piece, at)
    at += piece.length
    return at < size
  })
  return { content, end }
}

async function eachPiece(
  data: Uint8Array,
  take: (piece: Uint8Array) => boolean,
): Promise<'whole' | 'cut short' | 'damaged'> {
  const stream = createInflate({ chunkSize: pieceSize })
  stream.end(data)
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) if (!take(piece)) break
    return 'whole'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // A limit that is reached goes on; what zlib says ends the stream.
    if (!code.startsWith('Z_')) throw error
    return code === 'Z_BUF_ERROR' ? 'cut short' : 'damaged'
  } finally {
    stream.destroy()
  }
}

function withoutBlanks(data: Uint8Array): Uint8Array {
  if (hasHeader(data)) return data
  let start = 0
  while (isWhite(data[start])) start++
  return hasHeader(data.subarray(start)) ? data.subarray(start) : data
}

/** Method 8, and a multiple of 31 together (RFC 1950, 2.2). */
function hasHeader(data: Uint8Array): boolean {
  const [first = 0, second = 0] = data
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}
