import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqDecoderPlugin,
} from 'stoq'
import { decodeBase64 } from './base64.ts'
import { findEmbedded } from './embedded.ts'
import { MailParts } from './mail.ts'

/**
 * Decodes a payload that is Base64 text, or with `embedded` every file that stands as Base64 inside of a payload of any
 * kind; null when there is none. meta: `size` in bytes; `offset` of the text in the payload with `embedded`.
 */
export class Base64Decoder extends StoqDecoderPlugin {
  /** True: the alphabet for URLs. A rule may say so for its payloads with `urlsafe = "True"`. */
  urlsafe = false
  /** True: what stands inside of a payload, in either alphabet. A rule may say so with `embedded = "True"`. */
  embedded = false
  /** Characters that Base64 inside of a payload has at least. */
  minimum_length = 64

  decode(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    if (isTrue(kwargs['embedded'] ?? this.embedded)) return orNull(this.#embedded(payload, context))
    const content = decodeBase64(payload, { urlsafe: isTrue(kwargs['urlsafe'] ?? this.urlsafe) })
    return content && [[{ size: content.length }, content]]
  }

  *#embedded(payload: Payload, { budget, signal }: PluginContext): Generator<Extracted, void> {
    const parts = new MailParts(payload)
    for (const { offset, run, size, decode } of findEmbedded(payload, this.minimum_length)) {
      if (parts.has(run)) continue
      if (signal.aborted || !budget.hasChildren()) return
      if (size > budget.remainingBytes) {
        budget.cut('max_bytes', `more than ${budget.limits.max_bytes} bytes produced`)
        return
      }
      yield [{ offset, size }, decode()]
    }
  }
}

function isTrue(given: unknown): boolean {
  return /^(?:true|yes|on|1)$/i.test(String(given).trim())
}

/** Null when nothing is found. */
function orNull(found: Generator<Extracted, void>): ExtractedResult {
  const first = found.next()
  return first.done ? null : prepend(first.value, found)
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
