/** Classes of bytes beside the values 0 to 63 of the alphabet. */
const blank = 64
const padding = 65
const foreign = 66
const binary = 67

const six = 0x3f

const standard = classify('+/')
const urlsafe = classify('-_')

/**
 * The content of Base64 text (RFC 4648, section 4, or section 5 for `urlsafe`); null when the text is not Base64.
 * v1: foreign characters are left out, as obfuscated scripts have them, and the first padding that fits ends the text.
 * But no byte of it is binary, and more of its characters are of the alphabet than foreign.
 */
export function decodeBase64(text: Uint8Array, options: { urlsafe: boolean }): Uint8Array | null {
  if (text.length === 0) return new Uint8Array()
  const values = readValues(text, options.urlsafe ? urlsafe : standard)
  if (!values || values.length === 0) return null
  const rest = values.length % 4
  const isWhole = rest === 0 || values.isPadded || (options.urlsafe && rest !== 1)
  return isWhole ? pack(values.buffer, values.length) : null
}

interface Values {
  /** Six bits in each byte; zeros behind `length`. */
  buffer: Uint8Array
  length: number
  /** True: as many `=` as the last group lacks ended the text. */
  isPadded: boolean
}

function readValues(text: Uint8Array, table: Uint8Array): Values | null {
  const buffer = new Uint8Array(text.length + 3)
  let [length, dropped, pads] = [0, 0, 0]
  for (let index = byteOrderMark(text); index < text.length && pads < 4; index++) {
    const value = table[text[index] ?? 0] ?? binary
    if (value === binary) return null
    if (value < blank) {
      buffer[length++] = value
      pads = 0
    } else if (value === foreign) dropped++
    else if (value === padding && length % 4 >= 2) pads = Math.max(pads, length % 4) + 1
  }
  return dropped > length ? null : { buffer, length, isPadded: pads >= 4 }
}

/** Three bytes of the low six bits of every four values; the last group gives what it holds. */
export function pack(values: Uint8Array, length: number): Uint8Array {
  const content = new Uint8Array(Math.ceil(length / 4) * 3)
  for (let at = 0, size = 0; at < length; at += 4) {
    const second = values[at + 1] ?? 0
    const third = values[at + 2] ?? 0
    content[size++] = ((values[at] ?? 0) << 2) | ((second & six) >> 4)
    content[size++] = (second << 4) | ((third & six) >> 2)
    content[size++] = (third << 6) | ((values[at + 3] ?? 0) & six)
  }
  return content.subarray(0, Math.floor((length * 3) / 4))
}

/** Class of each byte. NUL is blank: every other byte of UTF-16 text is one. */
function classify(last: string): Uint8Array {
  const table = new Uint8Array(256).fill(binary).fill(foreign, 0x20, 0x7f)
  for (const character of '\0\t\n\v\f\r ') table[character.charCodeAt(0)] = blank
  table['='.charCodeAt(0)] = padding
  const alphabet = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`
  for (let value = 0; value < alphabet.length; value++) table[alphabet.charCodeAt(value)] = value
  return table
}

/** Length of the mark of UTF-8 or UTF-16 at the start of a text. */
function byteOrderMark(text: Uint8Array): number {
  const [first, second, third] = text
  if (first === 0xef && second === 0xbb && third === 0xbf) return 3
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) ? 2 : 0
}
