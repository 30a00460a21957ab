import { isDigit } from './characters.ts'

const backslash = 0x5c
const [cr, lf] = [0x0d, 0x0a]

/** What stands for itself after a backslash is not listed (ISO 32000-2, table 3). */
const escapes: Readonly<Record<number, number>> = { 110: lf, 114: cr, 116: 9, 98: 8, 102: 12 }

/** Where the string that begins behind a `(` at `start` ends: at its `)`, or -1 when that is not before `limit`. */
export function literalEnd(bytes: Uint8Array, start: number, limit: number): number {
  let depth = 1
  for (let at = start; at < limit; at++) {
    const code = bytes[at]
    if (code === backslash) at++
    else if (code === 0x28) depth++
    else if (code === 0x29 && --depth === 0) return at
  }
  return -1
}

/** The bytes that a literal string stands for, without a copy where it has no escapes. */
export function literalBytes(raw: Uint8Array): Uint8Array {
  if (!raw.includes(backslash) && !raw.includes(cr)) return raw
  const bytes = new Uint8Array(raw.length)
  let size = 0
  for (let at = 0; at < raw.length; ) {
    const code = raw[at++] ?? 0
    if (code === backslash) {
      const [byte, used] = escaped(raw, at)
      at += used
      if (byte >= 0) bytes[size++] = byte
    } else if (code === cr) {
      if (raw[at] === lf) at++
      bytes[size++] = lf
    } else bytes[size++] = code
  }
  return bytes.subarray(0, size)
}

/** The byte that is meant, -1 for none, and how many are used for it. */
function escaped(raw: Uint8Array, at: number): [byte: number, used: number] {
  const code = raw[at]
  if (code === undefined) return [-1, 0]
  if (code === cr) return [-1, raw[at + 1] === lf ? 2 : 1]
  if (code === lf) return [-1, 1]
  if (!isOctal(code)) return [escapes[code] ?? code, 1]
  let [value, used] = [0, 0]
  while (used < 3 && isOctal(raw[at + used])) value = value * 8 + (raw[at + used++] ?? 0) - 0x30
  return [value & 0xff, used]
}

function isOctal(code: number | undefined): boolean {
  return isDigit(code) && (code ?? 0) < 0x38
}

/** PDFDocEncoding where it is not Latin-1 (ISO 32000-2, annex D.2). */
const accents = '˘ˇˆ˙˝˛˚˜'
const marks = '•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a text string (ISO 32000-2, 7.9.2.2), always well-formed. Without a mark UTF-8 comes before PDFDocEncoding. */
export function textOf(bytes: Uint8Array): string {
  const marked = markedText(bytes)
  if (marked !== null) return marked.toWellFormed()
  try {
    return strictUtf8.decode(bytes)
  } catch {
    // not UTF-8
  }
  return documentText(bytes)
}

/** Text that begins with a byte order mark, without it; null for all other. */
export function markedText(bytes: Uint8Array): string | null {
  const [first, second, third] = bytes
  if (first === 0xfe && second === 0xff) return utf16(bytes.subarray(2), 'utf-16be')
  if (first === 0xff && second === 0xfe) return utf16(bytes.subarray(2), 'utf-16le')
  if (first === 0xef && second === 0xbb && third === 0xbf) return Buffer.from(bytes.subarray(3)).toString()
  return null
}

function utf16(bytes: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes)
}

function documentText(bytes: Uint8Array): string {
  let text = ''
  for (const code of bytes) {
    if (code >= 0x80 && code <= 0xa0) text += marks.charAt(code - 0x80)
    else text += code >= 0x18 && code < 0x20 ? accents.charAt(code - 0x18) : String.fromCharCode(code)
  }
  return text
}

/** Bytes of a script: text with a mark becomes UTF-8, all other stays as it is. */
export function scriptBytes(bytes: Uint8Array): Uint8Array {
  const text = markedText(bytes)
  return text === null ? bytes : Buffer.from(text)
}

/** Text, by its first bytes: what is decrypted with a wrong key, or not at all, is noise. */
export function isReadable(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 256)
  if ((start[0] === 0xfe && start[1] === 0xff) || (start[0] === 0xff && start[1] === 0xfe)) return true
  let odd = 0
  for (const byte of start) if (byte < 0x20 ? byte < 9 || byte > 13 : byte > 0x7e) odd++
  return odd * 10 <= start.length
}
