import { isAscii } from 'node:buffer'

/** Names of Windows code pages as the platform knows them; those not here are read as Western European. */
const labels = new Map<number, string>([
  [874, 'windows-874'],
  [932, 'shift_jis'],
  [936, 'gbk'],
  [949, 'euc-kr'],
  [950, 'big5'],
  [1200, 'utf-16le'],
  [10000, 'macintosh'],
  [10001, 'shift_jis'],
  [10002, 'big5'],
  [10003, 'euc-kr'],
  [10007, 'x-mac-cyrillic'],
  [20866, 'koi8-r'],
  [65001, 'utf-8'],
])

/** Text of bytes in a Windows code page. */
export function decodeText(bytes: Uint8Array, codePage: number): string {
  const isWindows = codePage >= 1250 && codePage <= 1258
  const label = isWindows ? `windows-${codePage}` : (labels.get(codePage) ?? 'windows-1252')
  return new TextDecoder(label).decode(bytes)
}

/** The same text as UTF-8: the bytes themselves where they are ASCII. */
export function toUtf8(bytes: Buffer, codePage: number): Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(decodeText(bytes, codePage))
}
