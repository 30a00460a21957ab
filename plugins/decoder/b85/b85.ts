import { type ExtractedResult, type Payload, StoqDecoderPlugin } from 'stoq'

/**
 * Decodes a payload that is Base85 text in the alphabet of RFC 1924, four bytes in every five characters, as Python's
 * `b85encode` and git write it; null when it is not. Line breaks are passed over. meta: `size` in bytes.
 */
export class Base85Decoder extends StoqDecoderPlugin {
  decode(payload: Payload): ExtractedResult {
    const content = decodeBase85(payload)
    return content && [[{ size: content.length }, content]]
  }
}

/** RFC 1924, 4.2. */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
const highest = 84
const blank = 85
const foreign = 86
const values = classify()

function decodeBase85(text: Uint8Array): Uint8Array | null {
  const content = new Uint8Array(Math.ceil(text.length / 5) * 4)
  let [size, count, group] = [0, 0, 0]
  for (const byte of text) {
    const value = values[byte] ?? foreign
    if (value === blank) continue
    if (value === foreign) return null
    group = group * 85 + value
    if (++count < 5) continue
    if (!put(content, size, group)) return null
    ;[size, count, group] = [size + 4, 0, 0]
  }
  // A last group of n characters is filled up with the highest one and gives n - 1 bytes.
  const bytesLeft = Math.max(0, count - 1)
  if (count > 0) {
    for (; count < 5; count++) group = group * 85 + highest
    if (!put(content, size, group)) return null
  }
  return content.subarray(0, size + bytesLeft)
}

/** False when the group is more than four bytes can hold: no encoder writes it. */
function put(content: Uint8Array, at: number, group: number): boolean {
  if (group > 0xffff_ffff) return false
  content[at] = group >>> 24
  content[at + 1] = group >>> 16
  content[at + 2] = group >>> 8
  content[at + 3] = group
  return true
}

function classify(): Uint8Array {
  const table = new Uint8Array(256).fill(foreign)
  for (const character of '\r\n') table[character.charCodeAt(0)] = blank
  for (let value = 0; value < alphabet.length; value++) table[alphabet.charCodeAt(value)] = value
  return table
}
