import type { StringMatch } from './engine.ts'
import { isTrue } from './plain-truth.ts'
import { planUnits, type Told, type Unit, type UnitPlan } from './plan-units.ts'
import type { Hit, PreparedSource } from './rule-set.ts'
import { joinSources, splitRules } from './split-rules.ts'
import { minTextLength, TextSearch } from './text-search.ts'

/** How an engine does what a group of rules needs. */
export interface UnitEngine {
  /** True: a scan costs much whatever is looked for, so that one with all rules is quicker than two with some. */
  scansWhole: boolean
  /** Throws the engine's error when the text does not compile. */
  compile(text: string): UnitScanner
}

/** Rules that an engine has compiled together. */
export interface UnitScanner {
  /** Strings of private patterns are left out. */
  scan(payload: Buffer): { rule: string; strings: StringMatch[] }[]
  close(): void
}

/** A unit that is compiled when it is first needed. */
interface CompiledUnit extends Unit {
  scanner?: UnitScanner | undefined
}

/** Units of the second stage that wait for the same guards. */
interface Waiting {
  guards: readonly string[]
  units: readonly CompiledUnit[]
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
export class RuleGroup {
  readonly sources: readonly PreparedSource[]
  readonly #engine: UnitEngine
  readonly #owners: Map<string, PreparedSource>
  #told: readonly Told[] = []
  #first: CompiledUnit[] = []
  #second: readonly Waiting[] = []
  /** All rules that the engine has to look for, where it scans them together. */
  #whole: CompiledUnit | null = null
  /** Without a prototype: rules name them. */
  readonly #variables: Record<string, number> = Object.create(null)
  #bytes = 0

  /** `plan`: how they are cut from the beginning. Throws the engine's error when the sources do not compile. */
  constructor(engine: UnitEngine, sources: readonly PreparedSource[], plan: UnitPlan | null) {
    this.sources = sources
    this.#engine = engine
    this.#owners = new Map(sources.flatMap(source => [...source.rules.keys()].map(name => [name, source])))
    if (plan && engine.scansWhole) this.#takeWhole(plan)
    else this.#first = plan ? this.#take(plan) : this.#compileAll([this.#wholeUnit(joinSources(sources))])
  }

