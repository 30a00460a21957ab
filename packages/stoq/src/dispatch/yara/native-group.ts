import type { StringMatch } from './engine.ts'
import { conditionOf, type PlainCondition } from './plain-truth.ts'
import { planUnits, type Told, type Unit, type UnitPlan } from './plan-units.ts'
import { type Hit, maxMatchesPerPattern, type PreparedSource } from './rule-set.ts'
import { joinSources, splitRules } from './split-rules.ts'
import { minTextLength, TextSearch } from './text-search.ts'

/** What is used of the native binding. */
export interface NativeBinding {
  compile(source: string, options: { enableIncludes: boolean }): NativeScanner
}

interface NativeMatch {
  ruleIdentifier: string
  matches: StringMatch[]
}

interface NativeScanner {
  setMaxMatchesPerPattern(limit: number): void
  scan(payload: Buffer): NativeMatch[]
}

/** A unit that is compiled when it is first needed. */
interface NativeUnit extends Unit {
  scanner?: NativeScanner | undefined
}

/** Units of the second stage that wait for the same guards. */
interface Waiting {
  guards: readonly string[]
  units: readonly NativeUnit[]
  /** For each unit, the texts that it waits for too. Made when the guards match first. */
  search?: TextSearch
}

/**
 * Compiling rules anew, as units, costs 20 ms: as much as it saves over this many bytes. A run over one file never pays it.
 * Parting them further saves less.
 */
const planAfterBytes = 8 * 1024 * 1024
const splitAfterBytes = 16 * 1024 * 1024

/** Sources that are compiled together; no two of their rules have the same name. */
export class NativeGroup {
  readonly sources: readonly PreparedSource[]
  readonly #binding: NativeBinding
  readonly #owners: Map<string, PreparedSource>
  #told: readonly (Told & { holds: PlainCondition })[] = []
  #first: NativeUnit[] = []
  #second: readonly Waiting[] = []
  /** Without a prototype: rules name them. */
  readonly #variables: Record<string, number> = Object.create(null)
  #bytes = 0

  /** `plan`: how they are cut from the beginning. Throws the binding's error when the sources do not compile. */
  constructor(binding: NativeBinding, sources: readonly PreparedSource[], plan: UnitPlan | null) {
    this.sources = sources
    this.#binding = binding
    this.#owners = new Map(sources.flatMap(source => [...source.rules.keys()].map(name => [name, source])))
    this.#first = plan ? this.#take(plan) : this.#compileAll([this.#wholeUnit(joinSources(sources))])
  }

  scan(payload: Buffer): Hit[] {
    this.#countBytes(payload.length)
    const matched = new Set<string>()
    const hits = this.#tell(payload, matched)
    for (const unit of this.#first) hits.push(...this.#scanUnit(unit, payload, matched))
    for (const waiting of this.#second) {
      if (!waiting.guards.every(guard => matched.has(guard))) continue
      for (const unit of unitsFor(waiting, payload, matched))
        hits.push(...this.#scanUnit(unit, payload, matched))
    }
    return hits
  }

  #tell(payload: Buffer, matched: Set<string>): Hit[] {
    const hits: Hit[] = []
    const scope = { payload, matched, variables: this.#variables }
    for (const { name, isRule, holds } of this.#told) {
      if (!holds(scope)) continue
      matched.add(name)
      const source = isRule && this.#owners.get(name)
      if (source) hits.push({ source, rule: name, strings: [] })
    }
    return hits
  }

  #scanUnit(unit: NativeUnit, payload: Buffer, matched: Set<string>): Hit[] {
    const scanner = unit.scanner ?? this.#compile(unit)
    return scanner.scan(payload).flatMap(({ ruleIdentifier: rule, matches }) => {
      matched.add(rule)
      const source = unit.owned.has(rule) && this.#owners.get(rule)
      if (!source) return []
      const strings = matches.map(({ identifier, offset, length }) => ({ identifier, offset, length }))
      return [{ source, rule, strings }]
    })
  }

  #countBytes(length: number): void {
    const before = this.#bytes
    this.#bytes += length
    if (before <= planAfterBytes && this.#bytes > planAfterBytes)
      if (this.#second.length > 0) this.#giveUpShortTexts()
      else this.#plan()
    if (before <= splitAfterBytes && this.#bytes > splitAfterBytes) this.#split()
  }

  /** Searching for them here was only to compile less at the start: the engine finds them faster. */
  #giveUpShortTexts(): void {
    this.#second = this.#second.map(({ guards, units }) => ({
      guards,
      units: units.map(unit => (hasShortTexts(unit) ? { ...unit, texts: null } : unit)),
    }))
  }

  #plan(): void {
    const plan = planUnits(this.sources)
    if (plan) this.#first = this.#take(plan)
  }

  /** A unit that is there already stays compiled. */
  #take(plan: UnitPlan): NativeUnit[] {
    const present = [...this.#first, ...this.#second.flatMap(({ units }) => units)]
    const scanners = new Map(present.map(unit => [unit.text, unit.scanner]))
    const keep = (unit: Unit): NativeUnit => ({ ...unit, scanner: scanners.get(unit.text) })
    const waiting = Map.groupBy(plan.second.map(keep), unit => unit.guards.join(' '))
    this.#told = plan.told.map(each => ({ ...each, holds: conditionOf(each.condition) }))
    this.#second = [...waiting.values()].map(units => ({ guards: units[0]?.guards ?? [], units }))
    return this.#compileAll(plan.first.map(keep))
  }

  #split(): void {
    if (this.#second.length > 0) return
    const texts = splitRules(this.sources)
    if (texts.length > 1) this.#first = this.#compileAll(texts.map(text => this.#wholeUnit(text)))
  }

  #compileAll(units: readonly NativeUnit[]): NativeUnit[] {
    return units.map(unit => ({ ...unit, scanner: unit.scanner ?? this.#compile(unit) }))
  }

  #wholeUnit(text: string): NativeUnit {
    return { text, owned: new Set(this.#owners.keys()), guards: [], texts: null, otherwise: '' }
  }

  #compile(unit: NativeUnit): NativeScanner {
    const scanner = this.#binding.compile(unit.text, { enableIncludes: false })
    scanner.setMaxMatchesPerPattern(maxMatchesPerPattern)
    unit.scanner = scanner
    return scanner
  }
}

function hasShortTexts({ texts }: NativeUnit): boolean {
  return texts?.some(text => text.length < minTextLength.slow) ?? false
}

/** Those that wait for no text, and those whose texts may be in the payload. */
function unitsFor(waiting: Waiting, payload: Buffer, matched: ReadonlySet<string>): readonly NativeUnit[] {
  if (waiting.units.every(unit => unit.texts === null)) return waiting.units
  waiting.search ??= new TextSearch(waiting.units.map(unit => unit.texts ?? []))
  const found = waiting.search.find(payload)
  return waiting.units.filter(
    (unit, index) => unit.texts === null || found[index] || matched.has(unit.otherwise),
  )
}
