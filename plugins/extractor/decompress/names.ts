import type { Format } from './formats.ts'

/** Last part of a path; both kinds of slash separate. Null when nothing is left that could be a name. */
export function baseName(path: string): string | null {
  const name = path.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..')
  return name ?? null
}

/** Name for the content of a compressed stream: the payload's own name without its suffix, else what the stream tells. */
export function streamName(
  format: Format,
  filename: string | null,
  told: string | null = null,
): string | null {
  const own = filename === null ? null : baseName(filename)
  if (own === null) return told
  // v1: 7-Zip's name for what is inside a compressed Flash file
  if (format === 'swf') return `${own.replace(/\.swf$/i, '')}~.swf`
  const suffix = /\.([a-z0-9]+)$/i.exec(own)?.[1]?.toLowerCase() ?? ''
  const replacement = suffixes.get(suffix)
  const stem = own.slice(0, own.length - suffix.length - 1)
  if (replacement === undefined || stem === '') return told ?? own
  return stem + replacement
}

/** Suffixes of compressed files and what they leave behind. */
const suffixes = new Map(
  Object.entries({
    gz: '',
    z: '',
    bz2: '',
    bz: '',
    xz: '',
    lzma: '',
    lz: '',
    zst: '',
    zstd: '',
    zz: '',
    gzip: '',
    svgz: '.svg',
    emz: '.emf',
    wmz: '.wmf',
    tgz: '.tar',
    taz: '.tar',
    tbz: '.tar',
    tbz2: '.tar',
    txz: '.tar',
    tlz: '.tar',
    tzst: '.tar',
  }),
)

/** Text of name bytes without a declared encoding: UTF-8 where they are, else the old code page of the format. */
export function decodeName(bytes: Uint8Array, fallback: 'cp437' | 'latin1'): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    // not UTF-8
  }
  return fallback === 'cp437' ? decodeCp437(bytes) : Buffer.from(bytes).toString('latin1')
}

/** Text of bytes that are declared as UTF-8; what is not becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return looseUtf8.decode(bytes)
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const looseUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Upper half of code page 437, the encoding of zip names (APPNOTE, appendix D). */
const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

function decodeCp437(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : cp437.charAt(byte - 0x80)
  return text
}
