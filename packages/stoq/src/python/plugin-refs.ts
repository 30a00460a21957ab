import { StoqError } from '../errors.ts'
import { Budget } from '../pipeline/budget.ts'
import { isIterable } from '../pipeline/collect.ts'
import { isPython } from '../plugin/manifest.ts'
import type { PluginContext, StoqPlugin } from '../plugin/plugin.ts'
import { StoqWorkerPlugin } from '../plugin/worker.ts'

/** A call of another plugin. */
export interface Invocation {
  method: string
  payload: unknown
  kwargs: object
  context: PluginContext | null
}

type Method = (this: StoqPlugin, ...args: unknown[]) => unknown

/** What Python calls it, what it is called here, and what it takes: a word that is none of the first three is a keyword. */
const methods = new Map<string, { name: string; words: readonly string[] }>([
  ['scan', { name: 'scan', words: ['payload', 'kwargs', 'context'] }],
  ['read', { name: 'read', words: ['payload', 'kwargs', 'context'] }],
  ['extract', { name: 'extract', words: ['payload', 'kwargs', 'context'] }],
  ['carve', { name: 'carve', words: ['payload', 'kwargs', 'context'] }],
  ['decode', { name: 'decode', words: ['payload', 'kwargs', 'context'] }],
  ['decorate', { name: 'decorate', words: ['payload'] }],
  ['save', { name: 'save', words: ['payload', 'kwargs'] }],
  ['get_file', { name: 'getFile', words: ['kwargs'] }],
  ['connect', { name: 'connect', words: [] }],
  ['disconnect', { name: 'disconnect', words: [] }],
  ['publish', { name: 'publish', words: ['payload', 'key', 'err', 'priority'] }],
  ['publish_connect', { name: 'publishConnect', words: [] }],
  ['publish_release', { name: 'publishRelease', words: [] }],
])

/** Other plugins that a Python plugin knows, by number; `self` and `primary` are workers. */
export class PluginRefs {
  readonly #own: StoqPlugin
  readonly #known: StoqPlugin[] = []

  constructor(own: StoqPlugin) {
    this.#own = own
  }

  /** The number of a plugin. */
  add(plugin: StoqPlugin): number {
    const index = this.#known.indexOf(plugin)
    return index >= 0 ? index : this.#known.push(plugin) - 1
  }

  /** The worker that a number or word stands for. */
  worker(ref: unknown): StoqWorkerPlugin {
    const plugin = this.#get(ref)
    if (plugin instanceof StoqWorkerPlugin) return plugin
    throw new StoqError('STOQ_PLUGIN_FAILED', [plugin.id, 'it is no worker'])
  }

  /** Calls a plugin; what it gives piece by piece is read to its end. */
  async invoke(ref: unknown, { method, payload, kwargs, context }: Invocation): Promise<unknown> {
    const plugin = this.#get(ref)
    const known = methods.get(method)
    const called: unknown = known && Reflect.get(plugin, known.name)
    if (!known || typeof called !== 'function')
      throw new StoqError('STOQ_PLUGIN_FAILED', [plugin.id, `it has no method '${method}'`])
    const given: Record<string, unknown> = {
      ...kwargs,
      payload: bytesFor(plugin, method, payload),
      kwargs,
      context: context ?? this.#freshContext(),
    }
    const result = await (called as Method).apply(
      plugin,
      known.words.map(word => given[word]),
    )
    return isStream(result) ? await readAll(result) : result
  }

  /** The value of an option or field. */
  attribute(ref: unknown, name: string): { found: boolean; value?: unknown } {
    const plugin = this.#get(ref)
    const isKnown = Object.hasOwn(plugin, name) || ['name', 'category', 'plugin_path'].includes(name)
    const value: unknown = isKnown ? Reflect.get(plugin, name) : undefined
    return isData(value) ? { found: true, value } : { found: false }
  }

  /** Sets an option or field that is there. */
  setAttribute(ref: unknown, name: string, value: unknown): void {
    const plugin = this.#get(ref)
    if (!Object.hasOwn(plugin, name) || !isData(Reflect.get(plugin, name)))
      throw new StoqError('STOQ_PLUGIN_FAILED', [plugin.id, `it has no option '${name}'`])
    Reflect.set(plugin, name, value)
  }

  #get(ref: unknown): StoqPlugin {
    if (ref === 'self') return this.#own
    if (ref === 'primary') return this.#own.stoq.worker
    const plugin = typeof ref === 'number' ? this.#known[ref] : undefined
    if (!plugin)
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.#own.id, 'it asks for a plugin that it has not loaded'])
    return plugin
  }

  /** Where no call is under way: in a heartbeat, a source. */
  #freshContext(): PluginContext {
    const { settings, ending } = this.#own.stoq
    return { budget: new Budget(settings), signal: ending.signal }
  }
}

async function readAll(stream: Iterable<unknown> | AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** Plugins of Python gave each other texts as well; all others take bytes. */
function bytesFor({ manifest }: StoqPlugin, method: string, payload: unknown): unknown {
  const isText = typeof payload === 'string' && method !== 'save' && !isPython(manifest)
  return isText ? Buffer.from(payload) : payload
}

function isData(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  if (Array.isArray(value)) return value.every(isData)
  return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}

function isStream(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !ArrayBuffer.isView(value) && isIterable(value)
}
