/** What a text holds. */
export interface Counted {
  /** Escapes of both kinds, and those of more than a byte of text. */
  escapes: number
  wide: number
  /** Characters that are part of escapes. */
  escaped: number
  /** Characters that come out, a surrogate being one. */
  characters: number
}

const percent = 0x25
const digits = classify()

/** Counts without decoding. */
export function count(text: Uint8Array): Counted {
  const counted: Counted = { escapes: 0, wide: 0, escaped: 0, characters: 0 }
  for (let at = 0; at < text.length; counted.characters++) {
    const length = lengthOfEscape(text, at)
    at += length || 1
    if (length === 0) continue
    counted.escapes++
    counted.escaped += length
    if (length === 6 && !isOneByte(readDigits(text, at - 4, 4))) counted.wide++
  }
  return counted
}

/** A zero is half of a word in memory: text has none. */
function isOneByte(value: number): boolean {
  return value > 0 && value <= 0xff
}

/** Every `%41` is a byte, and every `%u0041` a character of UTF-8, as text has them. Everything else stays. */
export function toBytes(text: Uint8Array, plus: boolean): Uint8Array {
  const content = new Uint8Array(text.length)
  let size = 0
  for (let at = 0; at < text.length; ) {
    const length = lengthOfEscape(text, at)
    if (length < 6) {
      content[size++] = readOne(text, at, length, plus)
      at += length || 1
      continue
    }
    const [character, end] = readCharacter(text, at)
    for (const byte of Buffer.from(String.fromCodePoint(character).toWellFormed(), 'utf8'))
      content[size++] = byte
    at = end
  }
  return content.subarray(0, size)
}

/** The same characters in UTF-16, the low byte first: what a program has in memory where `%u9090` stands. */
export function toUtf16(text: Uint8Array, plus: boolean, characters: number): Uint8Array {
  const content = new Uint8Array(characters * 2)
  for (let at = 0, size = 0; at < text.length; size += 2) {
    const length = lengthOfEscape(text, at)
    const value = length === 6 ? readDigits(text, at + 2, 4) : readOne(text, at, length, plus)
    content[size] = value
    content[size + 1] = value >> 8
    at += length || 1
  }
  return content
}

/** A character and where it ends; two halves of one make it. */
function readCharacter(text: Uint8Array, at: number): [character: number, end: number] {
  const high = readDigits(text, at + 2, 4)
  if (high >> 10 !== 0x36 || lengthOfEscape(text, at + 6) !== 6) return [high, at + 6]
  const low = readDigits(text, at + 8, 4)
  return low >> 10 === 0x37 ? [0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff), at + 12] : [high, at + 6]
}

function readOne(text: Uint8Array, at: number, length: number, plus: boolean): number {
  if (length === 3) return readDigits(text, at + 1, 2)
  const byte = text[at] ?? 0
  return plus && byte === 0x2b ? 0x20 : byte
}

/** 3 for `%41`, 6 for `%u0041`, 0 for neither. */
function lengthOfEscape(text: Uint8Array, at: number): number {
  if (text[at] !== percent) return 0
  if (readDigits(text, at + 1, 2) >= 0) return 3
  return ((text[at + 1] ?? 0) | 0x20) === 0x75 && readDigits(text, at + 2, 4) >= 0 ? 6 : 0
}

/** -1 when not all are digits. */
function readDigits(text: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = at; index < at + length; index++) {
    const digit = digits[text[index] ?? 0] ?? 16
    if (digit > 15) return -1
    value = value * 16 + digit
  }
  return value
}

function classify(): Uint8Array {
  const table = new Uint8Array(256).fill(16)
  const all = '0123456789abcdef'
  for (let value = 0; value < 16; value++) {
    table[all.charCodeAt(value)] = value
    table[all.toUpperCase().charCodeAt(value)] = value
  }
  return table
}
