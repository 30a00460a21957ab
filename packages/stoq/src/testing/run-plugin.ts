import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StoqError } from '../errors.ts'
import type { Message } from '../ingest/message.ts'
import { Budget, type BudgetLimits } from '../pipeline/budget.ts'
import { isIterable } from '../pipeline/collect.ts'
import type { SaveKwargs } from '../plugin/connector.ts'
import type { PluginOfKind } from '../plugin/kinds.ts'
import type { Extracted, Kwargs, PluginContext, StoqPlugin } from '../plugin/plugin.ts'
import type { ResultDocument, Truncation } from '../results/types.ts'
import { readGoldenSample } from './golden.ts'
import { locatePlugin } from './locate.ts'
import { openScratch, type Scratch } from './scratch.ts'
import { type StandIn, standIn } from './stand-in.ts'

/** What a plugin is run with beside its input. */
export interface RunOptions {
  /** Keywords, as a rule or a message gives them. */
  kwargs?: Kwargs
  /** Options of the plugin, stronger than those of its `.stoq` file. */
  options?: Record<string, unknown>
  /** Limits of the budget, where the usual ones will not do. */
  limits?: Partial<BudgetLimits>
  /** Name of the plugin, where its folder holds several. */
  name?: string
  /** A source is told to stop after so many messages; absent: it ends by itself. */
  stopAfter?: number
}

/** What a plugin did. */
export interface PluginAnswer {
  /** What an extractor, carver or decoder found. */
  found: { meta: Record<string, unknown>; content: Buffer }[]
  /** What a worker, reader or decorator gave, and the id that a connector saved under; empty: nothing. */
  results: unknown[]
  /** What a source put. */
  messages: Message[]
  /** The fault that ended it; what came before stands. */
  fault: StoqError | null
  /** What the budget has cut. */
  truncated: readonly Truncation[]
  /** What was logged, from `warning` on. */
  log: readonly string[]
}

/**
 * What a plugin is run on. Bytes, text (as UTF-8), the file of a golden sample, or a message whose other keys are keywords;
 * a document for decorators and connectors; a path, or several, for sources.
 */
export type RunInput = Uint8Array | string | URL | object | readonly string[] | null

/** A plugin that is loaded and active until it is disposed of: `await using opened = await openPlugin(...)`. */
export interface OpenPlugin extends AsyncDisposable {
  readonly plugin: StoqPlugin
  readonly scratch: Scratch
  run(input: RunInput, kwargs?: Kwargs): Promise<PluginAnswer>
}

/** Limits that no test should reach by chance. */
const usualLimits: BudgetLimits = {
  max_recursion: 3,
  max_children: 1000,
  max_bytes: 2 ** 26,
  max_time: 60,
  max_plugin_time: 60,
}

/**
 * Loads a plugin as stoQ does, with its `.stoq` file, runs it once and lets go of it:
 * `const { found } = await runPlugin(import.meta.dirname, 'payload')`.
 * Throws what is no StoqError: that is a mistake in the plugin.
 */
export async function runPlugin(
  place: string,
  input: RunInput,
  options: RunOptions = {},
): Promise<PluginAnswer> {
  await using opened = await openPlugin(place, options)
  return await opened.run(input, options.kwargs)
}

