import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqDecoderPlugin,
} from 'stoq'
import { decodeListing } from './listing.ts'
import { decodeWhole, type Found, findRuns } from './runs.ts'

/**
 * Decodes a payload that is hexadecimal text (`4d5a`, `4d 5a`, `4d:5a`, `0x4d, 0x5a`, `\x4d\x5a`) or a listing of it, and
 * with `embedded` every such text inside of a payload of any kind; null when there is none. meta: `size` in bytes, `offset`
 * of the text in the payload when it is inside of it, `damaged` where the text is not whole.
 */
export class HexDecoder extends StoqDecoderPlugin {
  /** True: what stands inside of a payload too. A rule may say so with `embedded = "True"`. */
  embedded = false
  /** Bytes that hexadecimal text inside of a payload has at least. */
  minimum_size = 64

  decode(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const whole = listed(payload, context) ?? decodeWhole(payload)
    if (whole) return [toExtracted(whole, {})]
    const asked = String(kwargs['embedded'] ?? this.embedded)
    if (!/^(?:true|yes|on|1)$/i.test(asked.trim())) return null
    const found = this.#embedded(payload, context)
    const first = found.next()
    return first.done ? null : prepend(first.value, found)
  }

  *#embedded(payload: Payload, { budget, signal }: PluginContext): Generator<Extracted, void> {
    for (const found of findRuns(payload, this.minimum_size)) {
      if (signal.aborted || !budget.hasChildren()) return
      if (found.content.length > budget.remainingBytes) {
        tellCut({ budget })
        return
      }
      yield toExtracted(found, { offset: found.offset })
    }
  }
}

function listed(payload: Payload, { budget }: PluginContext): Omit<Found, 'offset'> | null {
  const found = decodeListing(payload, budget.remainingBytes)
  if (found?.isCut) tellCut({ budget })
  return found
}

function tellCut({ budget }: Pick<PluginContext, 'budget'>): void {
  budget.cut('max_bytes', `more than ${budget.limits.max_bytes} bytes produced`)
}

/** A copy: the buffer is used again. */
function toExtracted({ content, damaged }: Omit<Found, 'offset'>, place: { offset?: number }): Extracted {
  const meta = { ...place, size: content.length, ...(damaged !== undefined && { damaged }) }
  return [meta, Uint8Array.from(content)]
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
