import { type Digits, DigitsReader, mayBegin } from './digits.ts'

/** Bytes that stand in a payload as hexadecimal text. */
export interface Found {
  offset: number
  /** Valid until the next are asked for. */
  content: Uint8Array
  /** Why the text is not whole. */
  damaged?: string
}

const byteOrderMarks = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
]
/** Blanks, and what surrounds a list or a string. */
const around = [...Buffer.from('\0\t\n\r ,;"\'()[]{}', 'latin1')]
/** What programs, archives and documents begin with. */
const beginnings = [
  '4d5a',
  '504b0304',
  'd0cf11e0',
  '25504446',
  '7b5c7274',
  '1f8b08',
  '377abcaf',
  '52617221',
  '7f454c46',
]

/** The bytes of a payload that is hexadecimal text as a whole; null when it is not. */
export function decodeWhole(payload: Uint8Array): Found | null {
  const offset = skipAround(payload, markLength(payload))
  const digits = new DigitsReader(payload).read(offset)
  if (!digits) return null
  // A digit that is left over belongs to a text that was cut.
  const end = digits.isOdd ? digits.end + 1 : digits.end
  if (skipAround(payload, end) < payload.length) return null
  return { offset, content: digits.content, ...(digits.isOdd && { damaged: 'odd number of digits' }) }
}

/** Every hexadecimal text of at least `shortest` bytes inside of a payload. Time is linear. */
export function* findRuns(payload: Uint8Array, shortest: number): Generator<Found, void> {
  const reader = new DigitsReader(payload)
  for (let at = 0; at < payload.length; at++) {
    if (!mayBegin(payload[at] ?? 0)) continue
    const found = readAligned(reader, at, payload[at + 1] === 0 ? 2 : 1)
    if (!found) continue
    const { start, end, content, hasLetters, isOdd } = found
    // A table of numbers has no letters.
    if (content.length >= shortest && hasLetters) yield { offset: start, content }
    // A single byte may be the character before a text in UTF-16, and the first digit of that.
    if (content.length > 1 || isOdd) at = end - 1
  }
}

/** A character before the text that happens to be a digit would shift all of it. */
function readAligned(reader: DigitsReader, start: number, width: number): Digits | null {
  const first = reader.read(start)
  if (!first?.isOdd || isKnown(first.content)) return first
  const shifted = reader.read(start + width)
  return shifted && isKnown(shifted.content) ? shifted : reader.read(start)
}

function isKnown(content: Uint8Array): boolean {
  const digits = Buffer.from(content.subarray(0, 8)).toString('hex')
  return beginnings.some(beginning => digits.startsWith(beginning))
}

function skipAround(payload: Uint8Array, start: number): number {
  let at = start
  while (around.includes(payload[at] ?? -1)) at++
  return at
}

function markLength(payload: Uint8Array): number {
  return byteOrderMarks.find(mark => mark.every((byte, index) => payload[index] === byte))?.length ?? 0
}
