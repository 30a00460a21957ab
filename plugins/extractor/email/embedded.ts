import { lineAfter, withoutBreak } from './headers.ts'
import { type Decoded, decodeBase64 } from './transfer.ts'

/** A file that was written into text. */
export interface EmbeddedFile extends Decoded {
  encoding: 'uuencode' | 'base64' | 'yenc'
  /** Where its first line begins. */
  offset: number
}

/** Longest first line of a file that is looked at. */
const maxLine = 1000

/** Files in a text, one after another: uuencode, `begin-base64` (POSIX) and yEnc (yenc.org, 1.3). */
export function* findEmbedded(bytes: Buffer): Generator<EmbeddedFile> {
  const starts = { begin: -1, '=ybegin ': -1 }
  for (let at = 0; at < bytes.length; ) {
    for (const word of ['begin', '=ybegin '] as const) {
      if (starts[word] < at) starts[word] = nextLineWith(bytes, word, at)
    }
    const line = Math.min(starts.begin, starts['=ybegin '])
    if (line >= bytes.length) return
    const file = readFile(bytes, line)
    if (file && file.content.length > 0) yield { ...file, offset: line }
    at = Math.max(file?.end ?? 0, line + 1)
  }
}

/** True when the line at `start` is the first one of a file. */
export function isEncoded(bytes: Buffer, start: number): boolean {
  const head = bytes.toString('latin1', start, start + 40)
  return /^(?:begin(?:-base64(?:-encoded)?)? 0?[0-7]{3} .|=ybegin )/.test(head)
}

/** The next line from `from` on that begins with `word`; the end when there is none. */
function nextLineWith(bytes: Buffer, word: string, from: number): number {
  if (from === 0 && bytes.toString('latin1', 0, word.length) === word) return 0
  const found = bytes.indexOf(`\n${word}`, Math.max(0, from - 1), 'latin1')
  return found < 0 ? bytes.length : found + 1
}

type Read = Omit<EmbeddedFile, 'offset'> & { end: number }

function readFile(bytes: Buffer, line: number): Read | null {
  const next = lineAfter(bytes, line)
  if (next - line > maxLine) return null
  const text = bytes.toString('latin1', line, withoutBreak(bytes, line, next))
  const uu = /^begin (?:0?[0-7]{3}) (.+)$/.exec(text)
  if (uu?.[1] !== undefined) return readUu(bytes, next, uu[1])
  const base64 = /^begin-base64(?:-encoded)? 0?[0-7]{3} (.+)$/.exec(text)
  if (base64?.[1] !== undefined) return readBase64(bytes, next, base64[1])
  return text.startsWith('=ybegin ') ? readYenc(bytes, next, text) : null
}

/** Lines of a length, in groups of four characters for three bytes; the last one is `end`. */
function readUu(bytes: Buffer, start: number, name: string): Read {
  const { size, end, isWhole } = measureUu(bytes, start)
  const content = Buffer.alloc(size)
  let written = 0
  for (let line = start; written < size; line = lineAfter(bytes, line)) {
    written += decodeUuLine(bytes, line, content.subarray(written))
  }
  const next = isWhole ? lineAfter(bytes, end) : end
  return { content, encoding: 'uuencode', name, end: next, ...(!isWhole && { damaged: 'cut short' }) }
}

/** How much the lines hold, and where they end. */
function measureUu(bytes: Buffer, start: number): { size: number; end: number; isWhole: boolean } {
  let size = 0
  let line = start
  for (let next = 0; line < bytes.length; line = next) {
    next = lineAfter(bytes, line)
    const end = withoutBreak(bytes, line, next)
    if (isUuEnd(bytes, line, end)) return { size, end: line, isWhole: true }
    if (!isUuLine(bytes, line, end)) break
    size += uuLength(bytes, line, end)
  }
  return { size, end: line, isWhole: false }
}

/** Bytes that a line tells of; a line that was cut has fewer. */
function uuLength(bytes: Buffer, line: number, end: number): number {
  return end === line ? 0 : Math.min(((bytes[line] as number) - 0x20) & 0x3f, end - line - 1)
}

function isUuEnd(bytes: Buffer, line: number, end: number): boolean {
  return end - line === 3 && bytes.toString('latin1', line, end) === 'end'
}

/** Some programs drop blanks at the end, some add a check character: a line is none when it has much more than it tells. */
function isUuLine(bytes: Buffer, line: number, end: number): boolean {
  const byte = bytes[line] as number
  const length = (byte - 0x20) & 0x3f
  return end === line || (byte >= 0x20 && byte <= 0x60 && end - line - 1 <= Math.ceil(length / 3) * 4 + 2)
}

/** Writes what a line holds, gives how much that is. */
function decodeUuLine(bytes: Buffer, line: number, content: Buffer): number {
  const end = withoutBreak(bytes, line, lineAfter(bytes, line))
  const length = uuLength(bytes, line, end)
  const value = (index: number) => {
    const at = line + 1 + index
    return at < end ? ((bytes[at] as number) - 0x20) & 0x3f : 0
  }
  for (let index = 0; index < length; index++) {
    const at = Math.floor(index / 3) * 4 + (index % 3)
    const shift = 2 * (index % 3)
    content[index] = (value(at) << (2 + shift)) | (value(at + 1) >> (4 - shift))
  }
  return length
}

function readBase64(bytes: Buffer, start: number, name: string): Read {
  const found = bytes.indexOf('\n====', start, 'latin1')
  const end = found < 0 ? bytes.length : found
  const cut = found < 0 && { damaged: 'cut short' }
  return { ...decodeBase64(bytes.subarray(start, end)), ...cut, encoding: 'base64', name, end }
}

/** `=ypart` may follow the first line; `=yend` is the last one. Each byte has 42 added, an escaped one 64 more. */
function readYenc(bytes: Buffer, start: number, first: string): Read {
  const isPart = bytes.toString('latin1', start, start + 7) === '=ypart '
  const from = isPart ? lineAfter(bytes, start) : start
  const found =
    bytes.toString('latin1', from - 1, from + 5) === '\n=yend' ? from - 1 : bytes.indexOf('\n=yend', from)
  const end = found < 0 ? bytes.length : found
  const name = / name=(.+)$/.exec(first)?.[1]?.trim()
  return {
    content: decodeYenc(bytes.subarray(from, Math.max(from, end))),
    encoding: 'yenc',
    ...(name !== undefined && { name }),
    ...(found < 0 && { damaged: 'cut short' }),
    end: Math.max(from, end),
  }
}

function decodeYenc(bytes: Buffer): Buffer {
  const content = Buffer.allocUnsafe(bytes.length)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    let byte = bytes[index] as number
    if (byte === 0x0a || byte === 0x0d) continue
    if (byte === 0x3d) byte = (bytes[++index] ?? 0) - 64
    content[length++] = (byte - 42) & 0xff
  }
  return content.subarray(0, length)
}
