/**
 * Text that an attacker chose, safe to show on one line of a terminal: every character that moves the cursor, turns the
 * direction of writing, breaks the line or cannot be seen is written as an escape (`\x1b`, `\u202e`, `\u{e0041}`).
 * Backslashes stay as they are: the text is for reading, not for parsing.
 */
export function printable(text: string): string {
  return text.replace(unprintable, toEscape)
}

/** A number of bytes for people: `483 B`, `4.1 kB`, `1.5 GB` (1 kB is 1000 bytes); `?` for what is no size. */
export function formatSize(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return '?'
  if (bytes < 1000) return `${Math.floor(bytes)} B`
  let value = bytes / 1000
  let unit = 0
  // 999.95 would be written as 1000.0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(1)} ${units[unit]}`
}

const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/**
 * Controls, format characters (bidi, zero width, tags), lone surrogates, line and paragraph separators, and what fonts
 * leave out by definition (fillers, variation selectors).
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

function toEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}
