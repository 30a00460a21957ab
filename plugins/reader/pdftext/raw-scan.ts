import { constants, createInflate } from 'node:zlib'
import { shownText } from './text-operators.ts'

/** Content of one stream that is looked at; the text of a page is far smaller. */
const maxContent = 16 * 1024 * 1024
/** Content of all streams together. */
const maxTotal = 64 * 1024 * 1024
const maxStreams = 10_000

/**
 * The text that the streams of a damaged PDF show, whatever is left of its structure: plain and Flate-compressed
 * streams are read, also one that is cut off. Its cost is linear in the payload and bounded in what is inflated.
 */
export async function* streamTexts(payload: Buffer, signal: AbortSignal): AsyncGenerator<string, void> {
  let left = maxTotal
  let streams = 0
  for (const stream of findStreams(payload)) {
    if (left <= 0 || ++streams > maxStreams || signal.aborted) return
    const content = isZlib(stream)
      ? await inflate(stream, Math.min(left, maxContent))
      : stream.subarray(0, maxContent)
    left -= content.length
    const text = content.includes('BT') ? shownText(content.toString('latin1')) : ''
    if (text !== '') yield text
  }
}

/** What is between each `stream` and the next `endstream`, or the end of the payload. */
function* findStreams(payload: Buffer): Generator<Buffer, void> {
  for (let at = payload.indexOf('stream'); at >= 0; at = payload.indexOf('stream', at)) {
    at += 6
    // The end of a stream whose start is lost.
    if (payload.toString('latin1', Math.max(0, at - 9), at) === 'endstream') continue
    if (payload[at] === 0x0d) at++
    if (payload[at] === 0x0a) at++
    const end = payload.indexOf('endstream', at)
    yield payload.subarray(at, end < 0 ? payload.length : end)
    at = end < 0 ? payload.length : end + 9
  }
}

/** The two bytes that start zlib data (RFC 1950): method 8, and a multiple of 31 together. */
function isZlib(data: Buffer): boolean {
  const [first = 0, second = 0] = data
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}

/** As much as can be inflated, up to `limit` bytes; damage and a missing end only end it. */
async function inflate(data: Buffer, limit: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  const stream = createInflate({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 64 * 1024 })
  stream.end(data)
  try {
    for await (const part of stream) {
      parts.push(part)
      size += part.length
      if (size >= limit) break
    }
  } catch {
    // Damaged data: what came before it stands.
  }
  return Buffer.concat(parts).subarray(0, limit)
}
