import { StoqArgs } from '../cli/args.ts'
import type { LogLevel } from '../config/logger.ts'
import { StoqError } from '../errors.ts'
import type { Message, Receipt } from '../ingest/message.ts'
import type { Run } from '../ingest/run.ts'
import { isTlp } from '../pipeline/tlp.ts'
import type { ResultDocument, ScanResult } from '../results/types.ts'
import type { Stoq } from '../stoq.ts'
import type { PluginCategory } from './categories.ts'
import type { PluginOfKind } from './kinds.ts'
import { type Kwargs, type Payload, type PluginContext, StoqPlugin } from './plugin.ts'

/** The plugins of one kind that a worker has loaded, by name. */
export type Loaded<C extends PluginCategory> = Record<string, PluginOfKind<C>>

/**
 * Produces data from payloads: the plugin that is named on the command line.
 * Its fields are options of its `.stoq` file and flags of the command line alike; null: the setting of stoq.cfg holds.
 */
export abstract class StoqWorkerPlugin extends StoqPlugin {
  /** True: the root entry of a document gets its hashes. */
  hashpayload = true
  /** True: documents are saved through the output connector. */
  saveresults = true
  /** Payloads tagged more restrictively than this are refused. */
  max_tlp = ''
  /** True: YARA rules route payloads to extractors, carvers, decoders and workers. */
  dispatch = false
  /** File, folder or address that the source reads. */
  path: string | null = null
  /** All paths, when several were named. */
  paths: string[] = []
  source_plugin: string | null = null
  source_queue: string | null = null
  error_queue = false
  output_connector: string | null = null
  /** How the output connector writes; null: as its own option says. */
  format: string | null = null
  archive_connector: string | null = null
  decorator_plugin: string | null = null
  /** Name of a template in the `templates` folder of this plugin or of the base folder, or of one that comes with stoQ. */
  template: string | null = null
  /** True: the document is saved beside the rendered template. */
  template_and_json = false
  combined_results = true
  /** True: only documents with findings are saved. */
  findings_only = false
  outfile: string | null = null
  use_output_date = false
  flatten_results = false
  flatten_delimiter = ':'
  default_tlp: string | null = null
  /** `key:value` words of --metadata, or an object. */
  ingest_metadata: string[] | Record<string, unknown> = []
  /** `count/seconds`. */
  ratelimit = ''
  /** Seconds between the end of a run and the start of the next; 0: one run. */
  cron = 0
  /** Scan processes; 0: the setting of stoq.cfg holds. */
  max_processes = 0
  /** False: the worker does not parse what it is given, and runs in the process of stoQ itself. */
  isolate = true
  /** False: the worker is told where payloads are, and they are not fetched for it. */
  fetches = true
  /** File that the statistics of plugin calls are written to at the end of the run, as JSON. */
  stats: string | null = null
  log_level: LogLevel | null = null
  // Limits of the budget, as text or number; null: the setting of stoq.cfg holds.
  max_recursion: number | string | null = null
  max_children: number | string | null = null
  max_bytes: number | string | null = null
  max_time: number | string | null = null
  max_plugin_time: number | string | null = null
  max_memory: number | string | null = null

  readonly workers: Loaded<'worker'> = Object.create(null)
  readonly connectors: Loaded<'connector'> = Object.create(null)
  readonly readers: Loaded<'reader'> = Object.create(null)
  readonly sources: Loaded<'source'> = Object.create(null)
  readonly extractors: Loaded<'extractor'> = Object.create(null)
  readonly carvers: Loaded<'carver'> = Object.create(null)
  readonly decoders: Loaded<'decoder'> = Object.create(null)
  readonly decorators: Loaded<'decorator'> = Object.create(null)
  readonly #loading = new Map<string, Promise<unknown>>()
  #run: Run | null = null

  /**
   * Analyses one payload (null for workers that produce data themselves).
   * Object or text: one document. List, generator or async generator: one document for each element.
   * null, false: nothing found, the document says so. true: the worker did everything itself, no document.
   */
  abstract scan(
    payload: Payload | null,
    kwargs: Kwargs,
    context: PluginContext,
  ): ScanResult | Promise<ScanResult> | AsyncIterable<ScanResult>

