/** What a body holds once its transfer encoding is undone. Never longer than the body. */
export interface Decoded {
  content: Uint8Array
  /** What is wrong with it. */
  damaged?: string
  /** Name that the encoding itself tells. */
  name?: string
}

const skip = 64
const foreign = 65
const pad = 66
const base64Values = new Uint8Array(256).fill(foreign)
for (const [index, char] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries()) {
  base64Values[char.charCodeAt(0)] = index
}
for (const char of ' \t\r\n') base64Values[char.charCodeAt(0)] = skip
base64Values[0x3d] = pad

/**
 * Base64 as mail programs read it (RFC 2045, 6.8): other characters are passed over, and what follows a padding begins
 * anew. Where every eighth character or more is another one, it is none: the bytes are given as they are.
 */
export function decodeBase64(bytes: Uint8Array): Decoded {
  const content = Buffer.allocUnsafe(Math.ceil((bytes.length * 3) / 4) + 3)
  let length = 0
  let bits = 0
  let held = 0
  let others = 0
  for (let index = 0; index < bytes.length; index++) {
    const value = base64Values[bytes[index] as number] as number
    if (value < skip) {
      held = ((held << 6) | value) & 0xffff
      bits += 6
      if (bits < 8) continue
      bits -= 8
      content[length++] = held >> bits
    } else if (value === pad) bits = 0
    else if (value === foreign) others++
  }
  if (others * 8 > bytes.length) return { content: bytes, damaged: 'no base64' }
  const whole = content.subarray(0, length)
  return others > 0 ? { content: whole, damaged: `${others} characters are no base64` } : { content: whole }
}

/** Quoted-printable (RFC 2045, 6.7). What is no valid escape stays as it is. */
export function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const content = Buffer.allocUnsafe(bytes.length)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    const end = byte === 0x3d ? softBreak(bytes, index + 1) : 0
    const value = byte === 0x3d && end === 0 ? hexByte(bytes, index + 1) : -1
    if (end > 0) index = end - 1
    else if (value < 0) content[length++] = byte
    else {
      content[length++] = value
      index += 2
    }
  }
  return content.subarray(0, length)
}

/** Blanks behind the `=` of a soft line break that are passed over: more is not what programs write. */
const maxPadding = 80

/** Where the text goes on after a soft line break, 0 when there is none. */
function softBreak(bytes: Uint8Array, from: number): number {
  let at = from
  while (at - from < maxPadding && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
  if (at >= bytes.length) return bytes.length
  if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2
  return bytes[at] === 0x0a ? at + 1 : 0
}

function hexByte(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at])
  const low = hexDigit(bytes[at + 1])
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
