/** What a stream is, by the names that Office and Windows give. */
export type StreamKind =
  | 'attachment'
  | 'document'
  | 'encrypted'
  | 'equation'
  | 'msi'
  | 'object'
  | 'package'
  | 'properties'
  | 'vba'

/** The alphabet of packed names: six bits for each character. */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._'

/**
 * Text of a name of Windows Installer, which packs one or two characters into each from U+3800 to U+483F and marks tables
 * with U+4840, written as `!` (as 7-Zip does); null for any other name. [Windows Installer does not document it; known from
 * the names of its own databases.]
 */
export function unpackMsiName(name: string): string | null {
  const codes = Array.from({ length: name.length }, (_, index) => name.charCodeAt(index))
  if (!codes.some(isPacked) || !codes.every(code => isPacked(code) || code < 0x80)) return null
  return codes.map(unpackCode).join('')
}

function isPacked(code: number): boolean {
  return code >= 0x3800 && code <= 0x4840
}

function unpackCode(code: number): string {
  if (code === 0x4840) return '!'
  if (code >= 0x4800) return alphabet.charAt(code - 0x4800)
  if (code < 0x3800) return String.fromCharCode(code)
  return alphabet.charAt((code - 0x3800) & 0x3f) + alphabet.charAt((code - 0x3800) >> 6)
}

/** Last part of a name, without control characters (`\x01Ole10Native`); null when nothing is left of it. */
export function fileNameOf(name: string): string | null {
  const part = name.split(/[/\\]/).findLast(text => text !== '' && text !== '.' && text !== '..')
  const text = part?.replace(/\p{Cc}/gu, '') ?? ''
  return text === '' ? null : text
}

/**
 * Streams by their own name, in small letters: Office does not look at the case. Sources: [MS-OLEDS] 2.3,
 * [MS-OFFCRYPTO] 2.1.4, [MS-OVBA] 2.2, [MS-OSHARED] 2.3.3, [MS-DOC] 2.1, [MS-XLS] 2.1.2, [MS-PPT] 2.1; `Package` and
 * `EmbeddedOdf` hold the file of an embedded object.
 */
const kinds = new Map<string, StreamKind>([
  ['\x01ole10native', 'package'],
  ['package', 'package'],
  ['embeddedodf', 'package'],
  ['encryptedpackage', 'encrypted'],
  ['encryptioninfo', 'encrypted'],
  ['equation native', 'equation'],
  ['project', 'vba'],
  ['projectwm', 'vba'],
  ['\x05summaryinformation', 'properties'],
  ['\x05documentsummaryinformation', 'properties'],
  ['\x01compobj', 'object'],
  ['\x01ole', 'object'],
  ['contents', 'object'],
  ['\x03objinfo', 'object'],
  ['\x03ocxname', 'object'],
  ['worddocument', 'document'],
  ['workbook', 'document'],
  ['book', 'document'],
  ['powerpoint document', 'document'],
  ['visiodocument', 'document'],
])

/** What the stream of this path is; null when its names tell nothing. */
export function kindOf(path: readonly string[]): StreamKind | null {
  const names = path.map(name => name.toLowerCase())
  const own = names.at(-1) ?? ''
  // Module streams, `dir` and `_VBA_PROJECT` ([MS-OVBA] 2.2.2).
  if (names.at(-2) === 'vba') return 'vba'
  // PidTagAttachDataBinary ([MS-OXMSG] 2.2.2).
  if (own === '__substg1.0_37010102') return 'attachment'
  if (unpackMsiName(path.at(-1) ?? '') !== null) return 'msi'
  return kinds.get(own) ?? null
}
