import type { Logger } from '../config/logger.ts'
import { StoqError } from '../errors.ts'
import { type PluginCall, type PluginMeta, parsePluginMeta } from './plugin-meta.ts'
import { findXorSearches, searchXor, type XorSearch } from './xor-search.ts'
import { type CompiledRules, type MetaValue, placeOf, type RuleMatch } from './yara/engine.ts'
import { compileReserved, loadRuleFiles, loadYaraEngine } from './yara/load.ts'

/** One rule that matched a payload and names plugins for it. */
export interface RuleHit {
  match: RuleMatch
  calls: readonly PluginCall[]
  /** What the plugins get as keywords and children as keys: every meta of the rule. */
  meta: Record<string, MetaValue>
  /** True: children found because of this rule are archived. */
  save: boolean
}

export interface DispatcherOptions {
  files: readonly string[]
  engine: 'auto' | 'native' | 'wasm'
  log: Logger
}

/** The dispatch rules, ready to say which plugins a payload goes to. */
export class Dispatcher {
  /** Number of rule files that were left out. */
  readonly faults: number
  readonly #rules: CompiledRules
  readonly #searches: readonly XorSearch[]
  readonly #log: Logger
  readonly #parsed = new Map<string, PluginMeta>()

  private constructor(rules: CompiledRules, searches: readonly XorSearch[], faults: number, log: Logger) {
    this.#rules = rules
    this.#searches = searches
    this.faults = faults
    this.#log = log
  }

  /** Compiles the rule files. A file that does not compile is logged and left out; throws when none is left. */
  static async load({ files, engine, log }: DispatcherOptions): Promise<Dispatcher> {
    const { sources, faults: unreadable } = loadRuleFiles(files)
    const yara = await loadYaraEngine(engine)
    const rules = compileReserved(yara, sources)
    const faults = [...unreadable, ...rules.faults]
    const searches = findXorSearches(
      sources.filter((_, index) => rules.usable.includes(index)),
      fault => faults.push(fault),
    )
    for (const fault of faults)
      log.error(new StoqError('STOQ_DISPATCH_RULES', [placeOf(fault), fault.reason]).message)
    if (rules.usable.length === 0) throw new StoqError('STOQ_DISPATCH_NO_RULES', [files.join(', ')])
    return new Dispatcher(rules, searches, faults.length, log)
  }

  /** The rules that match and name a plugin, in the order of the rule files. */
  select(payload: Uint8Array): RuleHit[] {
    const hits: RuleHit[] = []
    for (const match of this.#rules.scan(payload)) this.#add(hits, match)
    for (const match of searchXor(payload, this.#searches)) this.#add(hits, match)
    return hits
  }

  close(): void {
    this.#rules.close()
  }

  #add(hits: RuleHit[], match: RuleMatch): void {
    const plugin = match.meta['plugin']
    if (plugin === undefined) return
    const { calls } = this.#parse(match.rule, String(plugin))
    if (calls.length === 0) return
    hits.push({ match, calls, meta: match.meta, save: isTrue(match.meta['save']) })
  }

  /** A mistake in a rule is said once, not for every payload. */
  #parse(rule: string, text: string): PluginMeta {
    const known = this.#parsed.get(text)
    if (known) return known
    const parsed = parsePluginMeta(text)
    for (const fault of parsed.faults) this.#log.error(`dispatch rule ${rule}: ${fault}`)
    this.#parsed.set(text, parsed)
    return parsed
  }
}

/** v1 wrote "True" as text; a YARA boolean means the same. */
function isTrue(value: MetaValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}
