import { randomUUID } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { nearest } from './cli/nearest.ts'
import { type Logger, type LogLevel, LogSinks } from './config/logger.ts'
import {
  type LoadedSettings,
  loadSettings,
  pluginFolders,
  type Settings,
  type SettingsInput,
  settingNames,
} from './config/settings.ts'
import { StoqError } from './errors.ts'
import type { HttpOptions, RequestOptions } from './ingest/http.ts'
import { type ReadLimits, readAllowedFile, streamAllowedFile } from './ingest/read-file.ts'
import { forceUnicode } from './payload/text.ts'
import { NeedsRights, neededRights, type Right } from './pipeline/rights.ts'
import { tlpLevels } from './pipeline/tlp.ts'
import { isPluginCategory, type PluginCategory, pluginCategories } from './plugin/categories.ts'
import type { ByteStream } from './plugin/connector.ts'
import { type Discovery, discoverPlugins } from './plugin/discovery.ts'
import type { PluginOfKind } from './plugin/kinds.ts'
import { PluginLifecycle } from './plugin/lifecycle.ts'
import { type LoadOptions, loadPlugin } from './plugin/loader.ts'
import type { PluginManifest } from './plugin/manifest.ts'
import type { StoqWorkerPlugin } from './plugin/worker.ts'
import type { Inherited } from './pool/inherited.ts'
import { dumps, loads, normalizeJson, sanitizeJson } from './results/json.ts'
import { hashPath, type WriteOptions, writePayload } from './results/write.ts'

/** What a Stoq is made with: any setting, and what the command line was. */
export type StoqOptions = SettingsInput & {
  /** The command line: program, worker, flags. Workers read from the third word on. */
  argv?: string[]
  /** Where log lines for people go; standard error when absent. */
  stderr?: (line: string) => void
  /** True: payloads are scanned in processes of their own, as the command line does. False: in this one. */
  isolates?: boolean
  /** Plugins that were searched for already. */
  found?: Discovery | null
  /** What a scan process is given by the process that started it. */
  inherited?: Inherited
}

/** The framework: settings, log, plugins, files. One for each run; `close` when done. */
export class Stoq {
  readonly tlps = tlpLevels
  readonly dumps = dumps
  readonly loads = loads
  readonly sanitizeJson = sanitizeJson
  readonly normalizeJson = normalizeJson
  readonly forceUnicode = forceUnicode
  readonly settings: Readonly<Settings>
  /** Options of stoq.cfg that stoQ does not know, for plugins that do. */
  readonly extra: LoadedSettings['extra']
  /** The section `[scan]` of stoq.cfg. */
  readonly scanDefaults: LoadedSettings['scan']
  readonly log: Logger
  /** The command line; emptied once the primary worker has read it. */
  argv: string[]
  /** The command line as it was. */
  readonly commandLine: string[]
  /** Aborted when stoQ is to stop: sources end, what is in flight is finished. */
  readonly stopping = new AbortController()
  /** Aborted when what is in flight is to be given up. */
  readonly ending = new AbortController()
  /** True: payloads are scanned in processes of their own. */
  readonly isolates: boolean
  /** What this scan process may do; null: this is no scan process. */
  readonly rights: readonly Right[] | null
  readonly #sinks: LogSinks
  readonly #lifecycle = new PluginLifecycle()
  readonly #grantedFolders: string[] = []
  /** Real paths: many thousands may be named. */
  readonly #grantedFiles = new Set<string>()
  #worker: StoqWorkerPlugin | null = null
  #discovery: Discovery | null = null
  readonly #found: Discovery | null

