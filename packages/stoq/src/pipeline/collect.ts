import type { ScanResult } from '../results/types.ts'
import { isThenable, LimitReached, type PluginCallContext } from './call-plugin.ts'
import { takeTurns } from './turn.ts'

/** What a worker's `scan` gave: each element is one result; `handled`: the worker did everything itself. */
export interface Collected {
  elements: ScanResult[]
  handled: boolean
  /** A fault after the elements that were read. */
  fault?: unknown
}

/** Settles any form of scan result: promise, value, list, generator, async generator. */
export async function collect(
  given: unknown,
  call: PluginCallContext,
  ending: AbortSignal,
): Promise<Collected> {
  const result = isThenable(given) ? await call.withinTime(given) : given
  if (result === true) return { elements: [], handled: true }
  if (result === null || result === undefined || result === false) return { elements: [], handled: false }
  if (typeof result !== 'object' || ArrayBuffer.isView(result)) return { elements: [result], handled: false }
  if (Array.isArray(result)) return { elements: bounded(result, call), handled: false }
  if (isIterable(result)) return readAll(result, call, ending)
  return { elements: [result], handled: false }
}

/** One element stands for itself, none is null, several are a list. */
export function unwrap(elements: readonly ScanResult[]): ScanResult {
  return elements.length > 1 ? elements : (elements[0] ?? null)
}

/** True for generators and lists; a Map or Set is one value. */
export function isIterable(value: object): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (value instanceof Map || value instanceof Set) return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}

/** A worker may give as many results as a payload may have children, and one in any case. */
function mostResults(call: PluginCallContext): number {
  return Math.max(1, call.budget.limits.max_children)
}

function tellCut(call: PluginCallContext): void {
  call.book()
  call.budget.cut('max_children', `more than ${mostResults(call)} results`)
}

function bounded(elements: readonly unknown[], call: PluginCallContext): unknown[] {
  if (elements.length > mostResults(call)) tellCut(call)
  return elements.slice(0, mostResults(call))
}

/** What was read before a fault stands. */
async function readAll(
  source: Iterable<unknown> | AsyncIterable<unknown>,
  call: PluginCallContext,
  ending: AbortSignal,
): Promise<Collected> {
  const elements: unknown[] = []
  try {
    for await (const element of eachWithinTime(source, call, ending)) {
      if (elements.length >= mostResults(call)) {
        tellCut(call)
        break
      }
      elements.push(element)
    }
  } catch (fault) {
    return { elements, handled: false, fault }
  }
  return { elements, handled: false }
}

/** Reads an iterable of a plugin, each step within its time; the iterable is closed when the reader stops. */
export async function* eachWithinTime<T>(
  source: Iterable<T> | AsyncIterable<T>,
  call: PluginCallContext,
  ending: AbortSignal,
): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let ended = false
  try {
    for (;;) {
      await takeTurns(ending)
      call.book()
      if (call.budget.remainingTime === 0) throw new LimitReached('max_time')
      const begin = performance.now()
      const next = iterator.next()
      const step = isThenable(next) ? await call.withinTime(next) : next
      call.spent += performance.now() - begin
      if (step.done) {
        ended = true
        return
      }
      yield step.value
    }
  } finally {
    // A generator that hangs in its own clean-up is not waited for.
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
