/** One line of a listing: its offset as digits, and the bytes that may belong to it. */
export interface Line {
  offset: string
  /** True: a colon behind the offset. */
  hasColon: boolean
  bytes: number[]
  /** Indices of bytes with two blanks or more before them. */
  gaps: number[]
}

const longestLine = 400
const start = /^[ \t]*(?:0x)?([0-9a-f]{4,16})(h?:|h)?(?:[ \t]+|$)/i
const groupOfDigits = /([ \t]{0,60})((?:[0-9a-f]{2}){1,8})(?=[ \t|-]|$)-?/iy

/** The lines of a payload, `*` too, without those that are blank; null for one that is no line of a listing. */
export function* linesOf(payload: Uint8Array): Generator<Line | '*' | null, void> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at)
    const end = feed < 0 ? bytes.length : feed
    const text = bytes.toString('latin1', at, Math.min(end, at + longestLine)).trimEnd()
    if (text.trim() === '*') yield '*'
    else if (text !== '') yield end - at > longestLine ? null : readLine(text)
    at = end + 1
  }
}

function readLine(text: string): Line | null {
  const found = start.exec(text)
  if (!found) return null
  const [head, offset = '', mark = ''] = found
  const line: Line = { offset, hasColon: mark.endsWith(':'), bytes: [], gaps: [] }
  // hexdump and od show numbers of two bytes, the low one first, behind an offset of seven digits.
  const isSwapped = offset.length === 7 && mark === ''
  groupOfDigits.lastIndex = head.length
  for (let group = groupOfDigits.exec(text); group; group = groupOfDigits.exec(text)) {
    const [, blanks = '', digits = ''] = group
    if (blanks.length > 1 && line.bytes.length > 0) line.gaps.push(line.bytes.length)
    const bytes = [...Buffer.from(digits, 'hex')]
    line.bytes.push(...(isSwapped && bytes.length === 2 ? bytes.reverse() : bytes))
  }
  return line
}
