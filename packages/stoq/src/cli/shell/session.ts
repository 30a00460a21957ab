import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SettingsInput } from '../../config/settings.ts'
import type { Trace } from '../../dispatch/trace.ts'
import { openScanner } from '../../ingest/open-scanner.ts'
import { readLimits, readMetadata } from '../../ingest/options.ts'
import type { PluginRequest, ScanOutcome } from '../../pipeline/environment.ts'
import type { PluginCategory } from '../../plugin/categories.ts'
import type { Discovery } from '../../plugin/discovery.ts'
import type { PluginOfKind } from '../../plugin/kinds.ts'
import type { StoqPlugin } from '../../plugin/plugin.ts'
import type { Scanner } from '../../pool/scanner.ts'
import { makeProcessFolder, openTempFolder, removeAll } from '../../pool/temp.ts'
import { Stoq } from '../../stoq.ts'
import { scanDefaults } from '../scan.ts'
import { bytesOf, type Payload, setResults } from './payload.ts'
import type { Voice } from './voice.ts'

/** A scan that takes longer than this says what it is at, and says it again. */
const patienceMilliseconds = 5000

/** What is asked of a scan process. */
export interface Request {
  payload: Payload
  voice: Voice
  /** The one plugin that is asked; null: none, only the facts are wanted; absent: the worker and the dispatch rules. */
  only?: PluginRequest | null
  trace?: Trace
}

/** What a scan gave: its document, and where the bytes of what was found are, by `payload_id`. */
export interface Scanned {
  outcome: ScanOutcome
  files: ReadonlyMap<number, string>
}

/** A Stoq with its worker and its scan process, for as long as the settings stay the same. */
interface Opened {
  stoq: Stoq
  plugins: Map<string, StoqPlugin>
  worker: Promise<PluginOfKind<'worker'>> | null
  scanner: Promise<Scanner> | null
  trace: Trace | null
}

/** What a shell works on: the settings, the plugins that are loaded, the current payload. */
export class Session {
  readonly #log: (line: string) => void
  #given: SettingsInput = {}
  #found: Discovery | null
  #opened: Opened | null = null
  /** Where bytes are kept, by the folder for temporary files that was set then. */
  readonly #folders = new Map<string, string>()
  #kept = 0
  #payload: Payload | null = null
  /** `category:name` of what a person has loaded. */
  readonly loaded = new Set<string>()

  constructor(log: (line: string) => void, found: Discovery | null = null) {
    this.#log = log
    this.#found = found
  }

  get stoq(): Stoq {
    return this.#open().stoq
  }

  /** The current payload. */
  get payload(): Payload | null {
    return this.#payload
  }

