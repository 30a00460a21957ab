/** Reads bytes of what a run of Base64 holds, from where a file may begin, without decoding all of it. */
export interface Head {
  /** Bytes that the run has from here on. */
  readonly length: number
  /** True where the run, or one of its lines, begins. */
  readonly isStart: boolean
  /** -1 behind the end. */
  byte(index: number): number
}

type Check = (head: Head) => boolean

/**
 * What files begin with, as latin1, and what else must hold. Pictures are not among them: pages are full of them, and they
 * hold nothing that is run.
 */
const beginnings: [text: string, check?: Check][] = [
  ['MZ', isProgram],
  // PKWARE APPNOTE 4.3.7: version and flags, of which the high bits are unused.
  ['PK\x03\x04', head => head.byte(4) <= 63 && head.byte(5) <= 20 && (head.byte(7) & 0xc0) === 0],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['%PDF-'],
  ['{\\rt'],
  // RFC 1952, 2.3.1: method, no reserved flag, level, system.
  ['\x1f\x8b\x08', head => head.byte(3) < 0x20 && isOneOf(head.byte(8), 0, 2, 4) && isSystem(head.byte(9))],
  ['7z\xbc\xaf\x27\x1c'],
  ['Rar!\x1a\x07'],
  ['MSCF\0\0\0\0'],
  ['\xfd7zXZ\0'],
  ['BZh', head => isIn(head.byte(3), 0x31, 0x39) && head.byte(4) === 0x31 && head.byte(5) === 0x41],
  ['\x7fELF', head => isIn(head.byte(4), 1, 2) && isIn(head.byte(5), 1, 2) && head.byte(6) === 1],
  // Mach-O: 32 and 64 bits, low byte first, of the processors x86 and ARM.
  ['\xce\xfa\xed\xfe', head => isOneOf(head.byte(4), 7, 12) && head.byte(5) === 0],
  ['\xcf\xfa\xed\xfe', head => isOneOf(head.byte(4), 7, 12) && head.byte(7) === 1],
  // Java class, version 1.0.2 or higher.
  ['\xca\xfe\xba\xbe\0', head => head.byte(6) === 0 && isIn(head.byte(7), 45, 99)],
  // [MS-SHLLINK] 2.1, [MS-ONESTORE] 2.3.1.
  ['L\0\0\0\x01\x14\x02\0'],
  ['\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d'],
  ['ActiveMime'],
  ['\xed\xbd\x07\x60\x1c\x49\x96\x25'],
]

/** The same for text, in small letters; it is looked for only where a run or a line of it begins. */
const texts = [
  '<script',
  '<?xml',
  '<html',
  '<!doctype',
  '<svg',
  '<job',
  '<package',
  '<hta:',
  '<?php',
  '<%',
  '#!/',
]

/** Words of scripts: text that has none of them is left alone. */
const scriptWord =
  /powershell|invoke-|new-object|frombase64|iex|createobject|wscript|activexobject|eval\(|function|cmd(?:\.exe)? \/|rundll32|regsvr32|mshta|certutil|http:\/\/|https:\/\//i

const byBeginning = sortByTwoBytes()

/** True when a file or a program begins here. */
export function isKnown(head: Head): boolean {
  const candidates = byBeginning[(head.byte(0) << 8) | head.byte(1)]
  if (candidates?.some(([text, check]) => startsWith(head, text) && (check?.(head) ?? true))) return true
  return head.isStart && isText(head) && texts.some(text => lower(head, text.length) === text)
}

/** True when what begins here is text with a word of scripts, as UTF-16 (so PowerShell takes its commands) or ASCII. */
export function isScript(head: Head): boolean {
  const step = head.byte(1) === 0 ? 2 : 1
  const most = Math.min(head.length, 4096)
  let text = ''
  for (let index = 0; index < most; index += step) {
    const byte = head.byte(index)
    if (!isPrintable(byte) || (step === 2 && index + 1 < most && head.byte(index + 1) !== 0)) return false
    text += String.fromCharCode(byte)
  }
  return scriptWord.test(text)
}

/** A program for Windows: its header is where the DOS header says, in the first 16 kB. */
function isProgram(head: Head): boolean {
  if (head.byte(0x3e) > 0 || head.byte(0x3f) > 0) return false
  const at = head.byte(0x3c) | (head.byte(0x3d) << 8)
  return at < 0x4000 && startsWith(head, 'PE\0\0', at)
}

function startsWith(head: Head, text: string, at = 0): boolean {
  for (let index = 0; index < text.length; index++) {
    if (head.byte(at + index) !== text.charCodeAt(index)) return false
  }
  return true
}

function lower(head: Head, length: number): string {
  return String.fromCharCode(
    ...Array.from({ length }, (_, index) => Math.max(0, head.byte(index))),
  ).toLowerCase()
}

function isText(head: Head): boolean {
  for (let index = 0; index < 16; index++) if (!isPrintable(head.byte(index))) return false
  return true
}

function isPrintable(byte: number): boolean {
  return isIn(byte, 0x20, 0x7e) || isIn(byte, 9, 10) || byte === 13
}

function isSystem(byte: number): boolean {
  return byte <= 13 || byte === 255
}

function isIn(byte: number, low: number, high: number): boolean {
  return byte >= low && byte <= high
}

function isOneOf(byte: number, ...values: number[]): boolean {
  return values.includes(byte)
}

function sortByTwoBytes(): (typeof beginnings | undefined)[] {
  const table: (typeof beginnings | undefined)[] = new Array(65_536)
  for (const entry of beginnings) {
    const key = (entry[0].charCodeAt(0) << 8) | entry[0].charCodeAt(1)
    table[key] = [...(table[key] ?? []), entry]
  }
  return table
}
