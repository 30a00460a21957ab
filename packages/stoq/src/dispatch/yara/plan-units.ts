import { alwaysAsks } from './condition.ts'
import type { TruthTree } from './plain-tree.ts'
import {
  type Guard,
  type Item,
  isDeferred,
  keepWhatIsNamed,
  readItems,
  waitingKey,
  withTheirUses,
} from './plan-items.ts'
import type { PreparedSource } from './rule-set.ts'
import { blankRules, isWorthwhile } from './split-rules.ts'
import type { TextSet } from './text-search.ts'

/** Rules that are compiled and scanned together. */
export interface Unit {
  text: string
  /** The rules whose matches count here; others are in the text because those name them. */
  owned: ReadonlySet<string>
  /** Of the second stage: rules of the first, made for this, that all have to match before one of these can. */
  guards: readonly string[]
  /** Of the second stage: of these one at least is in every payload that a rule of the unit matches; null: not known. */
  texts: TextSet | null
  /** A rule of the first stage; where it matches, texts are not waited for. Empty: there is none. */
  otherwise: string
}

/** A rule or a guard whose condition stoQ reads itself. */
export interface Told {
  name: string
  /** False: a guard. */
  isRule: boolean
  condition: TruthTree
}

/**
 * What is told of every payload, in this order, units that are scanned with every payload, and those that are scanned where
 * their guards match and their texts are.
 */
export interface UnitPlan {
  told: Told[]
  /** All that is not told, for an engine that scans everything at once. */
  rest: Unit
  first: Unit[]
  second: Unit[]
}

/** Names of rules that are made for guards begin so. */
const madeName = 'stoq_guard_'

/**
 * How sources are best cut into units; null: not at all. `is_pdf and $costly` needs no search for `$costly` unless
 * `is_pdf` matches, so such rules wait for a second stage. Costly texts that begin with one of three marks (`.Shell`, `<?php`)
 * have a unit of their own, in which the engine looks for those bytes. A rule that cannot match without one of its texts
 * waits for a search of stoQ's own that finds all such texts in one pass. The answers are those of one unit.
 * `isStart`: what is compiled sooner is better than what is searched for faster.
 *
 * An engine searches when a condition asks for a pattern, and tells the strings of every match when it has searched. So a rule
 * that may match without asking stays in the main unit, and that has to ask always. What asks for no pattern is told without it.
 */
export function planUnits(sources: readonly PreparedSource[], isStart = false): UnitPlan | null {
  if (sources.some(({ facts }) => facts.rules.some(rule => rule.isGlobal || rule.name.startsWith(madeName))))
    return null
  const items = sources.flatMap(source => readItems(source, isStart))
  keepWhatIsNamed(items)
  const deferred = items.filter(isDeferred)
  const homes = Map.groupBy(
    items.filter(item => !isDeferred(item) && !item.tells),
    item => item.home,
  )
  if ((deferred.length === 0 && homes.size === 1) || !tellsAllStrings(homes.get('main') ?? [])) return null
  const names = nameGuards(
    deferred.flatMap(item => [...item.guards, ...(item.otherwise ? [item.otherwise] : [])]),
  )
  const asked = Map.groupBy(
    [...names].filter(([guard]) => !guard.tells),
    ([guard]) => guard.home,
  )
  const waiting = Map.groupBy(deferred, waitingKey)
  return {
    told: [...toldRules(items), ...toldGuards(names)],
    rest: firstUnit(
      sources,
      items.filter(item => !item.tells),
      new Map(),
    ),
    first: [...new Set([...homes.keys(), ...asked.keys()])].flatMap(home =>
      firstUnits(
        sources,
        isStart ? [homes.get(home) ?? []] : partMembers(homes.get(home) ?? []),
        asked.get(home) ?? [],
      ),
    ),
    second: [...waiting.values()].map(members => secondUnit(sources, members, names)),
  }
}

function toldRules(items: readonly Item[]): Told[] {
  return items.flatMap(({ facts: { name }, tells: condition }) =>
    condition ? [{ name, isRule: true, condition }] : [],
  )
}

