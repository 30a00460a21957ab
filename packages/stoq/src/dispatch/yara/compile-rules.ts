import { errorText, StoqError } from '../../errors.ts'
import { compileFault } from './compile-fault.ts'
import type { CompiledRules, RuleFault, RuleMatch, RuleSource } from './engine.ts'
import type { UnitPlan } from './plan-units.ts'
import { RuleGroup, type UnitEngine } from './rule-group.ts'
import { planAtStart, readRules } from './rule-reading.ts'
import { type PreparedSource, toRuleMatches } from './rule-set.ts'

/** Compiles every source that compiles, with the engine of that name; the others are told in `faults`. */
export function compileRules(
  name: string,
  engine: UnitEngine,
  sources: readonly RuleSource[],
): CompiledRules {
  const { groups, faults } = readRules(sources)
  const compiled = groups.flatMap(group => compileGroup(engine, group, faults))
  return new GroupedRules(name, compiled, faults)
}

/** One group where it compiles, otherwise one of the sources that compile by themselves; the others are faults. */
function compileGroup(
  engine: UnitEngine,
  { sources, plan = planAtStart(sources) }: { sources: readonly PreparedSource[]; plan?: UnitPlan | null },
  faults: RuleFault[],
): RuleGroup[] {
  try {
    return [new RuleGroup(engine, sources, plan)]
  } catch (error) {
    const [source] = sources
    if (sources.length === 1 && source) {
      faults.push(compileFault(error, source))
      return []
    }
  }
  const groups = sources.flatMap(source => compileGroup(engine, { sources: [source] }, faults))
  if (groups.length < 2 || groups.length === sources.length) return groups
  return compileGroup(engine, { sources: groups.flatMap(group => group.sources) }, faults)
}

class GroupedRules implements CompiledRules {
  readonly faults: readonly RuleFault[]
  readonly #engine: string
  readonly usable: readonly number[]
  #groups: readonly RuleGroup[] | undefined

  constructor(engine: string, groups: readonly RuleGroup[], faults: readonly RuleFault[]) {
    this.#engine = engine
    this.faults = faults
    this.usable = groups.flatMap(group => group.sources.map(source => source.index))
    this.#groups = groups
  }

  scan(payload: Uint8Array): RuleMatch[] {
    if (!this.#groups) throw new StoqError('STOQ_DISPATCH_SCAN', [this.#engine, 'the rules are closed'])
    const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    try {
      return toRuleMatches(this.#groups.flatMap(group => group.scan(buffer)))
    } catch (error) {
      throw new StoqError('STOQ_DISPATCH_SCAN', [this.#engine, errorText(error)], { cause: error })
    }
  }

  close(): void {
    for (const group of this.#groups ?? []) group.close()
    this.#groups = undefined
  }
}
