import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { StoqError } from '../errors.ts'
import { forceUnicode } from '../payload/text.ts'
import { NeedsRights } from '../pipeline/rights.ts'
import { isPluginCategory, type PluginCategory } from '../plugin/categories.ts'
import type { PluginContext, StoqPlugin } from '../plugin/plugin.ts'
import { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { WriteOptions } from '../results/write.ts'
import { PluginRefs } from './plugin-refs.ts'
import type { Question } from './protocol.ts'

type Answer = (...args: never[]) => unknown

/** Answers what a Python plugin asks of stoQ: the methods of `self.stoq`, of workers and of other plugins. */
export class Answers {
  /** What the call that is under way has to keep to; null: none is. */
  context: PluginContext | null = null
  /** Set when a plugin was asked for that only another scan process may load. */
  needed: NeedsRights | null = null
  readonly #plugin: StoqPlugin
  readonly #refs: PluginRefs
  readonly #onActivate: ((options: Record<string, unknown>) => Promise<void>) | undefined
  #isActivated = false

  constructor(plugin: StoqPlugin, onActivate?: (options: Record<string, unknown>) => Promise<void>) {
    this.#plugin = plugin
    this.#onActivate = onActivate
    this.#refs = new PluginRefs(plugin)
  }

  async answer({ name, args }: Question): Promise<unknown> {
    const found = Object.hasOwn(this.#table, name) ? this.#table[name] : undefined
    if (!found) throw new StoqError('STOQ_PLUGIN_FAILED', [this.#plugin.id, `stoQ has no '${name}'`])
    try {
      return await found(...(args as never[]))
    } catch (error) {
      if (error instanceof NeedsRights) this.needed = error
      throw error
    }
  }

  readonly #table: Record<string, Answer> = {
    activate: (options: Record<string, unknown>) => this.#activate(options),
    load: (owner: string, category: string, name: string) => this.#load(owner, category, name),
    invoke: (ref: unknown, method: string, payload: unknown, kwargs: object) =>
      this.#refs.invoke(ref, { method, payload, kwargs, context: this.context }),
    start: async (ref: unknown, payload: Uint8Array | null, kwargs: object) =>
      (await this.#refs.worker(ref).start(payload, { ...kwargs })).at(-1),
    get_attribute: (ref: unknown, name: string) => this.#refs.attribute(ref, name),
    set_attribute: (ref: unknown, name: string, value: unknown) => this.#refs.setAttribute(ref, name, value),
    put: async (message: object) => {
      await this.#primary.multiprocessPut({ ...message })
    },
    put_and_wait: async (message: object) => (await this.#primary.multiprocessPut({ ...message })).done,
    plugins: (category: string) => this.#describePlugins(category),
    get_file: (source: string, options: object) => this.#plugin.stoq.getFile(source, options),
    put_file: (url: string, options: object) => this.#plugin.stoq.putFile(url, options),
    post_file: (url: string, options: object) => this.#plugin.stoq.postFile(url, filesOf(options)),
    write: (content: Uint8Array | string, options: object) => this.#write(content, withoutNull(options)),
    force_unicode: (bytes: Uint8Array) => forceUnicode(bytes),
    get_ssdeep: async (bytes: Uint8Array) => (await import('../payload/ssdeep.ts')).getSsdeep(bytes),
    compare_ssdeep: async (one: Uint8Array, other: Uint8Array) =>
      (await import('../payload/ssdeep.ts')).compareSsdeepPayloads(one, other),
    get_magic: async (bytes: Uint8Array, mime: boolean) =>
      (await import('../payload/magic.ts')).getMagic(bytes, mime),
  }

  get #primary(): StoqWorkerPlugin {
    return this.#plugin.stoq.worker
  }

  /** A process that was started again activates the plugin once more; for stoQ it is active already. */
  async #activate(options: Record<string, unknown>): Promise<object> {
    const { stoq } = this.#plugin
    if (!this.#isActivated) await this.#onActivate?.(options)
    this.#isActivated = true
    return { primary: stoq.worker === this.#plugin, level: stoq.logLevel }
  }

  async #load(owner: string, category: string, name: string): Promise<object> {
    if (!isPluginCategory(category)) throw new StoqError('STOQ_PLUGIN_UNKNOWN', [category, name, ''])
    const worker = owner === 'self' ? this.#plugin : owner === 'primary' ? this.#primary : null
    const plugin =
      worker instanceof StoqWorkerPlugin
        ? await loaders[category](worker, name)
        : await this.#plugin.stoq.loadPlugin(name, category, { parentname: this.#plugin.name })
    return { ref: this.#refs.add(plugin), name: plugin.name }
  }

  #describePlugins(category: string): string[][] {
    const found = this.#plugin.stoq.getAllPlugins().filter(plugin => plugin.category === category)
    return found.map(({ name, version, description }) => [name, version, description])
  }

  /** What is there already, with the same content, is saved. */
  async #write(content: Uint8Array | string, options: Partial<WriteOptions>): Promise<string> {
    const { stoq } = this.#plugin
    try {
      return await stoq.write(content, options)
    } catch (error) {
      const { path = stoq.settings.base_dir, filename } = options
      const isThere = error instanceof StoqError && error.code === 'STOQ_WRITE_EXISTS' && filename
      if (!isThere) throw error
      const file = resolve(path, basename(filename))
      if (!readFileSync(file).equals(Buffer.from(content))) throw error
      return file
    }
  }
}

const loaders: Record<PluginCategory, (worker: StoqWorkerPlugin, name: string) => Promise<StoqPlugin>> = {
  worker: (worker, name) => worker.loadWorker(name),
  connector: (worker, name) => worker.loadConnector(name),
  reader: (worker, name) => worker.loadReader(name),
  source: (worker, name) => worker.loadSource(name),
  extractor: (worker, name) => worker.loadExtractor(name),
  carver: (worker, name) => worker.loadCarver(name),
  decoder: (worker, name) => worker.loadDecoder(name),
  decorator: (worker, name) => worker.loadDecorator(name),
}

function withoutNull(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null))
}

/** `files={'file': ('name', content)}` and `files={'file': content}`, as the library requests takes them. */
function filesOf(options: { files?: Record<string, unknown> }): object {
  if (!options.files) return options
  const files = Object.entries(options.files).map(([field, file]) => {
    if (!Array.isArray(file)) return [field, bytesOf(file)]
    const [filename, content] = file
    return [field, { filename: String(filename), content: bytesOf(content) }]
  })
  return { ...options, files: Object.fromEntries(files) }
}

function bytesOf(content: unknown): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.from(String(content))
}