  constructor(options: StoqOptions = {}) {
    const {
      argv = [''],
      stderr = line => void process.stderr.write(line),
      isolates = false,
      inherited,
      found = null,
      ...input
    } = options
    const loaded = inherited ? { settings: inherited.settings, extra: {}, scan: {} } : loadSettings(input)
    this.isolates = isolates
    this.#found = found
    this.rights = inherited?.rights ?? null
    if (inherited) this.#discovery = { plugins: inherited.plugins, faults: [], notes: [] }
    this.settings = loaded.settings
    this.extra = loaded.extra
    this.scanDefaults = loaded.scan
    this.argv = argv
    this.commandLine = argv
    this.#sinks = new LogSinks({
      level: this.settings.log_level,
      syntax: this.settings.log_syntax,
      directory: inherited ? null : this.settings.log_dir,
      maxBytes: this.settings.log_maxbytes,
      backupCount: this.settings.log_backup_count,
      stderr,
      ...(inherited && { forward: inherited.forward }),
    })
    this.log = this.#sinks.logger('stoq')
    for (const key of Object.keys(this.extra)) this.#warnOfTypo(key)
  }

  /** Plugins may have options of their own in stoq.cfg: only what looks like a mistyped setting is told. */
  #warnOfTypo(key: string): void {
    const near = nearest(key, settingNames())
    if (near) this.log.warning(`stoq.cfg: there is no setting '${key}'${near}`)
  }

  /** The primary worker: the first one that was activated. Throws before there is one. */
  get worker(): StoqWorkerPlugin {
    if (!this.#worker)
      throw new StoqError('STOQ_PLUGIN_LOAD', ['the primary worker', 'no worker is active yet'])
    return this.#worker
  }

  /** Called by workers as they activate; the first one stays the primary. */
  adoptWorker(worker: StoqWorkerPlugin): void {
    this.#worker ??= worker
  }

  /** Called by workers as they end, or could not begin: the next one to activate is the primary. */
  releaseWorker(worker: StoqWorkerPlugin): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.argv = this.commandLine
  }

  get logLevel(): LogLevel {
    return this.#sinks.level
  }

  set logLevel(level: LogLevel) {
    this.#sinks.level = level
  }

  /** Everything found in the plugin folders, searched at first use. */
  get discovery(): Discovery {
    this.#discovery ??= this.#found ? this.#adopt(this.#found) : this.collectPlugins()
    return this.#discovery
  }

  /** Searches the plugin folders again. What is wrong with a plugin is logged once, and that plugin left out. */
  collectPlugins(): Discovery {
    return this.#adopt(discoverPlugins(pluginFolders(this.settings)))
  }

  #adopt(found: Discovery): Discovery {
    for (const fault of found.faults) this.log.error(fault)
    for (const note of found.notes) this.log[note.endsWith('does not exist') ? 'debug' : 'warning'](note)
    this.#discovery = found
    return found
  }

  /** The manifest of a plugin; its name is matched in any case. Throws STOQ_PLUGIN_UNKNOWN with the nearest name. */
  getPlugin<C extends PluginCategory>(name: string, category: C): PluginManifest & { category: C } {
    if (!isPluginCategory(category)) {
      const hint = nearest(String(category), pluginCategories) || ` (one of ${pluginCategories.join(', ')})`
      throw new StoqError('STOQ_PLUGIN_UNKNOWN', [String(category), name, hint])
    }
    const known = this.getPluginsOfCategory(category)
    const found = known.find(plugin => plugin.name.toLowerCase() === name.toLowerCase())
    if (found) return found
    const names = known.map(plugin => plugin.name)
    throw new StoqError('STOQ_PLUGIN_UNKNOWN', [category, name, nearest(name, names)])
  }

  getPluginsOfCategory<C extends PluginCategory>(category: C): (PluginManifest & { category: C })[] {
    return this.discovery.plugins.filter(
      (plugin): plugin is PluginManifest & { category: C } => plugin.category === category,
    )
  }

  /** Loads and activates a plugin; it is deactivated by `close`. Throws a StoqError that says why not. */
  async loadPlugin<C extends PluginCategory>(
    name: string,
    category: C,
    options: LoadOptions = {},
  ): Promise<PluginOfKind<C>> {
    const manifest = this.getPlugin(name, category)
    this.#checkRights(manifest)
    if (this.#worker) this.argv = ['']
    const plugin = await loadPlugin(this, manifest, options)
    this.#lifecycle.add(plugin)
    this.log.debug(`${plugin.id} ${manifest.version} is active`)
    return plugin
  }

  #checkRights(manifest: PluginManifest): void {
    const needed = neededRights(manifest)
    if (this.rights && !needed.every(right => this.rights?.includes(right))) throw new NeedsRights(needed)
  }

  /** The logger of a name such as `stoq.worker.yara`. */
  logger(name: string): Logger {
    return this.#sinks.logger(name)
  }

  /** The kinds of plugin. */
  getCategories(): readonly PluginCategory[] {
    return pluginCategories
  }

  /** Manifests of every plugin that was found, by kind and name. */
  getAllPlugins(): readonly PluginManifest[] {
    return this.discovery.plugins
  }

  /** A random id. */
  getUuid(): string {
    return randomUUID()
  }

  /** Now, ISO 8601 in UTC. */
  getTime(): string {
    return new Date().toISOString()
  }

  /** A path that a person named: it may be read whatever `source_base_tuple` says. */
  grantPath(path: string): void {
    try {
      const isFile = statSync(path).isFile()
      if (isFile) this.#grantedFiles.add(realpathSync.native(path))
      else this.#grantedFolders.push(path)
    } catch {
      // It may become a folder until it is read.
      this.#grantedFolders.push(path)
    }
  }

  /** True when the source is an address, not a path. */
  isUrl(source: string): boolean {
    return this.settings.url_prefix_tuple.some(prefix => source.startsWith(prefix))
  }

  /** The bytes of an allowed path or address. Throws when it is not allowed, not there or too large. */
  async getFile(source: string, options: RequestOptions = {}): Promise<Uint8Array> {
    if (this.isUrl(source)) return this.#request('GET', source, options)
    return readAllowedFile(source, this.#readLimits)
  }

  /** As `getFile` for a path: its bytes as they are read. */
  getStream(path: string): ByteStream {
    return streamAllowedFile(path, this.#readLimits)
  }

  get #readLimits(): ReadLimits {
    const { source_base_tuple, max_payload_size: maxBytes } = this.settings
    return { bases: [...source_base_tuple, ...this.#grantedFolders], files: this.#grantedFiles, maxBytes }
  }

  /** PUT; the body of the answer. */
  async putFile(url: string, options: RequestOptions = {}): Promise<Uint8Array> {
    return this.#request('PUT', url, options)
  }

  /** POST, as a form with `files`; the body of the answer. */
  async postFile(url: string, options: RequestOptions = {}): Promise<Uint8Array> {
    return this.#request('POST', url, options)
  }

  async #request(method: HttpOptions['method'], url: string, options: RequestOptions): Promise<Uint8Array> {
    const { httpRequest } = await import('./ingest/http.ts')
    const { useragent, max_payload_size, allow_private_urls, url_prefix_tuple } = this.settings
    const defaults = {
      userAgent: useragent,
      maxBytes: max_payload_size,
      allowPrivate: allow_private_urls,
      allowedPrefixes: [...url_prefix_tuple],
    }
    return httpRequest({ ...defaults, ...options, method, url }, this.ending.signal)
  }

  /** Writes below a folder (the base folder when absent), never outside of it, never half; resolves to the path. */
  async write(content: Uint8Array | string, options: Partial<WriteOptions> = {}): Promise<string> {
    const { base_dir, filename_suffix } = this.settings
    return writePayload(content, { path: base_dir, suffix: filename_suffix, ...options })
  }

  /** Folder of the archive for a sha1: its first five digits, one folder each. */
  hashpath(sha1: string): string {
    return hashPath(this.settings.archive_base, sha1)
  }

  /** Deactivates every plugin, last one first, and closes the log. */
  async close(): Promise<void> {
    this.stopping.abort()
    this.ending.abort()
    await this.#lifecycle.close()
    await this.#sinks.close()
  }
}
