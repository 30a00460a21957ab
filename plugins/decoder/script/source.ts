/** A script as text, and how its places are those of the payload. */
export interface Source {
  text: string
  /** Offset in the payload of a place in the text. */
  offset(index: number): number
  /** Bytes of a text that was made of this one: as UTF-8, what was single bytes as it was. */
  encode(text: string): Buffer
}

/** Bytes that are looked at to tell text from other content. */
const sampleSize = 4096

/**
 * Text of a payload: UTF-16 with or without a mark of byte order, else one character for each byte, so that places stay;
 * null for binary content.
 */
export function readSource(payload: Buffer): Source | null {
  const wide = wideOrder(payload)
  if (wide) return wideSource(payload, wide)
  const start = payload.toString('latin1', 0, 3) === '\xef\xbb\xbf' ? 3 : 0
  if (payload.subarray(0, sampleSize).includes(0)) return null
  return {
    text: payload.toString('latin1', start),
    offset: index => start + index,
    encode: encodeNarrow,
  }
}

/** Byte order of UTF-16; without a mark, every other byte of the first ones is 0. */
function wideOrder(payload: Buffer): 'low' | 'high' | null {
  const mark = payload.length < 2 ? 0 : payload.readUInt16BE(0)
  if (mark === 0xfffe) return 'low'
  if (mark === 0xfeff) return 'high'
  const sample = payload.subarray(0, sampleSize)
  const zeros = [0, 0]
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const enough = sample.length * 0.4
  if (sample.length < 8 || Math.max(even, odd) < enough || Math.min(even, odd) > 0) return null
  return odd > even ? 'low' : 'high'
}

function wideSource(payload: Buffer, order: 'low' | 'high'): Source {
  const mark = payload.readUInt16BE(0)
  const start = mark === 0xfffe || mark === 0xfeff ? 2 : 0
  const whole = payload.subarray(start, start + ((payload.length - start) & ~1))
  const bytes = order === 'low' ? whole : Buffer.from(whole).swap16()
  return {
    text: bytes.toString('utf16le'),
    offset: index => start + 2 * index,
    encode: text => Buffer.from(text, 'utf8'),
  }
}

/** Characters up to 0xff are the bytes that they were; those beyond, which escapes may give, are UTF-8. */
function encodeNarrow(text: string): Buffer {
  return Buffer.from(hasWide(text) ? text.replace(/[^\x00-\xff]+/g, utf8AsLatin1) : text, 'latin1')
}

/** True when a character does not fit into a byte. */
export function hasWide(text: string): boolean {
  return /[^\x00-\xff]/.test(text)
}

function utf8AsLatin1(wide: string): string {
  return Buffer.from(wide, 'utf8').toString('latin1')
}
