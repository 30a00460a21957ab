import { errorText, StoqError } from '../../errors.ts'
import { compileFault } from './compile-fault.ts'
import type { CompiledRules, RuleFault, RuleMatch, RuleSource, YaraEngine } from './engine.ts'
import { type NativeBinding, NativeGroup } from './native-group.ts'
import type { UnitPlan } from './plan-units.ts'
import { planAtStart, readRules } from './rule-reading.ts'
import { type PreparedSource, toRuleMatches } from './rule-set.ts'

/** YARA-X as machine code, an optional dependency with builds for some platforms. Throws STOQ_DISPATCH_ENGINE. */
export async function loadNativeEngine(
  load: () => Promise<{ default: unknown }> = () => import('@litko/yara-x'),
): Promise<YaraEngine> {
  try {
    const binding = (await load()).default as NativeBinding
    return { name: 'native', compile: sources => compile(binding, sources) }
  } catch (error) {
    throw new StoqError('STOQ_DISPATCH_ENGINE', ['native', errorText(error)], { cause: error })
  }
}

function compile(binding: NativeBinding, sources: readonly RuleSource[]): CompiledRules {
  const { groups, faults } = readRules(sources)
  const compiled = groups.flatMap(group => compileGroup(binding, group, faults))
  return new NativeRules(compiled, faults)
}

/** One group where it compiles, otherwise one of the sources that compile by themselves; the others are faults. */
function compileGroup(
  binding: NativeBinding,
  { sources, plan = planAtStart(sources) }: { sources: readonly PreparedSource[]; plan?: UnitPlan | null },
  faults: RuleFault[],
): NativeGroup[] {
  try {
    return [new NativeGroup(binding, sources, plan)]
  } catch (error) {
    const [source] = sources
    if (sources.length === 1 && source) {
      faults.push(compileFault(error, source))
      return []
    }
  }
  const groups = sources.flatMap(source => compileGroup(binding, { sources: [source] }, faults))
  if (groups.length < 2 || groups.length === sources.length) return groups
  return compileGroup(binding, { sources: groups.flatMap(group => group.sources) }, faults)
}

class NativeRules implements CompiledRules {
  readonly faults: readonly RuleFault[]
  readonly usable: readonly number[]
  #groups: readonly NativeGroup[] | undefined

  constructor(groups: readonly NativeGroup[], faults: readonly RuleFault[]) {
    this.faults = faults
    this.usable = groups.flatMap(group => group.sources.map(source => source.index))
    this.#groups = groups
  }

  scan(payload: Uint8Array): RuleMatch[] {
    if (!this.#groups) throw new StoqError('STOQ_DISPATCH_SCAN', ['native', 'the rules are closed'])
    const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    try {
      return toRuleMatches(this.#groups.flatMap(group => group.scan(buffer)))
    } catch (error) {
      throw new StoqError('STOQ_DISPATCH_SCAN', ['native', errorText(error)], { cause: error })
    }
  }

  close(): void {
    this.#groups = undefined
  }
}
