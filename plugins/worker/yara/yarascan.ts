import { existsSync, type FSWatcher, realpathSync, statSync, watch } from 'node:fs'
import { basename, dirname, isAbsolute, resolve } from 'node:path'
import {
  bytesToText,
  type CompiledRules,
  compileRuleFiles,
  type Kwargs,
  type Payload,
  type RuleMatch,
  type Stoq,
  StoqArgs,
  StoqError,
  StoqWorkerPlugin,
} from 'stoq'

/** One matching rule, with v1's keys. */
export interface YaraHit {
  matches: true
  rule: string
  namespace: string
  tags: string[]
  meta: Record<string, string | number | boolean>
  /** Offset, identifier and bytes (printable text, other bytes as \xNN) of each matching string. */
  strings: [offset: number, identifier: string, data: string][]
}

/** Bytes of one matching string that are shown. */
const shownBytes = 256
/** Sets of rules that messages named and that are kept: each may take megabytes. */
const keptRules = 4

/** Scans payloads with YARA rules. */
export class YaraWorker extends StoqWorkerPlugin {
  yararules = 'rules/stoq.yar'
  reload = true
  override wants_heartbeat = true
  #rules: CompiledRules | null = null
  /** Rules named by messages, by real path and state of the file; the one that was used last is the last. */
  readonly #others = new Map<string, Promise<CompiledRules>>()

  override async activate(stoq: Stoq): Promise<boolean> {
    const parser = new StoqArgs()
    parser.addArgument('-r', '--yararules', { dest: 'yararules', help: 'Path to rules file' })
    const options = parser.parseArgs(stoq.argv.slice(2))
    const isFlag = options['yararules'] !== undefined
    const activated = await super.activate(stoq, options)
    this.yararules = isFlag ? resolve(this.yararules) : this.#locate(this.yararules)
    this.wants_heartbeat = this.scansHere
    if (!this.scansHere) return activated
    // The dispatcher of a run scans what its worker scans.
    const beside = this.dispatch && stoq.worker === this ? stoq.settings.dispatch_rules : []
    this.#rules = await this.#compile(this.yararules, beside)
    return activated
  }

  /** Compiled sets of rules that are held: the worker's own, and at most four that messages named. */
  get rulesInUse(): number {
    return this.#others.size + (this.#rules ? 1 : 0)
  }

  override async deactivate(): Promise<void> {
    this.#rules?.close()
    this.#rules = null
    while (this.#others.size > 0) this.#dropOldest()
    await super.deactivate()
  }

  /** A list that holds the list of matching rules: one document; null when none matches. */
  async scan(payload: Payload | null, kwargs: Kwargs): Promise<YaraHit[][] | null> {
    const rules = await this.#rulesFor(kwargs['yararules'])
    if (!payload || !rules) return null
    const hits = rules.scan(payload).map(match => toHit(match, payload))
    return hits.length ? [hits] : null
  }

  /** Reads the rules again when a file in their folder changes; rules that do not compile leave the old ones in use. */
  override async heartbeat(signal: AbortSignal): Promise<void> {
    if (!this.reload) return
    let timer: NodeJS.Timeout | undefined
    const watcher = this.#watch()
    watcher.on('change', (_, name) => {
      if (!/\.yara?$/i.test(String(name)) && String(name) !== basename(this.yararules)) return
      clearTimeout(timer)
      timer = setTimeout(() => void this.#reload(), 100).unref()
    })
    watcher.on('error', error => this.log.warning(`rules are not watched any more: ${error.message}`))
    await new Promise(done => signal.addEventListener('abort', done, { once: true }))
    clearTimeout(timer)
    watcher.close()
  }

  /** The folder, where a scan process may read it; else the file alone, which is lost when it is replaced. */
  #watch(): FSWatcher {
    try {
      return watch(dirname(this.yararules), { persistent: false })
    } catch (error) {
      this.log.debug(`only ${this.yararules} itself is watched`, error)
      return watch(this.yararules, { persistent: false })
    }
  }

  async #reload(): Promise<void> {
    try {
      const fresh = await this.#compile(this.yararules)
      closeLater(this.#rules)
      this.#rules = fresh
      this.log.info(`rules of ${this.yararules} are read again`)
    } catch (error) {
      this.log.error(`the rules in use stay: ${error instanceof Error ? error.message : error}`, error)
    }
  }

  /** A message may name other rules, held to the paths that stoQ may read. */
  async #rulesFor(named: unknown): Promise<CompiledRules | null> {
    if (typeof named !== 'string') return this.#rules
    const path = this.#locate(named)
    const file = factsOf(path)
    const key = file?.key ?? path
    const rules = this.#others.get(key) ?? this.#compileAllowed(file?.path ?? path)
    this.#others.delete(key)
    this.#others.set(key, rules)
    if (this.#others.size > keptRules) this.#dropOldest()
    rules.catch(() => this.#others.get(key) === rules && this.#others.delete(key))
    return rules
  }

  async #compileAllowed(path: string): Promise<CompiledRules> {
    await this.stoq.getFile(path)
    return this.#compile(path)
  }

  #dropOldest(): void {
    const [oldest] = this.#others
    if (!oldest) return
    this.#others.delete(oldest[0])
    oldest[1].then(closeLater, () => {})
  }

  #locate(path: string): string {
    if (isAbsolute(path)) return path
    const own = resolve(this.plugin_path, path)
    return existsSync(own) ? own : resolve(this.stoq.settings.base_dir, path)
  }

  async #compile(path: string, beside: readonly string[] = []): Promise<CompiledRules> {
    const rules = await compileRuleFiles([path], this.stoq.settings.yara_engine, beside)
    const [fault] = rules.faults
    if (!fault) return rules
    const place = fault.line > 0 ? `${fault.source}:${fault.line}` : fault.source
    throw new StoqError('STOQ_DISPATCH_RULES', [place, fault.reason])
  }
}

/** Where a file really is, and a key that changes when the file does; null when there is none. */
function factsOf(path: string): { path: string; key: string } | null {
  try {
    const real = realpathSync.native(path)
    const { ino, size, mtimeNs } = statSync(real, { bigint: true })
    return { path: real, key: [real, ino, size, mtimeNs].join('\0') }
  } catch {
    // Whether that may be told is decided where the file is read.
    return null
  }
}

/** Whoever has just been given the rules scans in this turn of the process: only then they are closed. */
function closeLater(rules: CompiledRules | null): void {
  if (rules) setImmediate(() => rules.close())
}

function toHit({ rule, namespace, tags, meta, strings }: RuleMatch, payload: Payload): YaraHit {
  const shown = strings.map(({ offset, length, identifier }): YaraHit['strings'][number] => {
    return [offset, identifier, bytesToText(payload.subarray(offset, offset + Math.min(length, shownBytes)))]
  })
  return { matches: true, rule, namespace, tags, meta, strings: shown }
}
