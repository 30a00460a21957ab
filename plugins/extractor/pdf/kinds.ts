/** A kind of file and how it begins, in hexadecimal digits. */
const beginnings: readonly (readonly [kind: string, start: string])[] = [
  ['zip', '504b0304'],
  ['zip', '504b0506'],
  ['ole', 'd0cf11e0a1b11ae1'],
  ['elf', '7f454c46'],
  ['macho', 'feedface'],
  ['macho', 'feedfacf'],
  ['macho', 'cefaedfe'],
  ['macho', 'cffaedfe'],
  ['class', 'cafebabe'],
  ['rar', '526172211a07'],
  ['7z', '377abcaf271c'],
  ['cab', '4d53434600000000'],
  ['gzip', '1f8b08'],
  ['xz', 'fd377a585a00'],
  ['lnk', '4c0000000114020000000000c000000000000046'],
  ['onenote', 'e4525c7b8cd8a74daeb15378d02996d3'],
]

const magics = beginnings.map(([kind, start]) => ({ kind, start: Buffer.from(start, 'hex') }))

/** Text that a file begins with, white space before it left out, in lower case. */
const openings: readonly (readonly [kind: string, start: string])[] = [
  ['rtf', '{\\rt'],
  ['pdf', '%pdf-'],
  ['script', '#!'],
  ['script', '<?php'],
  ['script', '<script'],
  ['script', '@echo off'],
  ['script', 'powershell'],
  ['html', '<!doctype html'],
  ['html', '<html'],
  ['html', '<hta:'],
  ['xdp', '<xdp:xdp'],
  // Base64 of a program, a zip, an OLE file, a gzip file.
  ['base64', 'tvqq'],
  ['base64', 'tvpq'],
  ['base64', 'uesdb'],
  ['base64', '0m8r4kgx'],
  ['base64', 'h4siaa'],
]

/** What no document shows and scripts hold, in lower case. */
const scriptWords = [
  'createobject(',
  'wscript.',
  'activexobject',
  'invoke-expression',
  'frombase64string',
  '-encodedcommand',
  'new-object ',
  'downloadstring(',
  'fromcharcode(',
  'unescape(',
  'eval(',
  'app.alert(',
  'this.exportdataobject',
  'cmd.exe',
]

/** What a file or script that hides in a stream is, by its first bytes; null for everything else, as pictures and page content. */
export function kindOf(start: Uint8Array): string | null {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length)
  const magic = magics.find(({ start }) => bytes.subarray(0, start.length).equals(start))
  if (magic) return magic.kind
  if (isProgram(bytes)) return 'pe'
  if (isFlash(bytes)) return 'swf'
  return textKind(bytes.toString('latin1').toLowerCase())
}

/** A DOS header with its sentence or with a PE header where it says: two letters alone are met by chance. */
function isProgram(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 2) !== 'MZ' || bytes.length < 64) return false
  const header = bytes.readUInt32LE(60)
  if (header + 4 <= bytes.length) return bytes.readUInt32LE(header) === 0x4550
  return bytes.includes('This program') || header < 0x10000
}

/** Plain, zlib or LZMA; versions up to 60. */
function isFlash(bytes: Buffer): boolean {
  const version = bytes[3] ?? 0
  return /^[FCZ]WS/.test(bytes.toString('latin1', 0, 3)) && version > 0 && version <= 60 && bytes.length > 8
}

function textKind(text: string): string | null {
  const trimmed = text.trimStart()
  const opening = openings.find(([, start]) => trimmed.startsWith(start))
  if (opening) return opening[0]
  return !isDrawing(text) && scriptWords.some(word => text.includes(word)) ? 'script' : null
}

/** Page content may show anything as text. */
function isDrawing(text: string): boolean {
  return /\bbt\b/.test(text) && /\bt[jfd]\b/.test(text)
}
