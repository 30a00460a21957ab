import { alwaysAsks, type Conjunct, readConjuncts, readDisjuncts } from './condition.ts'
import { neededTexts } from './needed-texts.ts'
import { readPlainCondition } from './plain-condition.ts'
import type { TruthTree } from './plain-tree.ts'
import type { PreparedSource } from './rule-set.ts'
import type { RuleFacts } from './rule-source.ts'
import { minTextLength, type TextSet } from './text-search.ts'

/** Patterns of a rule, all of them plain literals, that cost next to nothing among others. */
const cheapLiterals = 3
/** Each is compiled and asked for by itself: more than this is no gain. */
const maxSecondUnits = 16
/** Units that wait for texts, most of them never compiled. */
const maxTextUnits = 64
/** What the texts of a source may weigh: more would fill the tables of the search. */
const maxWeight = 4096
/** Texts that every payload is searched for by themselves: units of them, and how many one has. The engine is faster with three. */
const maxExactUnits = 2
const maxExactTexts = { atStart: 3, later: 1 }

/** Bytes that the engine looks for with one vector search. */
const maxMarks = 3
type Home = 'main' | 'marks'

/** A rule while the units are planned. */
export interface Item {
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
  /** The rule whose texts they are: itself, or one that it cannot match without. */
  leader: string
  /** What makes it match without them, asked in the first stage. */
  otherwise: Guard | null
  conjuncts: readonly Conjunct[]
  /** Its condition where no engine has to be asked; it is in no unit then, but for those that name it. */
  tells: TruthTree | null
}

/** A part of a condition that is asked in the first stage. */
export interface Guard {
  source: PreparedSource
  uses: ReadonlySet<Item>
  text: string
  home: Home
  tells: TruthTree | null
}

/** Rules that wait for the same are in one unit; one that waits for texts is there with those that wait for it. */
export function waitingKey({ source, guards, texts, leader }: Item): string {
  return `${guards.map(guard => guard.text).join(' and ')}\n${texts ? `${source.index} ${leader}` : ''}`
}

/** True: it is in the second stage. */
export function isDeferred(item: Item): boolean {
  return item.guards.length > 0 || item.texts !== null
}

/** The rules of a source, each with what it waits for. `isStart`: to compile little counts more than to search fast. */
export function readItems(source: PreparedSource, isStart: boolean): Item[] {
  const isFast = isStart ? isFastAtStart : isFastLater
  const known = new Map<string, Item>()
  const seconds: Seconds = { keys: new Set(), kinds: new Map(), weight: 0 }
  const marks = new Set<string>()
  const read = source.facts.rules.map(facts => conjunctsOf(source, facts))
  for (const [index, facts] of source.facts.rules.entries()) {
    const conjuncts = read[index] ?? []
    const uses = withTheirUses(conjuncts.flatMap(({ words }) => namedBy(words, known)))
    const isCostly = facts.literals > cheapLiterals && alwaysAsks(conjuncts)
    // Measured: stoQ's own rules gain by it; others, with texts that the engine finds together, took twice as long.
    const waits = source.isProven ? waitOf(source, facts, conjuncts, known, isFast) : noWait
    const home = isCostly && !waits.texts && addMarks(marks, facts.marks) ? 'marks' : 'main'
    const mayWait = waits.texts !== null || waits.isGain || isCostly
    const guards = mayWait && home === 'main' ? guardsOf(source, conjuncts, known) : []
    const { texts, otherwise, leader = facts.name } = waits
    const tells = facts.patterns.length === 0 ? tellingOf(conjuncts[0], known) : null
    const item: Item = { source, facts, conjuncts, uses, home, guards, texts, leader, otherwise, tells }
    known.set(facts.name, admit(item, seconds))
  }
  return [...known.values()]
}

function tellingOf(part: Conjunct | undefined, known: ReadonlyMap<string, Item>): TruthTree | null {
  return readPlainCondition(part?.text ?? '', rule => Boolean(known.get(rule)?.tells))
}

