/** Classes of characters (ISO 32000-2, tables 1 and 2). */
const regular = 0
const white = 1
const delimiter = 2

const classes = new Uint8Array(256)
for (const code of [0, 9, 10, 12, 13, 32]) classes[code] = white
for (const char of '()<>[]{}/%') classes[char.charCodeAt(0)] = delimiter

export function isWhite(code: number | undefined): boolean {
  return code !== undefined && classes[code] === white
}

export function isRegular(code: number | undefined): boolean {
  return code !== undefined && classes[code] === regular
}

export function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 0x30 && code <= 0x39
}

/** The value of a hexadecimal digit, -1 for everything else. */
export function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1
  if (isDigit(code)) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Bytes of pairs of hexadecimal digits; whatever else is between them is left out, a missing last digit is 0. */
export function hexBytes(digits: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((digits.length + 1) >> 1)
  let count = 0
  for (const code of digits) {
    const digit = hexDigit(code)
    if (digit < 0) continue
    if (count % 2 === 0) bytes[count >> 1] = digit << 4
    else bytes[count >> 1] = (bytes[count >> 1] ?? 0) | digit
    count++
  }
  return bytes.subarray(0, (count + 1) >> 1)
}
