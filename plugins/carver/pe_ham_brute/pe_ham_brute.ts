import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  type Stoq,
  StoqCarverPlugin,
} from 'stoq'
import { type Key, KeyGuesser, rotated } from './keys.ts'
import { decode, findProgram } from './programs.ts'

/** What is looked at between two looks at the clock. */
const pieceSize = 2 ** 20
/** Time for guessing grows with the length of keys. */
const longestKey = 256

/**
 * Finds PE files that are XORed with a repeating key by guessing the key: one to `key_length` - 1 bytes, found once and not
 * again for its multiples. Plain files are left to carver:pe.
 * meta: `offset` in the payload and `size` in bytes; `key_hex`, the key from that offset on, and `key`, the same as text
 * where it is UTF-8; `damaged` where sections are missing.
 */
export class PeHamBruteCarver extends StoqCarverPlugin {
  /** Keys are shorter than this. */
  key_length = 64
  /** Bytes in which keys are guessed and programs begin. */
  maximum_size = 2 ** 24
  /** Finds the end of a program. */
  pe: Pick<StoqCarverPlugin, 'carve'> | null = null

  override async activate(stoq: Stoq): Promise<boolean> {
    this.pe ??= await stoq.loadPlugin('pe', 'carver')
    return super.activate(stoq)
  }

  async carve(payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<ExtractedResult> {
    const limit = Number(kwargs['key_length'] ?? this.key_length)
    const found = this.#find(
      payload,
      Number.isFinite(limit) ? Math.min(limit, longestKey) : this.key_length,
      context,
    )
    const first = await found.next()
    return first.done ? null : prepend(first.value, found)
  }

  async *#find(payload: Payload, limit: number, context: PluginContext): AsyncGenerator<Extracted, void> {
    const end = Math.min(payload.length, this.maximum_size)
    if (end < payload.length) {
      context.budget.cut('maximum_size', `keys are guessed from the first ${end} bytes of ${payload.length}`)
    }
    const seen = new Set<number>()
    for (const key of guess(payload, end, limit, context)) {
      if (mustStop(context)) return
      const offset = findProgram(payload, key, end)
      if (offset === null) continue
      for await (const item of this.#programs(payload, key, offset, context)) {
        // A key that is nearly right finds a ruin of what a better one has found whole.
        const at = Number(item[0]['offset'])
        if (!seen.has(at)) yield item
        seen.add(at)
      }
    }
  }

  /** Every program under one key; those in others are for carver:pe to find. */
  async *#programs(
    payload: Payload,
    key: Key,
    start: number,
    context: PluginContext,
  ): AsyncGenerator<Extracted> {
    const decoded = decode(payload, key, start)
    const given = await this.pe?.carve(decoded, {}, context)
    let end = 0
    for await (const [meta, content] of (given ?? []) as AsyncIterable<Extracted>) {
      const at = Number(meta['offset'])
      if (at < end) continue
      end = at + content.length
      const offset = start + at
      // A copy: what was decoded need not stay for it.
      const damage = meta['damaged'] === undefined ? {} : { damaged: meta['damaged'] }
      yield [{ offset, size: content.length, ...told(rotated(key, offset)), ...damage }, content.slice()]
    }
  }
}

function guess(payload: Payload, end: number, limit: number, context: PluginContext): Key[] {
  const guesser = new KeyGuesser(limit)
  for (let start = 0; start < end && !mustStop(context); start += pieceSize) {
    guesser.look(payload, start, Math.min(end, start + pieceSize))
  }
  return guesser.keys
}

function mustStop({ budget, signal }: PluginContext): boolean {
  return signal.aborted || !budget.hasTime()
}

function told(key: Key): Record<string, string> {
  const key_hex = Buffer.from(key).toString('hex')
  try {
    return { key: utf8.decode(key), key_hex }
  } catch {
    // no text
    return { key_hex }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

async function* prepend(first: Extracted, rest: AsyncIterable<Extracted>): AsyncGenerator<Extracted, void> {
  yield first
  yield* rest
}