/** What a rule waits for besides its guards. */
interface Wait {
  texts: TextSet | null
  /** The rule whose texts they are, where it is another one. */
  leader?: string
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
  isFast: (texts: TextSet) => boolean,
): Wait {
  const leader = conjuncts.map(({ text }) => known.get(text)).find(isLeader)
  if (leader) return { texts: leader.texts, leader: leader.leader, otherwise: null, isGain: true }
  const texts = neededTexts(facts, conjuncts)
  if (!texts) return textsOrElse(source, facts, known, isFast)
  const isSearchedFor =
    guardsOf(source, conjuncts, known).length > 0 ? facts.literals > cheapLiterals : isFast(texts)
  return { texts: isSearchedFor ? texts : null, otherwise: null, isGain: true }
}

/** True: who needs that rule needs its texts, and nothing else makes it match. */
function isLeader(item: Item | undefined): item is Item {
  return item !== undefined && item.texts !== null && item.guards.length === 0 && item.otherwise === null
}

/** Of a rule without patterns only the names of others matter; comments may add some. */
function conjunctsOf(source: PreparedSource, { condition, end, patterns }: RuleFacts): Conjunct[] {
  const text = source.text.slice(condition, end)
  if (patterns.length > 0) return readConjuncts(text)
  const words = new Set(text.match(/[A-Za-z_]\w*/g))
  return [{ text, words, readsPatterns: false, beginsWithPattern: false, needs: [] }]
}

/** Of a condition that begins with texts and may be true without them: `any of them or uint16(0) == 1`. */
function textsOrElse(
  source: PreparedSource,
  facts: RuleFacts,
  known: ReadonlyMap<string, Item>,
  isFast: (texts: TextSet) => boolean,
): Wait {
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
  return { text, words, readsPatterns: false, beginsWithPattern: false, needs: [] }
}

/** True: a search for them is no burden for every payload. */
const isFastAtStart = (texts: TextSet) => isFast(texts, maxExactTexts.atStart)
const isFastLater = (texts: TextSet) => isFast(texts, maxExactTexts.later)

function isFast(texts: TextSet, mostExact: number): boolean {
  const isSlow = texts.some(text => text.length === minTextLength.slow)
  return !isSlow && (!isExact(texts) || texts.length <= mostExact)
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
  const isForAll = isExact(item.texts) && item.guards.length === 0
  const most = isForAll ? maxExactUnits : item.texts ? maxTextUnits : maxSecondUnits
  const count = kinds.get(most) ?? 0
  const weight = seconds.weight + weigh(item.texts)
  if (count >= most || weight > maxWeight) return { ...item, guards: [], texts: null, otherwise: null }
  keys.add(key)
  kinds.set(most, count + 1)
  seconds.weight = weight
  return item
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

/** Rules, with all that they name. */
export function withTheirUses(items: readonly Item[]): Set<Item> {
  return new Set(items.flatMap(item => [item, ...item.uses]))
}

/** The parts that ask for no pattern of the rule, and for those of other rules in one unit of the first stage at most. */
function guardsOf(
  source: PreparedSource,
  conjuncts: readonly Conjunct[],
  known: ReadonlyMap<string, Item>,
): Guard[] {
  return conjuncts.flatMap(conjunct => {
    const { text, words, readsPatterns } = conjunct
    // What a rule forbids is mostly not there.
    if (readsPatterns || text.startsWith('not ')) return []
    const uses = withTheirUses(namedBy(words, known))
    const homes = new Set([...uses].filter(item => item.facts.literals > 0).map(item => item.home))
    if ([...uses].some(isDeferred) || homes.size > 1) return []
    const [home = 'main'] = homes
    return [{ source, uses, text, home, tells: tellingOf(conjunct, known) }]
  })
}

/** A rule that one of the first stage names is in the first stage. */
export function keepWhatIsNamed(items: readonly Item[]): void {
  for (const { uses } of items.filter(item => !isDeferred(item))) {
    for (const used of uses) Object.assign(used, { guards: [], texts: null, otherwise: null })
  }
}