function toldGuards(names: GuardNames): Told[] {
  const guards = new Map([...names].flatMap(([{ tells }, name]) => (tells ? [[name, tells]] : [])))
  return [...guards].map(([name, condition]) => ({ name, isRule: false, condition }))
}

function namesOfGuards(item: Item, names: GuardNames): string[] {
  return [...new Set(item.guards.map(guard => names.get(guard) ?? ''))]
}
/** True: no rule of the unit can match without a search, or each scan is a search. */
function tellsAllStrings(items: readonly Item[]): boolean {
  const withPatterns = items.filter(({ facts }) => facts.literals > 0)
  return (
    withPatterns.every(({ conjuncts }) => alwaysAsks(conjuncts)) ||
    withPatterns.some(({ conjuncts }) => conjuncts[0]?.beginsWithPattern)
  )
}
/** A name for each guard; those that say the same have the same one. */
function nameGuards(guards: readonly Guard[]): Map<Guard, string> {
  const keys = guards.map(guard => `${guard.source.index} ${guard.text}`)
  const distinct = [...new Set(keys)]
  return new Map(guards.map((guard, index) => [guard, `${madeName}${distinct.indexOf(keys[index] ?? '')}`]))
}

type GuardNames = ReadonlyMap<Guard, string>

/** Rules that the engine searches for faster one after the other are parted; those that only read at fixed places go with the first. */
function partMembers(members: readonly Item[]): (readonly Item[])[] {
  const searching = members.filter(({ facts }) => facts.literals > 0)
  const isParted =
    isWorthwhile(searching.map(({ facts }) => facts)) &&
    searching.every(({ conjuncts, uses }) => alwaysAsks(conjuncts) && uses.size === 0)
  if (!isParted) return [members]
  const others = members.filter(({ facts }) => facts.literals === 0)
  return searching.map((item, index) => (index === 0 ? [...others, item] : [item]))
}

/** Units of the first stage. A guard is asked where the rule is that it names. */
function firstUnits(
  sources: readonly PreparedSource[],
  parts: readonly (readonly Item[])[],
  asked: readonly [Guard, string][],
): Unit[] {
  const askedIn = Map.groupBy(asked, ([guard]) => {
    const searched = [...guard.uses].filter(({ facts }) => facts.literals > 0)
    return Math.max(
      0,
      parts.findIndex(members => searched.length > 0 && searched.every(item => members.includes(item))),
    )
  })
  return parts.map((members, index) => firstUnit(sources, members, new Map(askedIn.get(index))))
}

/** A unit of the first stage, with the guards that are asked in it. */
function firstUnit(sources: readonly PreparedSource[], members: readonly Item[], asked: GuardNames): Unit {
  const present = withTheirUses([...members, ...[...asked.keys()].flatMap(guard => [...guard.uses])])
  const texts = sources.map(source => {
    const own = [...asked].filter(([guard]) => guard.source === source)
    const rules = new Map(own.map(([{ text }, name]) => [name, `rule ${name} { condition: ${text}\n}`]))
    return [textOf(source, present), ...rules.values()].join('\n')
  })
  return { text: texts.join('\n'), owned: namesOf(members), guards: [], texts: null, otherwise: '' }
}

function secondUnit(sources: readonly PreparedSource[], members: readonly Item[], names: GuardNames): Unit {
  const present = withTheirUses(members)
  const [first] = members
  return {
    text: sources.map(source => textOf(source, present)).join('\n'),
    owned: namesOf(members),
    guards: first ? namesOfGuards(first, names) : [],
    texts: first?.texts ?? null,
    otherwise: (first?.otherwise && names.get(first.otherwise)) ?? '',
  }
}

/** The text of a source with these of its rules; nothing where it has none of them. */
function textOf(source: PreparedSource, present: ReadonlySet<Item>): string {
  const kept = new Set([...present].filter(item => item.source === source).map(item => item.facts))
  if (kept.size === 0) return ''
  return blankRules(source, new Set(source.facts.rules.filter(rule => !kept.has(rule))))
}

function namesOf(items: readonly Item[]): Set<string> {
  return new Set(items.map(item => item.facts.name))
}
