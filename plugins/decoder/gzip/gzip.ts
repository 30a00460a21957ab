import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqDecoderPlugin,
  StoqError,
} from 'stoq'
import { isIntact, trailerSize } from './checksums.ts'
import { type Candidate, isBlock, nextCandidate } from './headers.ts'
import { type Inflated, inflate, seemsDeflated } from './inflate.ts'

/** What looks like a stream, and goes on like one, and is none after all: nobody but an attacker writes many of these. */
const mostFalse = 64
/** With a wrong checksum or a missing end less than this is noise. */
const smallestDamaged = 1024
/** Where only whole streams count, less than this is the like of a colour profile's name. */
const smallestWhole = 64

/**
 * Inflates every gzip and zlib stream in a payload, wherever it begins; null when there is none. Two or three bytes are no
 * proof: a stream counts when its checksum is right, or when it is cut or damaged and a kilobyte came out. What is inside of
 * a stream that was found is not looked at again. `formats = "gzip"` passes over zlib, or the other way. `whole = "True"`: only
 * streams of 64 bytes and more with the right checksum count, and none that is the data of a PNG picture. `raw = "True"`: the
 * deflate data without a header at `offset` (0 when absent). meta: `offset` in the payload, `size` in bytes, `format`; `filename` and `original_path` of gzip, `damaged`.
 *
 * Which payloads it is asked about is for the rules to say: PNG, PDF and many others are made of zlib streams, and archives of
 * gzip files, and have plugins that know what these are.
 */
export class GzipDecoder extends StoqDecoderPlugin {
  /** What looks like the beginning of a stream is tried this often in one payload. */
  maximum_attempts = 20_000

  async decode(payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<ExtractedResult> {
    const found = isTrue(kwargs['raw'])
      ? this.#raw(payload, this.#offset(kwargs['offset'] ?? 0), context)
      : this.#all(payload, this.#wanted(kwargs), context)
    const first = await found.next()
    return first.done ? null : prepend(first.value, found)
  }

  #offset(given: unknown): number {
    const text = String(given).trim()
    if (/^\d{1,15}$/.test(text)) return Number(text)
    throw this.#fault(`offset must be a number of bytes, got '${text.slice(0, 40)}'`)
  }

  #wanted({ formats = 'gzip, zlib', whole }: Kwargs): Wanted {
    return { formats: this.#formats(formats), isWholeOnly: isTrue(whole), left: mostDiscarded }
  }

  #formats(given: unknown): ReadonlySet<string> {
    const formats = String(given)
      .split(',')
      .map(format => format.trim().toLowerCase())
    if (formats.every(format => format === 'gzip' || format === 'zlib')) return new Set(formats)
    throw this.#fault(
      `formats must be gzip and zlib, separated by a comma, got '${String(given).slice(0, 40)}'`,
    )
  }

  async *#raw(payload: Payload, offset: number, context: PluginContext): AsyncGenerator<Extracted, void> {
    if (!isBlock(payload, offset)) return
    const { budget, signal } = context
    const result = await inflate(payload.subarray(offset), budget.remainingBytes, signal)
    if (result === 'large') tellCut(context)
    else if (result === 'damaged') throw this.#fault(`deflate stream at ${offset} is damaged`)
    else if (result.content.length > 0) {
      const stream: Stream = { ...result, ...(!result.isWhole && { damaged: 'cut short' }) }
      yield toExtracted(payload, { format: 'deflate', offset, data: offset }, stream)
    }
  }

  async *#all(payload: Payload, wanted: Wanted, context: PluginContext): AsyncGenerator<Extracted, void> {
    let [attempts, falseOnes, at] = [0, 0, 0]
    for (
      let found = nextCandidate(payload, 0, wanted.formats);
      found;
      found = nextCandidate(payload, at, wanted.formats)
    ) {
      at = found.offset + 1
      if (++attempts > this.maximum_attempts || falseOnes === mostFalse) {
        context.budget.cut('maximum_attempts', `streams behind offset ${found.offset} are not looked for`)
        return
      }
      if (wanted.isWholeOnly && isPicture(payload, found.offset)) continue
      if (!seemsDeflated(payload.subarray(found.data))) continue
      const result = await inflateStream(found, payload, wanted, context)
      if (result === 'stop') return
      if (result === 'none') falseOnes++
      else if (result !== 'noise') {
        at = found.data + result.consumed + trailerSize[found.format]
        yield toExtracted(payload, found, result)
      }
    }
  }

  #fault(reason: string): StoqError {
    return new StoqError('STOQ_PLUGIN_FAILED', [this.id, reason])
  }
}

/** What is looked for: streams of these formats; only what is whole. */
interface Wanted {
  formats: ReadonlySet<string>
  isWholeOnly: boolean
  /** Bytes that may still be inflated of streams that turn out not to be whole. */
  left: number
}

const mostDiscarded = 2 ** 28

function isTrue(given: unknown): boolean {
  return /^(?:true|yes|on|1)$/i.test(String(given ?? false).trim())
}

/** True where the data of a PNG picture are, in whatever file that lies: points, and nothing to look into. */
function isPicture(payload: Payload, offset: number): boolean {
  return Buffer.from(payload.subarray(Math.max(0, offset - 4), offset)).toString('latin1') === 'IDAT'
}

interface Stream extends Inflated {
  damaged?: 'checksum' | 'cut short'
}

/** `stop`: a limit says that no more may come. `none`: it is no stream after all. `noise`: nor was it costly to find out. */
async function inflateStream(
  { format, data }: Candidate,
  payload: Payload,
  wanted: Wanted,
  context: PluginContext,
): Promise<Stream | 'none' | 'noise' | 'stop'> {
  const { budget, signal } = context
  const { isWholeOnly } = wanted
  await nextTurn()
  if (signal.aborted || !budget.hasChildren()) return 'stop'
  const most = isWholeOnly ? Math.min(budget.remainingBytes, wanted.left) : budget.remainingBytes
  const result = await inflate(payload.subarray(data), most, signal)
  if (result === 'damaged') return 'none'
  if (result === 'large') {
    tellCut(context, most)
    return 'stop'
  }
  const { content, isWhole, consumed } = result
  const end = data + consumed
  const smallest = isWholeOnly ? smallestWhole : 1
  if (isWhole && content.length >= smallest && isIntact(format, content, payload, end)) return result
  wanted.left -= content.length
  if (isWholeOnly) return Math.max(content.length, consumed) < smallestDamaged ? 'noise' : 'none'
  if (content.length < smallestDamaged) return 'none'
  const hasEnd = isWhole && end + trailerSize[format] <= payload.length
  return { ...result, damaged: hasEnd ? 'checksum' : 'cut short' }
}

function tellCut({ budget }: PluginContext, most = budget.limits.max_bytes): void {
  budget.cut('max_bytes', `more than ${most} bytes produced`)
}

/** A name is data: `filename` is its last part. */
function toExtracted(
  payload: Payload,
  { format, offset, name }: Candidate,
  { content, damaged }: Stream,
): Extracted {
  const path = name && Buffer.from(payload.subarray(...name)).toString('latin1')
  const filename = path?.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..')
  const meta = {
    ...(filename !== undefined && { filename }),
    offset,
    size: content.length,
    format,
    ...(path && path !== filename && { original_path: path }),
    ...(damaged !== undefined && { damaged }),
  }
  return [meta, content]
}

async function* prepend(first: Extracted, rest: AsyncIterable<Extracted>): AsyncGenerator<Extracted, void> {
  yield first
  yield* rest
}
