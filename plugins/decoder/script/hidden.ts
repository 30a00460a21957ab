import { inflateRawSync } from 'node:zlib'
import { beginsLikeFile, isFile, isReadable, mayBeText, readableText } from './content.ts'
import type { Deobfuscated } from './deobfuscate.ts'
import { hidden } from './expression.ts'
import type { Found } from './found.ts'
import { numberRuns } from './numbers.ts'
import { digitRuns, type Run } from './runs.ts'
import { hasWide, type Source } from './source.ts'

/** Something that was hidden in a script, and where it stands. */
export interface Hidden {
  start: number
  kind: string
  content: Buffer
}

/** Bytes of unknown content that are worth a payload where they are told to be code or Base64. */
const shortestUnknown = 64
/** What raw deflate may unfold to. */
const longestInflated = 2 ** 26
const kinds: Readonly<Record<number, string>> = {
  ...{ [hidden.plain]: 'text', [hidden.text]: 'text', [hidden.escaped]: 'escaped' },
  ...{ [hidden.char_codes]: 'char_codes', [hidden.base64]: 'base64' },
}

/** What the words of a script tell of unknown content in it. */
interface Hints {
  /** It decodes Base64. */
  decodes: boolean
  /** It inflates. */
  inflates: boolean
  /** It runs code from memory, or writes it there. */
  loads: boolean
}

function hintsOf(text: string): Hints {
  return {
    decodes: /base64|atob\b/i.test(text),
    inflates: /DeflateStream|gzinflate|inflateRaw/i.test(text),
    loads:
      /unescape|VirtualAlloc|VirtualProtect|RtlMoveMemory|WriteProcessMemory|CreateThread|ForFunctionPointer/i.test(
        text,
      ),
  }
}

/** Texts that a script runs, decoded Base64, and what is no text at all: programs, code. */
export function* hiddenTexts(script: Deobfuscated, source: Source, minimum: number): Generator<Hidden, void> {
  const run = new Set<string>()
  for (const { start, value } of script.evaluated) {
    if (value.length < minimum || run.has(value) || !isReadable(value)) continue
    run.add(value)
    yield { start, kind: 'evaluated', content: source.encode(value) }
  }
  const unknown = hintsOf(script.text).loads ? shortestUnknown : Number.POSITIVE_INFINITY
  for (const found of script.texts) {
    if (found.value.length < 8 || run.has(found.value)) continue
    const content = hiddenIn(found, source, { minimum, unknown })
    if (content) yield { start: found.start, kind: kinds[found.how] ?? 'text', content }
  }
}

/** Null when the text is of interest only where it stands. */
function hiddenIn(
  { value, how }: Found,
  source: Source,
  sizes: { minimum: number; unknown: number },
): Buffer | null {
  const isText = isReadable(value)
  const content = isText ? source.encode(value) : bytesOf(value)
  const isWanted = isText
    ? how === hidden.base64 && content.length >= sizes.minimum
    : how >= hidden.escaped && content.length >= sizes.unknown
  return isWanted || isFile(content) ? content : null
}

/** Numbers of characters are bytes, or, where one is greater, units of 16 bits with the low byte first. */
function bytesOf(value: string): Buffer {
  return Buffer.from(value, hasWide(value) ? 'utf16le' : 'latin1')
}

/** Encoded commands, and programs, documents and texts that are Base64, hexadecimal digits or lists of numbers. */
export function* findHidden(text: string, minimum: number): Generator<Hidden, void> {
  const hints = hintsOf(text)
  for (const run of digitRuns(text)) {
    const found = decodeRun(run, text, minimum, hints)
    if (found) yield { start: run.start, ...found }
  }
  for (const { start, bytes } of numberRuns(text)) {
    const content = known(bytes, minimum) ?? (hints.loads && bytes.length >= shortestUnknown ? bytes : null)
    if (content) yield { start, kind: 'char_codes', content }
  }
}

type Decoded = Omit<Hidden, 'start'>

function decodeRun(run: Run, text: string, minimum: number, hints: Hints): Decoded | null {
  if (isCommand(text, run.start)) {
    const content = readableText(Buffer.from(run.digits, 'base64'))
    if (content) return { kind: 'encoded_command', content }
  }
  if (run.digits.length < Math.min(minimum, shortestUnknown)) return null
  return (
    (run.isHex && decoded(run.digits, 'hex', minimum)) ||
    decoded(run.digits, 'base64', minimum) ||
    decodeReversed(run.digits, minimum) ||
    decodeUnknown(run, text, hints)
  )
}

/** The first bytes tell whether it is worth to decode the others. */
function decoded(digits: string, kind: 'hex' | 'base64', minimum: number): Decoded | null {
  const head = Buffer.from(digits.slice(0, 64), kind)
  if (!beginsLikeFile(head) && !mayBeText(head)) return null
  const content = known(Buffer.from(digits, kind), minimum)
  return content && { kind, content }
}

function known(bytes: Buffer, minimum: number): Buffer | null {
  if (isFile(bytes)) return bytes
  const text = bytes.length >= minimum ? readableText(bytes) : null
  return text && hasWords(text) ? text : null
}

/** Letters, digits and blanks are most of it: tables of numbers are none. */
function hasWords(text: Buffer): boolean {
  let count = 0
  for (const byte of text) {
    const letter = byte | 0x20
    if ((letter >= 0x61 && letter <= 0x7a) || byte === 0x20 || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80)
      count++
  }
  return count * 2 > text.length
}

/** Base64 that is written from its end: only files are looked for. */
function decodeReversed(digits: string, minimum: number): Decoded | null {
  const head = Buffer.from(backwards(digits.slice(-64)), 'base64')
  if (!beginsLikeFile(head)) return null
  const content = known(Buffer.from(backwards(digits), 'base64'), minimum)
  return content && { kind: 'reversed_base64', content }
}

function backwards(text: string): string {
  return text.split('').reverse().join('')
}

/** What is neither file nor text, where the script says that it decodes something. */
function decodeUnknown({ digits, end }: Run, text: string, { decodes, inflates }: Hints): Decoded | null {
  const padding = /^={0,2}/.exec(text.slice(end, end + 2))?.[0].length ?? 0
  if (!decodes || digits.length * 3 < shortestUnknown * 4 || (digits.length + padding) % 4 !== 0) return null
  if (!looksEncoded(digits)) return null
  const bytes = Buffer.from(digits, 'base64')
  return { kind: 'base64', content: (inflates && inflated(bytes)) || bytes }
}

/** Words and numbers are digits of Base64 too; of what is encoded 40 % are capitals, 40 % small letters, 16 % digits. */
function looksEncoded(digits: string): boolean {
  const head = digits.slice(0, 256)
  const share = (kind: RegExp) => (head.match(kind)?.length ?? 0) / head.length
  return share(/[A-Z]/g) > 0.25 && share(/[a-z]/g) > 0.2 && share(/\d/g) > 0.05
}

function inflated(bytes: Buffer): Buffer | null {
  try {
    return inflateRawSync(bytes, { maxOutputLength: longestInflated })
  } catch {
    return null
  }
}

/** True when `-EncodedCommand` or a shorter form of it is before the place. */
function isCommand(text: string, start: number): boolean {
  const before = /[-/\x93\u2013-\u2015](e[a-z]{0,13})["'^\s]{1,8}$/i.exec(
    text.slice(Math.max(0, start - 26), start),
  )
  const name = before?.[1]?.toLowerCase() ?? ''
  return name !== '' && ('encodedcommand'.startsWith(name) || name === 'ec')
}
