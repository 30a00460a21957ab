/** Fields of a .doc lie between these marks in its text ([MS-DOC] 2.8.25). */
const begin = 0x13
const separator = 0x14
const end = 0x15
/** Characters of one field code. */
const maxCode = 4096

/** Codes of the DDE fields in the stream `WordDocument`, whose text has one or two bytes for each character. */
export function* wordDdeFields(stream: Buffer): Generator<{ code: string; offset: number }, void> {
  for (let offset = stream.indexOf(begin); offset >= 0; offset = stream.indexOf(begin, offset + 1)) {
    const size = stream[offset + 1] === 0 ? 2 : 1
    const text = stream.subarray(offset + size, codeEnd(stream, offset + size, size))
    const code = text.toString(size === 2 ? 'utf16le' : 'latin1').trim()
    if (/^DDE(AUTO)?\b/i.test(code)) yield { code, offset }
  }
}

/** Offset of the mark that ends a field code, or of the one that begins another: no byte is looked at twice. */
function codeEnd(stream: Buffer, from: number, size: number): number {
  const most = Math.min(stream.length, from + maxCode * size)
  for (let at = from; at < most; at += size) {
    const char = stream[at] ?? 0
    if (char === begin || char === separator || char === end) return at
  }
  return most
}