  scan(payload: Buffer): Hit[] {
    this.#countBytes(payload.length)
    const matched = new Set<string>()
    const hits = this.#tell(payload, matched)
    if (this.#whole) return [...hits, ...this.#scanWhole(this.#whole, payload, matched)]
    for (const unit of this.#first) hits.push(...this.#scanUnit(unit, payload, matched))
    for (const unit of this.#wanted(payload, matched)) hits.push(...this.#scanUnit(unit, payload, matched))
    return hits
  }

  close(): void {
    for (const unit of this.#units()) unit.scanner?.close()
  }

  #units(): CompiledUnit[] {
    return [
      ...this.#first,
      ...this.#second.flatMap(({ units }) => units),
      ...(this.#whole ? [this.#whole] : []),
    ]
  }

  /** Units of the second stage that may match. A guard may be in one that was scanned just now. */
  *#wanted(payload: Buffer, matched: ReadonlySet<string>): Generator<CompiledUnit> {
    for (const waiting of this.#second)
      if (waiting.guards.every(guard => matched.has(guard))) yield* unitsFor(waiting, payload, matched)
  }

  /** All rules in one scan, where any of them may match. */
  #scanWhole(whole: CompiledUnit, payload: Buffer, matched: Set<string>): Hit[] {
    const isWanted = this.#first.length > 0 || !this.#wanted(payload, matched).next().done
    return isWanted ? this.#scanUnit(whole, payload, matched) : []
  }

  #tell(payload: Buffer, matched: Set<string>): Hit[] {
    const hits: Hit[] = []
    const scope = { payload, matched, variables: this.#variables }
    for (const { name, isRule, condition } of this.#told) {
      if (!isTrue(condition, scope)) continue
      matched.add(name)
      const source = isRule && this.#owners.get(name)
      if (source) hits.push({ source, rule: name, strings: [] })
    }
    return hits
  }

  #scanUnit(unit: CompiledUnit, payload: Buffer, matched: Set<string>): Hit[] {
    const scanner = unit.scanner ?? this.#compile(unit)
    return scanner.scan(payload).flatMap(({ rule, strings }) => {
      matched.add(rule)
      const source = unit.owned.has(rule) && this.#owners.get(rule)
      return source ? [{ source, rule, strings }] : []
    })
  }

  #countBytes(length: number): void {
    if (this.#engine.scansWhole) return
    const before = this.#bytes
    this.#bytes += length
    if (before <= planAfterBytes && this.#bytes > planAfterBytes)
      if (this.#second.length > 0) this.#giveUpShortTexts()
      else this.#plan()
    if (before <= splitAfterBytes && this.#bytes > splitAfterBytes) this.#split()
  }

  /** Searching for them here was only to compile less at the start: the engine finds them faster. */
  #giveUpShortTexts(): void {
    this.#second = this.#second.map(waiting => {
      if (waiting.guards.length > 0) return waiting
      const units = waiting.units.map(unit => (hasShortTexts(unit) ? { ...unit, texts: null } : unit))
      return { guards: [], units }
    })
  }

  #plan(): void {
    const plan = planUnits(this.sources)
    if (plan) this.#first = this.#take(plan)
  }

  /** What is told here and what is waited for is as in the plan, but what is scanned is everything that is not told. */
  #takeWhole(plan: UnitPlan): void {
    this.#wait(plan, unit => unit)
    this.#first = plan.first
    this.#whole = plan.rest
  }

  /** A unit that is there already stays compiled. */
  #take(plan: UnitPlan): CompiledUnit[] {
    const scanners = new Map(this.#units().map(unit => [unit.text, unit.scanner]))
    const keep = (unit: Unit): CompiledUnit => ({ ...unit, scanner: scanners.get(unit.text) })
    this.#wait(plan, keep)
    return this.#compileAll(plan.first.map(keep))
  }

  #wait({ told, second }: UnitPlan, keep: (unit: Unit) => CompiledUnit): void {
    const waiting = Map.groupBy(second.map(keep), unit => unit.guards.join(' '))
    this.#told = told
    this.#second = [...waiting.values()].map(units => ({ guards: units[0]?.guards ?? [], units }))
  }

  #split(): void {
    if (this.#second.length > 0) return
    const texts = splitRules(this.sources)
    if (texts.length > 1) this.#first = this.#compileAll(texts.map(text => this.#wholeUnit(text)))
  }

  #compileAll(units: readonly CompiledUnit[]): CompiledUnit[] {
    return units.map(unit => ({ ...unit, scanner: unit.scanner ?? this.#compile(unit) }))
  }

  #wholeUnit(text: string): CompiledUnit {
    return { text, owned: new Set(this.#owners.keys()), guards: [], texts: null, otherwise: '' }
  }

  #compile(unit: CompiledUnit): UnitScanner {
    const scanner = this.#engine.compile(unit.text)
    unit.scanner = scanner
    return scanner
  }
}

function hasShortTexts({ texts }: CompiledUnit): boolean {
  return texts?.some(text => text.length < minTextLength.slow) ?? false
}

/** Those that wait for no text, and those whose texts may be in the payload. */
function unitsFor(waiting: Waiting, payload: Buffer, matched: ReadonlySet<string>): readonly CompiledUnit[] {
  if (waiting.units.every(unit => unit.texts === null)) return waiting.units
  waiting.search ??= new TextSearch(waiting.units.map(unit => unit.texts ?? []))
  const found = waiting.search.find(payload)
  return waiting.units.filter(
    (unit, index) => unit.texts === null || found[index] || matched.has(unit.otherwise),
  )
}
