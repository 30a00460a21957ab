import { alwaysAsks, type Conjunct, readConjuncts } from './condition.ts'
import { neededTexts } from './needed-texts.ts'
import type { PreparedSource } from './rule-set.ts'
import type { RuleFacts } from './rule-source.ts'
import { blankRules, isWorthwhile } from './split-rules.ts'
import { minTextLength, type TextSet } from './text-search.ts'

/** Rules that are compiled and scanned together. */
export interface Unit {
  text: string
  /** The rules whose matches count here; others are in the text because those name them. */
  owned: ReadonlySet<string>
  /** Of the second stage: rules of the first, made for this, that all have to match before one of these can. */
  guards: readonly string[]
  /** Of the second stage: of these one at least is in every payload that a rule of the unit matches; null: not known. */
  texts: TextSet | null
}

/** Units that are scanned with every payload, and those that are scanned where their guards match and their texts are. */
export interface UnitPlan {
  first: Unit[]
  second: Unit[]
}

/** Patterns of a rule, all of them plain literals, that cost next to nothing among others. */
const cheapLiterals = 3
/** Each is compiled and asked for by itself: more than this is no gain. */
const maxSecondUnits = 16
/** Units that wait for texts, most of them never compiled. */
const maxTextUnits = 64

/** Bytes that the engine looks for with one vector search. */
const maxMarks = 3
type Home = 'main' | 'marks'

const madeName = 'stoq_guard_'

/** A rule while the units are planned. */
interface Item {
  source: PreparedSource
  facts: RuleFacts
  /** Rules that its condition names, those that they name, and so on. */
  uses: ReadonlySet<Item>
  /** The unit of the first stage that it is in. */
  home: Home
  /** Parts of its condition that are asked in the first stage; a rule that has some is in the second. */
  guards: readonly Guard[]
  /** Without one of these it does not match; a rule that has some is in the second stage, in a unit of its own. */
  texts: TextSet | null
  conjuncts: readonly Conjunct[]
}

interface Guard {
  source: PreparedSource
  uses: ReadonlySet<Item>
  text: string
  home: Home
}

/**
 * How sources are best cut into units; null: not at all. `is_pdf and $costly` needs no search for `$costly` unless
 * `is_pdf` matches, so such rules wait for a second stage. Costly texts that begin with one of three marks (`.Shell`, `<?php`)
 * have a unit of their own, in which the engine looks for those bytes. A rule that cannot match without one of its texts waits
for a search of stoQ's own that finds all such texts in one pass. The answers are those of one unit.
 *
 * An engine searches when a condition asks for a pattern, and tells the strings of every match when it has searched. So a rule
 * that may match without asking stays in the main unit, and that has to ask always.
 */
export function planUnits(sources: readonly PreparedSource[]): UnitPlan | null {
  if (sources.some(({ facts }) => facts.rules.some(rule => rule.isGlobal || rule.name.startsWith(madeName))))
    return null
  const items = sources.flatMap(readItems)
  keepWhatIsNamed(items)
  const deferred = items.filter(isDeferred)
  const homes = Map.groupBy(
    items.filter(item => !isDeferred(item)),
    item => item.home,
  )
  if ((deferred.length === 0 && homes.size < 2) || !tellsAllStrings(homes.get('main') ?? [])) return null
  const names = nameGuards(deferred.flatMap(item => item.guards))
  const asked = Map.groupBy(names, ([guard]) => guard.home)
  const waiting = Map.groupBy(deferred, waitingKey)
  return {
    first: [...new Set([...homes.keys(), ...asked.keys()])].flatMap(home =>
      firstUnits(sources, homes.get(home) ?? [], asked.get(home) ?? []),
    ),
    second: [...waiting.values()].map(members => secondUnit(sources, members, names)),
  }
}

/** Rules that wait for the same are in one unit; one that waits for texts is alone. */
function waitingKey({ source, facts, guards, texts }: Item): string {
  return `${guards.map(guard => guard.text).join(' and ')}\n${texts ? `${source.index} ${facts.name}` : ''}`
}

function namesOfGuards(item: Item, names: GuardNames): string[] {
  return [...new Set(item.guards.map(guard => names.get(guard) ?? ''))]
}

function isDeferred(item: Item): boolean {
  return item.guards.length > 0 || item.texts !== null
}

