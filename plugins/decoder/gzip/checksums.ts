import { crc32 } from 'node:zlib'
import type { StreamFormat } from './headers.ts'

/** Bytes behind the deflate data. */
export const trailerSize: Readonly<Record<StreamFormat, number>> = { gzip: 8, zlib: 4, deflate: 0 }

/** True when the checksum behind the data, at `at` of the payload, is that of the content (RFC 1952, 2.3.1; RFC 1950, 2.2). */
export function isIntact(
  format: StreamFormat,
  content: Uint8Array,
  payload: Uint8Array,
  at: number,
): boolean {
  if (format === 'deflate') return true
  if (at + trailerSize[format] > payload.length) return false
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  if (format === 'zlib') return view.getUint32(at) === adler32(content)
  return view.getUint32(at, true) === crc32(content)
}

/** As many bytes as can be added without a sum above 32 bits. */
const most = 5552

/** RFC 1950, 8.2. */
export function adler32(content: Uint8Array): number {
  let [low, high] = [1, 0]
  for (let start = 0; start < content.length; start += most) {
    const end = Math.min(start + most, content.length)
    for (let at = start; at < end; at++) {
      low += content[at] ?? 0
      high += low
    }
    low %= 65521
    high %= 65521
  }
  return high * 65536 + low
}
