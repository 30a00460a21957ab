import { createHash } from 'node:crypto'
import { StoqError } from '../errors.ts'
import { Budget } from '../pipeline/budget.ts'
import type { Extracted, PluginContext } from '../plugin/plugin.ts'
import type { PluginAnswer } from './run-plugin.ts'

/** One payload that a plugin found, by its facts. */
export interface Found {
  meta: Record<string, unknown>
  size: number
  sha256: string
}

/** What a plugin answered: what it found before the limits or its fault, text of a reader, or null. */
export interface Answer {
  found: Found[] | string | null
  /** What a worker said, and what a reader gave that is no text. */
  results?: unknown[]
  fault?: string
  /** The limits that cut it. */
  truncated?: string[]
}

/** One call of a plugin. */
export type Call = (payload: Uint8Array, kwargs: Record<string, unknown>, context: PluginContext) => unknown

/** Calls a plugin and reads all that it gives. A fault that is no StoqError is thrown: it is a crash. */
export async function askPlugin(
  call: Call,
  payload: Uint8Array,
  kwargs: Record<string, unknown>,
  limits: { max_children: number; max_bytes: number },
): Promise<Answer> {
  const budget = new Budget({ max_recursion: 3, max_time: 60, max_plugin_time: 60, ...limits })
  const found: Found[] = []
  let fault: string | undefined
  try {
    const result = await call(payload, kwargs, { budget, signal: new AbortController().signal })
    if (typeof result === 'string') return { found: result }
    for await (const item of (result ?? []) as AsyncIterable<Extracted>) {
      if (!budget.takeChild(item[1].byteLength)) break
      found.push(describe(item))
    }
  } catch (error) {
    // What came before the fault stands.
    if (!(error instanceof StoqError)) throw error
    fault = error.message
  }
  return toAnswer(found, fault, budget.truncated)
}

/** The answer that is kept beside a golden sample. */
export function answerOf({ found, results, fault, truncated }: PluginAnswer): Answer {
  const [first] = results
  if (results.length === 1 && typeof first === 'string') return { found: first }
  const facts = found.map(({ meta, content }) => describe([meta, content]))
  const answer = toAnswer(facts, fault?.message, truncated)
  return results.length > 0 ? { ...answer, results } : answer
}

function toAnswer(found: Found[], fault: string | undefined, cuts: readonly { limit: string }[]): Answer {
  const truncated = [...new Set(cuts.map(({ limit }) => limit))]
  return {
    found: found.length === 0 ? null : found,
    ...(fault !== undefined && { fault }),
    ...(truncated.length > 0 && { truncated }),
  }
}

function describe([meta, content]: Extracted): Found {
  return {
    meta: { ...meta },
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }
}
