import { hexBytes, isWhite } from './characters.ts'
import { type Filtered, Sink, type Wanted } from './sink.ts'

/** ASCIIHexDecode (ISO 32000-2, 7.4.2): up to `>`; what is no digit does not count. */
export function decodeHex(input: Uint8Array, { limit }: Wanted): Filtered {
  const end = input.indexOf(0x3e)
  // Blanks may be half of it; what is cut here is cut again below.
  const digits = end < 0 ? input : input.subarray(0, end)
  const content = hexBytes(digits)
  if (content.length > limit) return { content: content.subarray(0, limit), end: 'cut' }
  return { content, end: end < 0 ? 'cut short' : 'whole' }
}

const tilde = 0x7e

/** ASCII85Decode (ISO 32000-2, 7.4.3): up to `~`, with or without the `<~` of Adobe's tools. */
export function decode85(input: Uint8Array, wanted: Wanted): Filtered {
  const sink = new Sink(wanted)
  let group: number[] = []
  for (let at = startOf85(input); at < input.length; at++) {
    const code = input[at] ?? 0
    if (code === tilde) return finish85(sink, group, 'whole')
    if (code >= 0x21 && code <= 0x75) group.push(code - 0x21)
    // `z` is a group of zeros; whatever else is between the characters does not count.
    const isZero = code === 0x7a && group.length === 0
    if (group.length < 5 && !isZero) continue
    if (!put85(sink, group, 4)) return { content: sink.content, end: 'cut' }
    group = []
  }
  return finish85(sink, group, 'cut short')
}

function startOf85(input: Uint8Array): number {
  let at = 0
  while (isWhite(input[at])) at++
  return input[at] === 0x3c && input[at + 1] === tilde ? at + 2 : at
}

/** The last group of n characters stands for n - 1 bytes. */
function finish85(sink: Sink, group: readonly number[], end: Filtered['end']): Filtered {
  const full = [...group, 84, 84, 84, 84].slice(0, 5)
  if (group.length > 1 && !put85(sink, full, group.length - 1)) return { content: sink.content, end: 'cut' }
  return { content: sink.content, end }
}

/** Writes the first bytes of a group; false when they are too many. */
function put85(sink: Sink, group: readonly number[], count: number): boolean {
  const place = sink.reserve(count)
  if (!place) return false
  const value = group.reduce((sum, digit) => sum * 85 + digit, 0)
  for (let index = 0; index < count; index++) place.bytes[place.at + index] = value / 2 ** (24 - 8 * index)
  return true
}

/** RunLengthDecode (ISO 32000-2, 7.4.5). */
export function decodeRunLength(input: Uint8Array, wanted: Wanted): Filtered {
  const sink = new Sink(wanted)
  for (let at = 0; at < input.length; ) {
    const length = input[at++] ?? 0
    if (length === 128) return { content: sink.content, end: 'whole' }
    const run = length < 128 ? input.subarray(at, at + length + 1) : input.subarray(at, at + 1)
    const place = sink.reserve(length < 128 ? run.length : 257 - length)
    if (!place) return { content: sink.content, end: 'cut' }
    if (length < 128) place.bytes.set(run, place.at)
    else place.bytes.fill(run[0] ?? 0, place.at, place.at + 257 - length)
    at += run.length
  }
  return { content: sink.content, end: 'cut short' }
}