  /** Takes over the flags of the command line; the first worker that activates becomes `stoq.worker`. */
  override async activate(stoq: Stoq, options?: Record<string, unknown>): Promise<boolean> {
    const said = options ?? new StoqArgs().parseArgs(stoq.argv.slice(2))
    for (const [key, value] of Object.entries(said)) if (value != null) Reflect.set(this, key, value)
    if (this.max_tlp && !isTlp(this.max_tlp)) {
      throw new StoqError('STOQ_PLUGIN_OPTION', [
        this.id,
        'max_tlp',
        this.manifest.config,
        tlpWords,
        this.max_tlp,
      ])
    }
    if (this.default_tlp && !isTlp(this.default_tlp)) {
      throw new StoqError('STOQ_PLUGIN_OPTION', [
        this.id,
        'default_tlp',
        this.manifest.config,
        tlpWords,
        this.default_tlp,
      ])
    }
    if (this.log_level) stoq.logLevel = this.log_level
    stoq.adoptWorker(this)
    return super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    await this.#run?.close()
    this.stoq?.releaseWorker(this)
    await super.deactivate()
  }

  /** True where `scan` is called: false in the process that only hands payloads to scan processes. */
  get scansHere(): boolean {
    return !this.stoq.isolates || !this.isolate
  }

  /** Every path that was named, as `path` or `paths`. */
  get namedPaths(): readonly string[] {
    if (this.paths.length > 0) return this.paths
    return this.path === null ? [] : [this.path]
  }

  /** The run that this worker is part of, where it has begun. */
  get currentRun(): Run | null {
    return this.#run
  }

  /** The run that this worker is part of, made at first use: scan processes never load what it takes. */
  async openRun(): Promise<Run> {
    if (this.#run) return this.#run
    if (this.stoq.rights) throw new StoqError('STOQ_POOL_ISOLATED', [this.id])
    const { Run } = await import('../ingest/run.ts')
    this.#run ??= new Run(this)
    return this.#run
  }

  /** Ingests from the source, scans and saves until the source has no more, or stoQ stops. */
  async run(): Promise<Run> {
    const run = await this.openRun()
    await run.ingest()
    return run
  }

  /** Scans one payload as `run` does, and resolves to every document it led to. */
  async start(payload: Payload | null = null, kwargs: Kwargs = {}): Promise<ResultDocument[]> {
    const run = await this.openRun()
    return run.scanNow(payload === null ? kwargs : { ...kwargs, payload })
  }

  /** Hands a message to the scanners: waits while `max_queue` messages wait. The receipt tells what became of it. */
  async multiprocessPut(message: Message): Promise<Receipt> {
    const run = await this.openRun()
    return run.put(message)
  }

  loadWorker(name: string) {
    return this.#load('worker', name, this.workers)
  }
  loadConnector(name: string, overrides: Record<string, string> = {}) {
    return this.#load('connector', name, this.connectors, overrides)
  }
  loadReader(name: string) {
    return this.#load('reader', name, this.readers)
  }
  loadSource(name: string) {
    return this.#load('source', name, this.sources)
  }
  loadExtractor(name: string) {
    return this.#load('extractor', name, this.extractors)
  }
  loadCarver(name: string) {
    return this.#load('carver', name, this.carvers)
  }
  loadDecoder(name: string) {
    return this.#load('decoder', name, this.decoders)
  }
  loadDecorator(name: string) {
    return this.#load('decorator', name, this.decorators)
  }

  /** Loads once for this worker; a failed load is not remembered as a success. */
  async #load<C extends PluginCategory>(
    category: C,
    name: string,
    loaded: Loaded<C>,
    overrides: Record<string, string> = {},
  ): Promise<PluginOfKind<C>> {
    const known = loaded[name]
    if (known) return known
    const key = `${category}:${name}`
    const loading =
      this.#loading.get(key) ?? this.stoq.loadPlugin(name, category, { parentname: this.name, overrides })
    this.#loading.set(key, loading)
    try {
      const plugin = (await loading) as PluginOfKind<C>
      loaded[name] = plugin
      return plugin
    } finally {
      this.#loading.delete(key)
    }
  }
}

const tlpWords = 'white, green, amber or red'