function readItems(source: PreparedSource): Item[] {
  const known = new Map<string, Item>()
  const seconds = new Set<string>()
  const marks = new Set<string>()
  const read = source.facts.rules.map(facts => readConjuncts(source.text.slice(facts.condition, facts.end)))
  const named = namesInConditions(source, read)
  for (const [index, facts] of source.facts.rules.entries()) {
    const conjuncts = read[index] ?? []
    const uses = withTheirUses(conjuncts.flatMap(({ words }) => namedBy(words, known)))
    const isCostly = facts.literals > cheapLiterals && alwaysAsks(conjuncts)
    const wanted = textsOf(facts, conjuncts, named)
    const possible = isCostly || wanted ? guardsOf(source, conjuncts, known) : []
    const texts = wanted && isSearchedFor(facts, wanted, possible) ? wanted : null
    const home = isCostly && !texts && addMarks(marks, facts.marks) ? 'marks' : 'main'
    const guards = home === 'main' ? possible : []
    known.set(facts.name, admit({ source, facts, conjuncts, uses, home, guards, texts }, seconds))
  }
  return [...known.values()]
}

/** Rules that others name: their answers are asked for. */
function namesInConditions(source: PreparedSource, conditions: readonly Conjunct[][]): Set<string> {
  const words = new Set(conditions.flatMap(conjuncts => conjuncts.flatMap(each => [...each.words])))
  return new Set(source.facts.rules.map(rule => rule.name).filter(name => words.has(name)))
}

/** What a rule cannot match without; null for one that others ask for its answer. */
function textsOf(
  facts: RuleFacts,
  conjuncts: readonly Conjunct[],
  named: ReadonlySet<string>,
): TextSet | null {
  return named.has(facts.name) ? null : neededTexts(facts, conjuncts, minTextLength.slow)
}

/** False: the engine finds a few literals as fast where the guards match; and what every payload waits for has to be fast. */
function isSearchedFor({ literals }: RuleFacts, texts: TextSet, guards: readonly Guard[]): boolean {
  if (guards.length > 0) return literals > cheapLiterals
  return texts.every(text => text.length >= minTextLength.fast)
}

/** Stays in the first stage where there are enough units. */
function admit(item: Item, seconds: Set<string>): Item {
  if (!isDeferred(item)) return item
  const key = waitingKey(item)
  const isSame = (other: string) => other.endsWith('\n') === key.endsWith('\n')
  const count = [...seconds].filter(isSame).length
  if (!seconds.has(key) && count >= (item.texts ? maxTextUnits : maxSecondUnits))
    return { ...item, guards: [], texts: null }
  seconds.add(key)
  return item
}

/** True: no rule of the unit can match without a search, or each scan is a search. */
function tellsAllStrings(items: readonly Item[]): boolean {
  const withPatterns = items.filter(({ facts }) => facts.literals > 0)
  return (
    withPatterns.every(({ conjuncts }) => alwaysAsks(conjuncts)) ||
    withPatterns.some(({ conjuncts }) => conjuncts[0]?.beginsWithPattern)
  )
}

/** False when there are none to add, or they would be too many. */
function addMarks(marks: Set<string>, more: string): boolean {
  if (more === '' || new Set([...marks, ...more]).size > maxMarks) return false
  for (const mark of more) marks.add(mark)
  return true
}

function namedBy(words: ReadonlySet<string>, known: ReadonlyMap<string, Item>): Item[] {
  return [...words].flatMap(word => known.get(word) ?? [])
}

function withTheirUses(items: readonly Item[]): Set<Item> {
  return new Set(items.flatMap(item => [item, ...item.uses]))
}

/** The parts that ask for no pattern of the rule, and for those of other rules in one unit of the first stage at most. */
function guardsOf(
  source: PreparedSource,
  conjuncts: readonly Conjunct[],
  known: ReadonlyMap<string, Item>,
): Guard[] {
  return conjuncts.flatMap(({ text, words, readsPatterns }) => {
    // What a rule forbids is mostly not there.
    if (readsPatterns || text.startsWith('not ')) return []
    const uses = withTheirUses(namedBy(words, known))
    const homes = new Set([...uses].filter(item => item.facts.literals > 0).map(item => item.home))
    if ([...uses].some(isDeferred) || homes.size > 1) return []
    const [home = 'main'] = homes
    return [{ source, uses, text, home }]
  })
}

/** A rule that one of the first stage names is in the first stage. */
function keepWhatIsNamed(items: readonly Item[]): void {
  for (const { uses } of items.filter(item => !isDeferred(item))) {
    for (const used of uses) Object.assign(used, { guards: [], texts: null })
  }
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
  items: readonly Item[],
  asked: readonly [Guard, string][],
): Unit[] {
  const parts = partMembers(items)
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
  return { text: texts.join('\n'), owned: namesOf(members), guards: [], texts: null }
}

function secondUnit(sources: readonly PreparedSource[], members: readonly Item[], names: GuardNames): Unit {
  const present = withTheirUses(members)
  const [first] = members
  return {
    text: sources.map(source => textOf(source, present)).join('\n'),
    owned: namesOf(members),
    guards: first ? namesOfGuards(first, names) : [],
    texts: first?.texts ?? null,
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
