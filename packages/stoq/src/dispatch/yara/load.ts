import { errorText } from '../../errors.ts'
import type { CompiledRules, RuleFault, RuleSource, YaraEngine } from './engine.ts'
import { loadNativeEngine } from './native.ts'
import { readRuleSource } from './rule-file.ts'

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
      faults.push({ source: path, line: 0, reason: errorText(error) })
    }
  }
  return { sources, faults }
}

/** Files of rules, read and compiled; `faults` tells those left out, unreadable ones first. Throws STOQ_DISPATCH_ENGINE. */
export async function compileRuleFiles(
  paths: readonly string[],
  preferred: EngineChoice = 'auto',
): Promise<CompiledRules> {
  const { sources, faults } = loadRuleFiles(paths)
  const engine = await loadYaraEngine(preferred)
  const rules = engine.compile(sources)
  return {
    faults: [...faults, ...rules.faults],
    usable: rules.usable,
    scan: payload => rules.scan(payload),
    close: () => rules.close(),
  }
}
