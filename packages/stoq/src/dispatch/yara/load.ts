import { errorText, StoqError } from '../../errors.ts'
import { reasonOf } from '../../ingest/read-file.ts'
import type { CompiledRules, RuleFault, RuleSource, YaraEngine } from './engine.ts'
import { expandIncludes, mayInclude } from './includes.ts'
import { loadNativeEngine } from './native.ts'
import { readRuleSource } from './rule-file.ts'
import { compileShared } from './shared-rules.ts'

export type EngineChoice = 'native' | 'wasm' | 'auto'

/** The YARA engine asked for; `auto` is the native one where it loads, else the WASM one. Throws STOQ_DISPATCH_ENGINE. */
export function loadYaraEngine(
  preferred: EngineChoice = 'auto',
  native: () => Promise<YaraEngine> = loadNativeEngine,
): Promise<YaraEngine> {
  if (preferred === 'wasm') return loadWasm()
  if (preferred === 'native') return native()
  return native().catch(loadWasm)
}

async function loadWasm(): Promise<YaraEngine> {
  return (await import('./wasm.ts')).loadWasmEngine()
}

/** Reads files of rules. A file that cannot be read is told in `faults`, the others go on. */
export function loadRuleFiles(paths: readonly string[]): { sources: RuleSource[]; faults: RuleFault[] } {
  const sources: RuleSource[] = []
  const faults: RuleFault[] = []
  for (const path of paths) {
    try {
      sources.push(readRuleSource(path))
    } catch (error) {
      const reason = error instanceof StoqError ? reasonOf(error.cause) : errorText(error)
      faults.push({ source: path, line: 0, reason })
    }
  }
  return { sources, faults }
}

/**
 * Files of rules, read and compiled; `faults` tells those left out, unreadable ones first. Throws STOQ_DISPATCH_ENGINE.
 * `beside`: files of dispatch rules that the dispatcher is going to load; both then share one compilation and one scan.
 */
export async function compileRuleFiles(
  paths: readonly string[],
  preferred: EngineChoice = 'auto',
  beside: readonly string[] = [],
): Promise<CompiledRules> {
  const { sources, faults } = loadRuleFiles(paths)
  const engine = await loadYaraEngine(preferred)
  const rules = (faults.length === 0 && compileBeside(engine, sources, beside)) || engine.compile(sources)
  return {
    faults: [...faults, ...rules.faults],
    usable: rules.usable,
    scan: payload => rules.scan(payload),
    close: () => rules.close(),
  }
}

/** Rules that were compiled beside others and wait for who loads the same sources with the same engine. */
let reserved: { key: string; rules: CompiledRules } | null = null

function compileBeside(
  engine: YaraEngine,
  sources: readonly RuleSource[],
  beside: readonly string[],
): CompiledRules | null {
  const others = loadRuleFiles(beside)
  if (others.sources.length === 0 || others.faults.length > 0) return null
  const [rules, rest] = compileShared(engine, [sources, others.sources]) ?? []
  if (!rules || !rest) return null
  reserved?.rules.close()
  reserved = { key: keyOf(engine, others.sources), rules: rest }
  return rules
}

/** Compiles sources, or takes what was compiled beside other rules from the same texts. */
export function compileReserved(engine: YaraEngine, sources: readonly RuleSource[]): CompiledRules {
  if (!reserved || reserved.key !== keyOf(engine, sources)) return engine.compile(sources)
  const { rules } = reserved
  reserved = null
  return rules
}

/** Names and texts, included ones too. */
function keyOf(engine: YaraEngine, sources: readonly RuleSource[]): string {
  const texts = sources.map(source => {
    const expanded = mayInclude(source) ? expandIncludes(source) : source
    return [source.name, source.namespace, 'text' in expanded ? expanded.text : expanded.reason]
  })
  return JSON.stringify([engine.name, texts])
}
