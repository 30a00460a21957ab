import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqCarverPlugin,
  StoqError,
} from 'stoq'
import { ElementReader, type ElementText } from './elements.ts'
import { asAscii } from './text.ts'

/**
 * Carves the text of elements out of XML, decoded where it is Base64: in an XDP file that is the PDF. Names are those of the
 * option or of `xdp_elements`, with or without a prefix in front of them.
 * meta: `size` in bytes, `element_name`, `offset` of the element (not in UTF-16); `damaged` where the document ends in the
 * element. Throws at the end of a document that was cut short.
 */
export class XdpCarver extends StoqCarverPlugin {
  /** Names of elements, separated by colons. */
  xdp_elements = 'chunk'

  carve(payload: Payload, kwargs: Kwargs, { budget }: PluginContext): ExtractedResult {
    const names = String(kwargs['xdp_elements'] ?? this.xdp_elements).split(':')
    const found = this.#find(payload, names, budget)
    const first = found.next()
    return first.done ? null : prepend(first.value, found)
  }

  *#find(payload: Payload, names: string[], budget: PluginContext['budget']): Generator<Extracted, void> {
    const { text, isConverted } = asAscii(payload)
    const reader = new ElementReader(
      text,
      names.map(name => name.trim()),
    )
    for (const element of reader.read()) {
      const content = contentOf(element, budget.remainingBytes)
      const { name, offset, isCut } = element
      if (content === 'too large') {
        budget.cut(
          'max_bytes',
          `element ${name.slice(0, 40)} left out: more than ${budget.remainingBytes} bytes`,
        )
      } else if (content) {
        const where = { ...(!isConverted && { offset }), ...(isCut && { damaged: 'cut short' }) }
        yield [{ size: content.length, element_name: name, ...where }, content]
      }
    }
    if (reader.isCut)
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, 'the XML document ends within an element'])
  }
}

/** Null for blanks alone. v1: blanks at the end are no content. */
function contentOf({ text, isCut }: ElementText, room: number): Buffer | 'too large' | null {
  let end = text.length
  while (end > 0 && isBlank(text[end - 1] ?? 0)) end--
  if (end === 0) return null
  const size = base64Size(text, isCut)
  if ((size ?? end) > room) return 'too large'
  return size === null ? text.subarray(0, end) : Buffer.from(text.toString('latin1'), 'base64')
}

/**
 * Bytes of the content of Base64 text (RFC 4648, section 4); null when it is none: with its padding, but for one that is cut
 * short.
 */
function base64Size(text: Uint8Array, isCut: boolean): number | null {
  let [digits, pads] = [0, 0]
  for (let index = 0; index < text.length; index++) {
    const code = text[index] ?? 0
    if (isBlank(code)) continue
    if (code === equals) pads++
    else if (pads > 0 || !isDigit(code)) return null
    else digits++
  }
  if (digits === 0 || pads > 2 || ((digits + pads) % 4 !== 0 && !isCut)) return null
  return Math.floor((digits * 3) / 4)
}

const equals = 0x3d

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

/** `A` to `Z`, `a` to `z`, `0` to `9`, `+` and `/`. */
function isDigit(code: number): boolean {
  const small = code | 0x20
  return (small >= 0x61 && small <= 0x7a) || (code >= 0x2f && code <= 0x39) || code === 0x2b
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
