import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqDecoderPlugin,
} from 'stoq'
import { count, toBytes, toUtf16 } from './escapes.ts'

/** Fewer escapes than these are in any text. */
const fewestInPayload = 4
const fewestInString = 16

/**
 * Decodes percent-encoded text, `%41` and `%u0041`, when enough of it is there; with `embedded` each string of a payload by
 * itself, where one has enough. null when there is none. What is mostly `%u9090` comes out as UTF-16, the low byte first, as
 * JavaScript has it in memory; other text as bytes. meta: `size` in bytes, `encoding` when it is UTF-16, and `offset` of a
 * string in the payload.
 */
export class UrlDecoder extends StoqDecoderPlugin {
  /** True: `+` stands for a blank. A rule may say so with `plus = "True"`. */
  plus = false
  /** True: strings inside of a payload. A rule may say so with `embedded = "True"`. */
  embedded = false
  /** Percent of the characters that escapes must be. */
  minimum_share = 10

  decode(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const text = narrow(payload)
    const plus = isTrue(kwargs['plus'] ?? this.plus)
    if (isTrue(kwargs['embedded'] ?? this.embedded)) {
      const found = this.#strings(text, payload.length / text.length, plus, context)
      const first = found.next()
      if (!first.done) return prepend(first.value, found)
    }
    const whole = this.#decode(text, fewestInPayload, plus, context)
    return whole && [whole]
  }

  *#strings(
    text: Uint8Array,
    width: number,
    plus: boolean,
    context: PluginContext,
  ): Generator<Extracted, void> {
    for (const [start, end] of stringsOf(text)) {
      if (context.signal.aborted || !context.budget.hasChildren()) return
      const found = this.#decode(text.subarray(start, end), fewestInString, plus, context)
      if (found) yield [{ offset: Math.floor(start * width), ...found[0] }, found[1]]
    }
  }

  #decode(text: Uint8Array, fewest: number, plus: boolean, { budget }: PluginContext): Extracted | null {
    const counted = count(text)
    if (counted.escapes < fewest || counted.escaped * 100 < this.minimum_share * text.length) return null
    const isWide = counted.wide * 2 >= counted.escapes
    if (isWide && counted.characters * 2 > budget.remainingBytes) {
      budget.cut('max_bytes', `more than ${budget.limits.max_bytes} bytes produced`)
      return null
    }
    const content = isWide ? toUtf16(text, plus, counted.characters) : toBytes(text, plus)
    return [{ size: content.length, ...(isWide && { encoding: 'utf-16le' }) }, content]
  }
}

/** Start and end of each sequence of characters that URLs are made of, with an escape in it. */
function* stringsOf(text: Uint8Array): Generator<[start: number, end: number], void> {
  let start = 0
  let hasEscape = false
  for (let at = 0; at <= text.length; at++) {
    const byte = text[at] ?? 0
    if (byte === 0x25) hasEscape = true
    if (isOfUrl[byte]) continue
    if (hasEscape) yield [start, at]
    start = at + 1
    hasEscape = false
  }
}

/** Printable characters but the blank, quotes, angle brackets and the backslash. */
const isOfUrl = Array.from(
  { length: 256 },
  (_, byte) => byte > 0x20 && byte < 0x7f && !'"\'`<>\\'.includes(String.fromCharCode(byte)),
)

/** UTF-16 text as one byte for each character; other payloads as they are. */
function narrow(payload: Payload): Uint8Array {
  const low = placeOfLow(payload)
  if (low < 0) return payload
  const text = new Uint8Array(payload.length / 2)
  for (let at = 0; at < text.length; at++) {
    if (payload[at * 2 + 1 - low] === 0) text[at] = payload[at * 2 + low] ?? 0
  }
  return text
}

/** Which byte of two is the low one in UTF-16 text: 0 or 1; -1 for what is none. */
function placeOfLow(payload: Payload): number {
  const [first, second, third, fourth] = payload
  if (payload.length < 4 || payload.length % 2 === 1) return -1
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && third !== 0 && fourth === 0))
    return 0
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && third === 0 && fourth !== 0)
    ? 1
    : -1
}

function isTrue(given: unknown): boolean {
  return /^(?:true|yes|on|1)$/i.test(String(given).trim())
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
