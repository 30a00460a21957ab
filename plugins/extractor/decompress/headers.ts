/** True when a gzip part with method deflate and no reserved flag starts at `start`. */
export function isGzip(payload: Uint8Array, start: number): boolean {
  if (payload[start] !== 0x1f || payload[start + 1] !== 0x8b || payload[start + 2] !== 8) return false
  return payload.length >= start + 10 && ((payload[start + 3] ?? 0xff) & 0xe0) === 0
}

/** Everything in a tar archive comes in blocks of this size. */
export const blockSize = 512

/** True when the checksum of a header is right; some old programs summed signed bytes. */
export function isTarHeader(block: Uint8Array): boolean {
  const told = readNumber(block.subarray(148, 156))
  if (told === null || told === 0) return false
  let unsigned = 8 * 0x20
  let signed = unsigned
  for (let index = 0; index < blockSize; index++) {
    if (index >= 148 && index < 156) continue
    const byte = block[index] ?? 0
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return told === unsigned || told === signed
}

/** Octal digits, or GNU's big-endian number with the first bit set; null for what is neither. */
export function readNumber(field: Uint8Array): number | null {
  const first = field[0] ?? 0
  if (first & 0x80) {
    let value = first & 0x7f
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : null
  }
  const digits = Buffer.from(field).toString('latin1').replace(/\0.*$/s, '').trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : null
}
