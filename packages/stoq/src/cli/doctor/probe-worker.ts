import { errorText, StoqError } from '../../errors.ts'
import type { PluginCategory } from '../../plugin/categories.ts'
import type { Kwargs, Payload, PluginContext, StoqPlugin } from '../../plugin/plugin.ts'
import { StoqWorkerPlugin } from '../../plugin/worker.ts'

/** What came of asking a plugin. */
export interface Answer {
  /** Payloads, texts or results that it gave. */
  found: number
  /** What it said was wrong with the sample. */
  fault?: string
  /** What its `check` said is wrong. */
  check?: string | null
}

/** What a plugin is asked with, by the keys of a message. */
export interface Question {
  /** `category:name`. */
  probe: string
  /** True: it is only loaded. */
  loadOnly: boolean
  /** True: its `check` is called. */
  check: boolean
}

type Call = (payload: Payload, kwargs: Kwargs, context: PluginContext) => unknown

const methods: Partial<Record<PluginCategory, string>> = {
  ...{ worker: 'scan', reader: 'read', extractor: 'extract', carver: 'carve', decoder: 'decode' },
}

/** Asks another plugin, where payloads are scanned: under its limits, in its process, with its rights. */
export class ProbeWorker extends StoqWorkerPlugin {
  async scan(payload: Payload | null, kwargs: Kwargs, context: PluginContext): Promise<Answer> {
    const { probe, loadOnly, check, ...rest } = kwargs as Kwargs & Question
    const [category = '', name = ''] = probe.split(':')
    const plugin = await this.#load(category as PluginCategory, name)
    const said = check && plugin.check ? { check: await plugin.check() } : {}
    const method = (plugin as unknown as Record<string, Call>)[methods[plugin.manifest.category] ?? '']
    if (loadOnly || !payload || !method) return { found: 0, ...said }
    return { ...(await ask(method.bind(plugin), payload, rest, context)), ...said }
  }

  #load(category: PluginCategory, name: string): Promise<StoqPlugin> {
    if (category === 'worker') return this.loadWorker(name)
    if (category === 'reader') return this.loadReader(name)
    if (category === 'extractor') return this.loadExtractor(name)
    return category === 'carver' ? this.loadCarver(name) : this.loadDecoder(name)
  }
}

/** A fault that a plugin tells of is an answer; any other is its failure. */
async function ask(call: Call, payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<Answer> {
  let found = 0
  try {
    const given = await call(payload, kwargs, context)
    if (!isList(given)) return { found: given === null || given === undefined || given === false ? 0 : 1 }
    for await (const _ of given) found++
    return { found }
  } catch (error) {
    if (error instanceof StoqError) return { found, fault: errorText(error) }
    throw error
  }
}

function isList(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return Symbol.iterator in value || Symbol.asyncIterator in value
}
