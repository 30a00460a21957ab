import type { Key } from './keys.ts'

/** Offset of the field that tells where the PE header is, and the furthest place that it may tell. */
const newHeader = 0x3c
const furthestHeader = 0x10000
const signature = Buffer.from('PE\0\0', 'latin1')

/** Offset below `end` where, with the key undone, the headers of a PE file begin; null when there is none. */
export function findProgram(payload: Uint8Array, key: Key, end: number): number | null {
  const length = key.length
  const letterM = key.map(byte => byte ^ 0x4d)
  const stop = Math.min(end, payload.length - newHeader - 4)
  for (let offset = 0, phase = 0; offset < stop; offset++) {
    if (payload[offset] === letterM[phase] && isProgram(payload, key, offset)) return offset
    if (++phase === length) phase = 0
  }
  return null
}

function isProgram(payload: Uint8Array, key: Key, offset: number): boolean {
  const letterZ = (key[(offset + 1) % key.length] ?? 0) ^ 0x5a
  return payload[offset + 1] === letterZ && hasSignature(payload, key, offset)
}

function hasSignature(payload: Uint8Array, key: Key, offset: number): boolean {
  const plain = (at: number) => (payload[at] ?? 0) ^ (key[at % key.length] ?? 0)
  const at = offset + newHeader
  const distance = plain(at) + plain(at + 1) * 0x100 + plain(at + 2) * 0x10000 + plain(at + 3) * 0x1000000
  if (distance < 4 || distance > furthestHeader || offset + distance + 4 > payload.length) return false
  return signature.every((byte, index) => plain(offset + distance + index) === byte)
}

/** The bytes from `offset` on with the key undone. */
export function decode(payload: Uint8Array, key: Key, offset: number): Uint8Array {
  const content = Uint8Array.from(payload.subarray(offset))
  for (let at = 0, phase = offset % key.length; at < content.length; at++) {
    content[at] = (content[at] ?? 0) ^ (key[phase] ?? 0)
    if (++phase === key.length) phase = 0
  }
  return content
}