  /** Makes a payload that was just read the current one; what was before is let go of. */
  begin(payload: Payload): void {
    for (let at = this.#payload; at; at = at.parent) setResults(at, null)
    this.#payload = payload
  }

  /** Goes to a payload that was found, or back. */
  moveTo(payload: Payload): void {
    this.#payload = payload
  }

  /** A plugin, loaded in this process for its options; it scans in others. */
  async plugin<C extends PluginCategory>(category: C, name: string): Promise<PluginOfKind<C>> {
    const opened = this.#open()
    const manifest = opened.stoq.getPlugin(name, category)
    const id = `${category}:${manifest.name}`
    const known = opened.plugins.get(id)
    if (known) return known as PluginOfKind<C>
    // The first worker takes the flags of [scan], which are not for every worker.
    const worker = await this.#worker(opened)
    const plugin = (
      worker.id === id ? worker : await opened.stoq.loadPlugin(manifest.name, category)
    ) as PluginOfKind<C>
    opened.plugins.set(id, plugin)
    this.loaded.add(id)
    return plugin
  }

  /** Changes settings: what is open is closed, and opened with them when it is needed again. */
  async change(given: SettingsInput): Promise<void> {
    this.#given = { ...this.#given, ...given }
    if ('plugin_dir_list' in given || 'bundled_plugins' in given || 'base_dir' in given) this.#found = null
    await this.close(false)
  }

  /** Scans in a scan process: whatever the payload does to it, the answer is a document that says so. */
  async scan({ payload, voice, only, trace }: Request): Promise<Scanned> {
    const bytes = bytesOf(payload)
    const opened = this.#open()
    const stop = () => void this.stop(opened)
    voice.signal.addEventListener('abort', stop, { once: true })
    let patience: NodeJS.Timeout | undefined
    try {
      const worker = await this.#worker(opened)
      opened.scanner ??= openIt(opened, worker)
      const scanner = await opened.scanner
      patience = setInterval(() => tellProgress(scanner, voice), patienceMilliseconds)
      opened.trace = trace ?? null
      const tlp = worker.default_tlp ?? opened.stoq.settings.default_tlp
      const kwargs = { filename: basename(payload.name) }
      const task = { payload: bytes, kwargs, tlp }
      const outcome = await scanner.scan({ ...task, ...(only !== undefined && { only }) })
      return { outcome, files: this.#keep(outcome) }
    } catch (error) {
      // What did not open is tried again the next time.
      void this.stop(opened)
      throw error
    } finally {
      clearInterval(patience)
      opened.trace = null
      voice.signal.removeEventListener('abort', stop)
    }
  }

  /** Lets go of bytes that nobody asks for. */
  forget(files: ReadonlyMap<number, string>): void {
    for (const file of files.values()) rmSync(file, { force: true })
  }

  /** Lets go of processes and plugins; with `isEnd` of what was kept as well. */
  async close(isEnd = true): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    if (opened) {
      await opened.scanner?.then(scanner => scanner.close()).catch(() => {})
      await opened.stoq.close()
    }
    if (isEnd) for (const folder of this.#folders.values()) removeAll(folder)
  }

  #open(): Opened {
    if (this.#opened) return this.#opened
    const { worker, defaults } = scanDefaults()
    const argv = ['stoq', worker, ...defaults]
    const stoq = new Stoq({ ...this.#given, argv, stderr: this.#log, isolates: true, found: this.#found })
    // What is wrong with plugins is told once.
    this.#found = { ...stoq.discovery, faults: [], notes: [] }
    this.#opened = { stoq, plugins: new Map(), worker: null, scanner: null, trace: null }
    return this.#opened
  }

  async #worker(opened: Opened): Promise<PluginOfKind<'worker'>> {
    const { stoq } = opened
    opened.worker ??= stoq.loadPlugin(stoq.commandLine[1] ?? '', 'worker')
    try {
      return await opened.worker
    } catch (error) {
      opened.worker = null
      throw error
    }
  }

  /** Gives up what is under way; the next command opens everything anew. */
  async stop(opened = this.#opened): Promise<void> {
    if (!opened) return
    if (this.#opened === opened) this.#opened = null
    opened.stoq.stopping.abort()
    opened.stoq.ending.abort()
    await opened.scanner?.then(scanner => scanner.close()).catch(() => {})
    await opened.stoq.close()
  }

  /** What scans have left is moved where it stays as long as the shell does. */
  #keep({ archive }: ScanOutcome): Map<number, string> {
    const files = new Map<number, string>()
    for (const { payload_id, content } of archive) {
      if (typeof content !== 'object' || !('file' in content)) continue
      const file = join(this.#keepFolder(), `payload-${this.#kept++}`)
      renameSync(content.file, file)
      files.set(payload_id, file)
    }
    return files
  }

  #keepFolder(): string {
    const temp = openTempFolder(this.stoq.settings.temp_dir, () => {})
    const folder = this.#folders.get(temp) ?? makeProcessFolder(temp)
    this.#folders.set(temp, folder)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  }
}

async function openIt(opened: Opened, worker: PluginOfKind<'worker'>): Promise<Scanner> {
  // Whatever worker [scan] names: nothing is parsed in the process of the shell.
  Object.assign(worker, { dispatch: true, isolate: true, max_processes: 1 })
  return openScanner(worker, {
    limits: readLimits(worker),
    magic: true,
    archiving: false,
    keepsAll: true,
    ingestMetadata: readMetadata(worker.ingest_metadata),
    trace: event => opened.trace?.(event),
  })
}

function tellProgress(scanner: Scanner, voice: Voice): void {
  for (const { plugin, payload_id, seconds } of scanner.inFlight())
    voice.progress(
      `${plugin || 'stoq'} at payload ${payload_id} for ${Math.round(seconds)} s; Ctrl-C stops it`,
    )
}
