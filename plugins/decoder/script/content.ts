/** How files begin that are worth a payload of their own wherever they come from. */
const magics = [
  ...[
    'PK\x03\x04',
    'PK\x05\x06',
    '7z\xbc\xaf\x27\x1c',
    'Rar!\x1a\x07',
    '\x1f\x8b\x08',
    'BZh91AY',
    'MSCF\0\0\0\0',
  ],
  ...[
    '\xfd7zXZ\0',
    '\x28\xb5\x2f\xfd',
    '\x7fELF',
    '\xca\xfe\xba\xbe',
    'dex\n03',
    '\0asm\x01',
    'L\0\0\0\x01\x14\x02\0',
  ],
  ...[
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    '%PDF-',
    '{\\rt',
    '\xe4\x52\x5c\x7b\x8c\xd8',
    'ITSF\x03\0\0\0',
    '#@~^',
  ],
  ...['\x89PNG\r\n', 'GIF8', '\xff\xd8\xff', 'CWS', 'FWS', 'ZWS', 'SZDD\x88\xf0', 'RIFF'],
]

/** True when the first bytes are those of a program, archive, document or image. */
export function beginsLikeFile(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 8)
  return head.startsWith('MZ') || magics.some(magic => head.startsWith(magic))
}

/** True for the content of a file. Letters alone are no program: its header points to a second one. */
export function isFile(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 3)
  if (head.startsWith('MZ')) return bytes.length >= 64 && bytes.readUInt32LE(0x3c) < 0x10000
  if (/^[CFZ]WS/.test(head)) return bytes.length > 20 && (bytes[3] ?? 0) <= 60 && (bytes[7] ?? 0) < 16
  return beginsLikeFile(bytes)
}

const isTextByte = new Uint8Array(256).fill(1, 0x20, 0x7f).fill(1, 0x80)
for (const byte of [0x09, 0x0a, 0x0c, 0x0d, 0x1b]) isTextByte[byte] = 1

/** Bytes that text is judged by before all of it is. */
const headSize = 48

/** True when these bytes, or the first of them, may be text: ASCII or UTF-8, or UTF-16 with the low byte first. */
export function mayBeText(bytes: Buffer): boolean {
  const head = bytes.subarray(0, headSize)
  return isNarrow(head) || isWide(head)
}

/** Readable text as UTF-8, also of UTF-16 with the low byte first; null when it is none. */
export function readableText(bytes: Buffer): Buffer | null {
  if (!mayBeText(bytes)) return null
  if (isNarrow(bytes)) return isUtf8(bytes) ? bytes : null
  return isWide(bytes) ? Buffer.from(bytes.toString('utf16le').replace(/^\ufeff/, ''), 'utf8') : null
}

/** True when a person can read it: no control characters but those of lines, and at least half of it is ASCII or UTF-8. */
export function isReadable(text: string): boolean {
  if (/[^\t\n\f\r\x1b\x20-\x7e\x80-\uffff]/.test(text)) return false
  if (!/[\x80-\uffff]/.test(text)) return true
  const narrow = text.replace(/[^\x00-\xff]+/g, '')
  const decoded = Buffer.from(narrow, 'latin1').toString('utf8')
  const unknown = text.length - narrow.length + decoded.split('\ufffd').length - 1
  return unknown * 2 <= decoded.length + text.length - narrow.length
}

function isNarrow(bytes: Buffer): boolean {
  let high = 0
  for (const byte of bytes) {
    if (isTextByte[byte] === 0) return false
    if (byte >= 0x80) high++
  }
  return high * 2 <= bytes.length
}

/** Letters of two bytes whose high one is 0, but for one in eight. */
function isWide(bytes: Buffer): boolean {
  if (bytes.length < 8 || bytes.length % 2 !== 0) return false
  let zeros = 0
  for (let at = 0; at < bytes.length; at += 2) {
    if (bytes[at + 1] === 0 && isTextByte[bytes[at] ?? 0] === 0) return false
    if (bytes[at + 1] === 0) zeros++
  }
  return zeros * 16 >= bytes.length * 7
}

function isUtf8(bytes: Buffer): boolean {
  return bytes.every(byte => byte < 0x80) || !bytes.toString('utf8').includes('\ufffd')
}
