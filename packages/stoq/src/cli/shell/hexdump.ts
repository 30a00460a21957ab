import type { ShellCommand } from './command.ts'
import { currentPayload, mistake } from './faults.ts'
import { bytesOf } from './payload.ts'

const usage = 'hexdump [OFFSET [LENGTH]]'
const rowLength = 16
const usualLength = 256

/** `hexdump 0x4e 64`. */
export const hexdump: ShellCommand = {
  usage,
  summary: 'Show bytes of the current payload',
  details: `Numbers are decimal or begin with 0x. An OFFSET below 0 counts from the end; LENGTH is ${usualLength} when it is not given.`,
  async run({ session, voice, words }) {
    if (words.length > 2) throw mistake(`Usage: ${usage}`)
    const bytes = bytesOf(currentPayload(session))
    const offset = words[0] === undefined ? 0 : toNumber(words[0])
    const length = words[1] === undefined ? usualLength : toNumber(words[1])
    if (length < 0) throw mistake('LENGTH is below 0')
    const start = offset < 0 ? Math.max(0, bytes.length + offset) : offset
    if (start >= bytes.length)
      throw mistake(`the payload ends at 0x${bytes.length.toString(16)} (${bytes.length} bytes)`)
    await voice.lines(rowsOf(bytes, start, Math.min(bytes.length, start + length)))
  },
}

/** Rows of 16 bytes: offset, hexadecimal, and what of them is ASCII. */
export function* rowsOf(bytes: Uint8Array, start: number, end: number): Generator<string> {
  for (let offset = start; offset < end; offset += rowLength) {
    const row = [...bytes.subarray(offset, Math.min(end, offset + rowLength))]
    const hex = row.map(byte => byte.toString(16).padStart(2, '0'))
    const halves = [hex.slice(0, 8).join(' ').padEnd(23), hex.slice(8).join(' ').padEnd(23)]
    const text = row.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    yield `${offset.toString(16).padStart(8, '0')}  ${halves.join('  ')}  |${text}|`
  }
}

/** A whole number, decimal or hexadecimal. Throws for anything else. */
export function toNumber(word: string): number {
  const [, sign, digits = ''] = /^(-?)(0x[0-9a-f]{1,13}|\d{1,15})$/i.exec(word) ?? []
  if (!digits) throw mistake(`'${word}' is no number`)
  return sign ? -Number(digits) : Number(digits)
}
