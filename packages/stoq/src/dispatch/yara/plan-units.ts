import { alwaysAsks, type Conjunct, readConjuncts, readDisjuncts } from './condition.ts'
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
  /** A rule of the first stage; where it matches, texts are not waited for. Empty: there is none. */
  otherwise: string
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
/** What the texts of a source may weigh: more would fill the tables of the search. */
const maxWeight = 4096
/** Texts that every payload is searched for by themselves. */
const maxExactTexts = 2

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
  /** What makes it match without them, asked in the first stage. */
  otherwise: Guard | null
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
for a search of stoQ's own that finds all such texts in one pass. The answers are those of one unit. `isWhole`: the first stage is one unit, which is compiled sooner.
 *
 * An engine searches when a condition asks for a pattern, and tells the strings of every match when it has searched. So a rule
 * that may match without asking stays in the main unit, and that has to ask always.
 */
export function planUnits(sources: readonly PreparedSource[], isWhole = false): UnitPlan | null {
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
  const names = nameGuards(
    deferred.flatMap(item => [...item.guards, ...(item.otherwise ? [item.otherwise] : [])]),
  )
  const asked = Map.groupBy(names, ([guard]) => guard.home)
  const waiting = Map.groupBy(deferred, waitingKey)
  return {
    first: [...new Set([...homes.keys(), ...asked.keys()])].flatMap(home =>
      firstUnits(
        sources,
        isWhole ? [homes.get(home) ?? []] : partMembers(homes.get(home) ?? []),
        asked.get(home) ?? [],
      ),
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
  const seconds: Seconds = { keys: new Set(), kinds: new Map(), weight: 0 }
  const marks = new Set<string>()
  const read = source.facts.rules.map(facts => conjunctsOf(source, facts))
  const named = namesInConditions(source, read)
  for (const [index, facts] of source.facts.rules.entries()) {
    const conjuncts = read[index] ?? []
    const uses = withTheirUses(conjuncts.flatMap(({ words }) => namedBy(words, known)))
    const isCostly = facts.literals > cheapLiterals && alwaysAsks(conjuncts)
    const waits = named.has(facts.name) ? noWait : waitOf(source, facts, conjuncts, known)
    const home = isCostly && !waits.texts && addMarks(marks, facts.marks) ? 'marks' : 'main'
    const mayWait = waits.texts !== null || waits.isGain || isCostly
    const guards = mayWait && home === 'main' ? guardsOf(source, conjuncts, known) : []
    const { texts, otherwise } = waits
    known.set(facts.name, admit({ source, facts, conjuncts, uses, home, guards, texts, otherwise }, seconds))
  }
  return [...known.values()]
}

/** What a rule waits for besides its guards. */
interface Wait {
  texts: TextSet | null
  otherwise: Guard | null
  /** True: it has texts, and the engine is as fast with them where the guards match. */
  isGain: boolean
}

const noWait: Wait = { texts: null, otherwise: null, isGain: false }

function waitOf(
  source: PreparedSource,
  facts: RuleFacts,
  conjuncts: readonly Conjunct[],
  known: ReadonlyMap<string, Item>,
): Wait {
  const texts = neededTexts(facts, conjuncts)
  if (!texts) return textsOrElse(source, facts, known)
  const isSearchedFor =
    guardsOf(source, conjuncts, known).length > 0 ? facts.literals > cheapLiterals : isFast(texts)
  return { texts: isSearchedFor ? texts : null, otherwise: null, isGain: true }
}

/** Of a rule without patterns only the names of others matter; comments may add some. */
function conjunctsOf(source: PreparedSource, { condition, end, patterns }: RuleFacts): Conjunct[] {
  const text = source.text.slice(condition, end)
  if (patterns.length > 0) return readConjuncts(text)
  const words = new Set(text.match(/[A-Za-z_]\w*/g))
  return [{ text, words, readsPatterns: false, beginsWithPattern: false, needs: '' }]
}

/** Rules that others name: their answers are asked for. */
function namesInConditions(source: PreparedSource, conditions: readonly Conjunct[][]): Set<string> {
  const words = new Set(conditions.flatMap(conjuncts => conjuncts.flatMap(each => [...each.words])))
  return new Set(source.facts.rules.map(rule => rule.name).filter(name => words.has(name)))
}

/** Of a condition that begins with texts and may be true without them: `any of them or uint16(0) == 1`. */
function textsOrElse(source: PreparedSource, facts: RuleFacts, known: ReadonlyMap<string, Item>): Wait {
  if (facts.patterns.length === 0) return noWait
  const parts = readDisjuncts(source.text.slice(facts.condition, facts.end))
  const others = parts.filter(part => !part.readsPatterns)
  const [first, second] = parts.filter(part => part.readsPatterns)
  if (!first || second || first !== parts[0] || others.length === 0) return noWait
  const texts = neededTexts(facts, [first])
  const [otherwise] = guardsOf(source, [unite(others)], known)
  return texts && otherwise && isFast(texts) ? { texts, otherwise, isGain: true } : noWait
}

function unite(parts: readonly Conjunct[]): Conjunct {
  const words = new Set(parts.flatMap(part => [...part.words]))
  const text = parts.map(part => `(${part.text})`).join(' or ')
  return { text, words, readsPatterns: false, beginsWithPattern: false, needs: '' }
}

/** True: a search for them is no burden for every payload. */
function isFast(texts: TextSet): boolean {
  const isSlow = texts.some(text => text.length === minTextLength.slow)
  return !isSlow && (!isExact(texts) || texts.length === 1)
}

function isExact(texts: TextSet | null): boolean {
  return texts?.some(text => text.length < minTextLength.slow) ?? false
}

/** Of the second stage, and how many of its kind there may be. */
interface Seconds {
  keys: Set<string>
  kinds: Map<number, number>
  weight: number
}

/** A text of six bytes or fewer has places of which any byte may be part. */
function weigh(texts: TextSet | null): number {
  return texts?.reduce((sum, text) => sum + (text.length > 6 ? 1 : 32), 0) ?? 0
}

/** Stays in the first stage where there are enough units. */
function admit(item: Item, seconds: Seconds): Item {
  const { keys, kinds } = seconds
  const key = waitingKey(item)
  if (!isDeferred(item) || keys.has(key)) return item
  const most = isExact(item.texts) ? maxExactTexts : item.texts ? maxTextUnits : maxSecondUnits
  const count = kinds.get(most) ?? 0
  const weight = seconds.weight + weigh(item.texts)
  if (count >= most || weight > maxWeight) return { ...item, guards: [], texts: null, otherwise: null }
  keys.add(key)
  kinds.set(most, count + 1)
  seconds.weight = weight
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
    for (const used of uses) Object.assign(used, { guards: [], texts: null, otherwise: null })
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
