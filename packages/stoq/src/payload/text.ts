/**
 * The text that bytes stand for, null for none: by byte order mark, by the encoding that an XML or HTML head declares,
 * as UTF-8, else as windows-1252, which takes anything. A declaration that the bytes contradict is not believed.
 */
export function forceUnicode(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return null
  return (
    decodeMarked(bytes) ?? decodeDeclared(bytes) ?? decode(bytes, 'utf-8') ?? decode(bytes, 'windows-1252')
  )
}

/** Byte order marks; the long ones first, as FF FE 00 00 begins with FF FE. */
const marks = [
  { mark: [0xff, 0xfe, 0x00, 0x00], decode: (bytes: Uint8Array) => decodeUtf32(bytes, true) },
  { mark: [0x00, 0x00, 0xfe, 0xff], decode: (bytes: Uint8Array) => decodeUtf32(bytes, false) },
  { mark: [0xef, 0xbb, 0xbf], decode: (bytes: Uint8Array) => decode(bytes, 'utf-8') },
  { mark: [0xff, 0xfe], decode: (bytes: Uint8Array) => decode(bytes, 'utf-16le', false) },
  { mark: [0xfe, 0xff], decode: (bytes: Uint8Array) => decode(bytes, 'utf-16be', false) },
]

/** Heads are searched for a declaration this far: HTML asks for 1024 bytes. */
const headLength = 1024

function decodeMarked(bytes: Uint8Array): string | null {
  for (const { mark, decode } of marks) {
    if (!mark.every((byte, index) => bytes[index] === byte)) continue
    const text = decode(bytes)
    if (text !== null) return text
  }
  return null
}

function decodeDeclared(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, headLength)).toString('latin1')
  const xml = /^\s{0,64}<\?xml [^>]{0,256}?encoding\s{0,8}=\s{0,8}["']([\w.:-]{1,40})["']/i.exec(head)
  const html = xml ?? /<meta\s[^>]{0,256}?charset\s{0,8}=\s{0,8}["']?\s{0,8}([\w.:-]{1,40})/i.exec(head)
  // Whoever could read the declaration byte by byte knows that it is not UTF-16.
  if (!html?.[1] || /^(utf-?16|utf-?32|ucs)/i.test(html[1])) return null
  return decode(bytes, html[1])
}

/** Null when the bytes are wrong in that encoding, when nobody knows it, or when there are more than fit in a text. */
function decode(bytes: Uint8Array, encoding: string, fatal = true): string | null {
  try {
    const decoder = new TextDecoder(encoding, { fatal })
    return decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes)
  } catch {
    return null
  }
}

/** The characters of 0x80 to 0x9f; where windows-1252 has none, the control character of that number. */
const highHalf = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'
const codes = Array.from({ length: 256 }, (_, byte) => highHalf.charCodeAt(byte - 0x80) || byte)

/** The decoder of Node 22 takes windows-1252 for ISO 8859-1 (nodejs/node#56542). */
function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.allocUnsafe(bytes.length * 2)
  for (let index = 0; index < bytes.length; index++) {
    const code = codes[bytes[index] as number] as number
    text[index * 2] = code & 0xff
    text[index * 2 + 1] = code >> 8
  }
  return text.toString('utf16le')
}

/** TextDecoder knows no UTF-32. Null unless every four bytes are a character. */
function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string | null {
  if (bytes.length % 4 !== 0) return null
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const to = new DataView(new ArrayBuffer(bytes.length))
  let length = 0
  for (let offset = 4; offset < bytes.length; offset += 4) {
    const code = from.getUint32(offset, isLittleEndian)
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return null
    for (const unit of utf16Units(code)) {
      to.setUint16(length, unit, true)
      length += 2
    }
  }
  return decode(new Uint8Array(to.buffer, 0, length), 'utf-16le')
}

function utf16Units(code: number): number[] {
  if (code < 0x10000) return [code]
  return [0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff)]
}