/** Loads a plugin to run it more than once. `place` as in `runPlugin`. */
export async function openPlugin(place: string, options: RunOptions = {}): Promise<OpenPlugin> {
  const { manifest, found } = locatePlugin(place, options.name)
  const { category, name } = manifest
  const plugin_options = { [category]: { [name]: options.options ?? {} } }
  const scratch = openScratch({ found, plugin_options })
  try {
    const worker = await standIn(scratch.stoq)
    const plugin = await scratch.stoq.loadPlugin(name, category, { parentname: worker.name })
    const run = (input: RunInput, kwargs: Kwargs = {}) =>
      answer({ plugin, scratch, worker, options }, input, kwargs)
    return { plugin, scratch, run, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
  } catch (error) {
    await scratch[Symbol.asyncDispose]()
    throw error
  }
}

interface Bench {
  plugin: StoqPlugin
  scratch: Scratch
  worker: StandIn
  options: RunOptions
}

async function answer(bench: Bench, input: RunInput, kwargs: Kwargs): Promise<PluginAnswer> {
  const budget = new Budget({ ...usualLimits, ...bench.options.limits })
  const context = { budget, signal: AbortSignal.timeout(budget.limits.max_time * 1000) }
  const result = { found: [], results: [], messages: [] } as Pick<
    PluginAnswer,
    'found' | 'results' | 'messages'
  >
  let fault: StoqError | null = null
  try {
    if (bench.plugin.category === 'source') result.messages = await ingest(bench, input)
    else await readAll(await call(bench, input, kwargs, context), bench.plugin, budget, result)
  } catch (error) {
    if (!(error instanceof StoqError)) throw error
    fault = error
  }
  return { ...result, fault, truncated: budget.truncated, log: bench.scratch.log }
}

/** Calls the one method of the plugin's kind. */
function call({ plugin }: Bench, input: RunInput, given: Kwargs, context: PluginContext): unknown {
  if (plugin.category === 'decorator') return as(plugin, 'decorator').decorate(input as ResultDocument)
  if (plugin.category === 'connector')
    return as(plugin, 'connector').save(input as object, given as SaveKwargs)
  const { payload, kwargs } = toPayload(input, given)
  if (plugin.category === 'worker') return as(plugin, 'worker').scan(payload, kwargs, context)
  if (payload === null) throw new StoqError('STOQ_PAYLOAD_MISSING', [plugin.id, 'null is for workers only'])
  if (plugin.category === 'reader') return as(plugin, 'reader').read(payload, kwargs, context)
  if (plugin.category === 'extractor') return as(plugin, 'extractor').extract(payload, kwargs, context)
  if (plugin.category === 'carver') return as(plugin, 'carver').carve(payload, kwargs, context)
  return as(plugin, 'decoder').decode(payload, kwargs, context)
}

/** The loader has checked that the class is that of the kind. */
function as<C extends Parameters<Scratch['stoq']['loadPlugin']>[1]>(
  plugin: StoqPlugin,
  _kind: C,
): PluginOfKind<C> {
  return plugin as PluginOfKind<C>
}

function toPayload(input: RunInput, kwargs: Kwargs): { payload: Uint8Array | null; kwargs: Kwargs } {
  if (input === null) return { payload: null, kwargs }
  if (typeof input === 'string') return { payload: Buffer.from(input), kwargs }
  if (input instanceof Uint8Array) return { payload: input, kwargs }
  if (input instanceof URL) return fromFile(fileURLToPath(input), kwargs)
  const { payload, ...metadata } = input as Message
  if (payload !== undefined)
    return { payload: toBytes(payload), kwargs: { ...metadata, ...kwargs } as Kwargs }
  const { path = '' } = metadata
  return fromFile(path, { ...metadata, ...kwargs } as Kwargs)
}

function toBytes(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

function fromFile(path: string, given: Kwargs): { payload: Uint8Array; kwargs: Kwargs } {
  const { name, payload, kwargs } = readGoldenSample(path, basename(path))
  return { payload, kwargs: { filename: name, ...kwargs, ...given } }
}

/** Reads what a plugin gives, item by item, as long as the budget has room. */
async function readAll(
  given: unknown,
  { category }: StoqPlugin,
  budget: Budget,
  { found, results }: Pick<PluginAnswer, 'found' | 'results'>,
): Promise<void> {
  const isFinder = category === 'extractor' || category === 'carver' || category === 'decoder'
  for await (const item of itemsOf(given)) {
    if (!isFinder) results.push(item)
    else {
      const [meta, content] = item as Extracted
      if (!budget.takeChild(content.byteLength)) return
      found.push({ meta, content: Buffer.from(content) })
    }
  }
}

function itemsOf(given: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  if (given === null || given === undefined || given === false || given === '') return []
  const isOne = typeof given !== 'object' || ArrayBuffer.isView(given) || !isIterable(given)
  return isOne ? [given] : given
}

async function ingest({ plugin, worker, scratch, options }: Bench, input: RunInput): Promise<Message[]> {
  worker.messages.length = 0
  worker.paths = [input ?? []].flat().map(path => (path instanceof URL ? fileURLToPath(path) : String(path)))
  worker.path = worker.paths[0] ?? null
  for (const path of worker.paths) scratch.stoq.grantPath(path)
  const { stopping } = scratch.stoq
  worker.onMessage = count => void (count === options.stopAfter && stopping.abort())
  await as(plugin, 'source').ingest(stopping.signal)
  return [...worker.messages]
}
