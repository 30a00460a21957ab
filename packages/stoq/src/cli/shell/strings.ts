import type { ShellCommand } from './command.ts'
import { currentPayload, mistake } from './faults.ts'
import { toNumber } from './hexdump.ts'
import { bytesOf } from './payload.ts'

const usage = 'strings [MIN]'
const usualMin = 4
/** Characters of one string that are shown. */
const longest = 1000
/** Bytes after which whoever reads gets a turn. */
const turnBytes = 2 ** 20

/** `strings 8`. */
export const strings: ShellCommand = {
  usage,
  summary: 'Show the texts in the current payload, ASCII and UTF-16',
  details: `Of at least MIN characters, ${usualMin} when it is not given. Each with its offset; w stands for UTF-16 (little endian).`,
  async run({ session, voice, words }) {
    const min = words[0] === undefined ? usualMin : toNumber(words[0])
    if (words.length > 1 || min < 1) throw mistake(`Usage: ${usage}`)
    await voice.lines(linesOf(bytesOf(currentPayload(session)), min))
  },
}

function* linesOf(bytes: Uint8Array, min: number): Generator<string | null> {
  for (const found of stringsIn(bytes, min)) {
    if (found === null) yield null
    else {
      const more = found.length > longest ? `… (${found.length} characters)` : ''
      yield `${found.offset.toString(16).padStart(8, '0')} ${found.isWide ? 'w' : ' '} ${found.text}${more}`
    }
  }
}

export interface FoundString {
  offset: number
  /** Characters. */
  length: number
  /** The first of them. */
  text: string
  /** UTF-16. */
  isWide: boolean
}

/**
 * Runs of at least `min` printable ASCII characters, of one byte each or of two with a zero; null now and then. Each byte
 * belongs to one run at most: the time is linear.
 */
export function* stringsIn(bytes: Uint8Array, min: number): Generator<FoundString | null> {
  let turn = turnBytes
  for (let offset = 0; offset < bytes.length; ) {
    if (offset >= turn) {
      yield null
      turn = offset + turnBytes
    }
    const step = bytes[offset + 1] === 0 ? 2 : 1
    const length = runFrom(bytes, offset, step)
    if (length >= min) yield { offset, length, text: textOf(bytes, offset, length, step), isWide: step === 2 }
    // The last character of a run of bytes may begin a run of two bytes each.
    const next =
      step === 1 && length > 1 && length < min && bytes[offset + length] === 0 ? length - 1 : length * step
    offset += Math.max(1, next)
  }
}

function runFrom(bytes: Uint8Array, offset: number, step: 1 | 2): number {
  let end = offset
  while (end + step <= bytes.length && isPrintable(bytes[end]) && (step === 1 || bytes[end + 1] === 0))
    end += step
  return (end - offset) / step
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || byte === 0x09)
}

function textOf(bytes: Uint8Array, offset: number, length: number, step: 1 | 2): string {
  const end = offset + Math.min(length, longest) * step
  const text = Buffer.from(bytes.subarray(offset, end)).toString('latin1')
  return step === 2 ? text.replaceAll('\0', '') : text
}
