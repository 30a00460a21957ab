/** Bytes that one dump shows at most. */
const mostBytes = 65_536

export interface HexdumpOptions {
  /** Bytes a line. */
  width: number
  /** Bytes in all. */
  length: number
  /** Number that stands before the first line. */
  offset: number
}

/**
 * Bytes as `hexdump -C` shows them. Documents hold bytes as text: what is printable as it is, `\xNN`, `\t`, `\n`, `\r` and
 * `\\` for the rest; other characters count as UTF-8.
 */
export function hexdump(value: unknown, { width, length, offset }: HexdumpOptions): string {
  const all = bytesOf(value)
  const most = Math.min(length, mostBytes)
  const columns = Math.min(Math.max(1, width), 64)
  const lines: string[] = []
  for (let start = 0; start < Math.min(all.length, most); start += columns) {
    const bytes = all.subarray(start, Math.min(start + columns, most))
    lines.push(
      `${(offset + start).toString(16).padStart(8, '0')}  ${hexOf(bytes, columns)}  |${textOf(bytes)}|`,
    )
  }
  if (all.length > most) lines.push(`... ${all.length - most} bytes more`)
  return lines.join('\n')
}

function bytesOf(value: unknown): Uint8Array {
  if (Array.isArray(value)) return Uint8Array.from(value.map(Number))
  return Buffer.concat(partsOf(typeof value === 'string' ? value.slice(0, mostBytes * 4) : ''))
}

const letters: Record<string, number> = { t: 9, n: 10, r: 13, '\\': 0x5c }

function partsOf(text: string): Buffer[] {
  return (text.match(/\\x[\da-f]{2}|\\[tnr\\]|[^\\]+|\\/gi) ?? []).map(part => {
    if (!part.startsWith('\\') || part.length === 1) return Buffer.from(part.toWellFormed())
    return Buffer.of(
      part.length === 4 ? Number.parseInt(part.slice(2), 16) : (letters[part[1] ?? ''] ?? 0x5c),
    )
  })
}

function hexOf(bytes: Uint8Array, columns: number): string {
  const pairs = Array.from(bytes, byte => byte.toString(16).padStart(2, '0'))
  return pairs.join(' ').padEnd(columns * 3 - 1)
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
}
