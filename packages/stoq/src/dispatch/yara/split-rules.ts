import { alwaysAsks, readConjuncts } from './condition.ts'
import type { PreparedSource } from './rule-set.ts'
import type { RuleFacts } from './rule-source.ts'

/**
 * The engine looks for up to three literals with vector searches, 4 to 20 GB/s; for more it takes an automaton, 0.5 GB/s
 * (measured on the programs of a Debian system). So a few rules of a few literals are faster one after the other.
 */
const literalsInRule = 3
const maxRules = 6

/**
 * The texts that may be compiled and scanned one after the other instead of all together, because that is faster; one text
 * where it is not. The answers are the same: a rule is never parted from one that it uses.
 */
export function splitRules(sources: readonly PreparedSource[]): string[] {
  const rules = sources.flatMap(source => source.facts.rules)
  const searching = rules.filter(rule => rule.literals > 0)
  if (!isWorthwhile(searching) || !sources.every(isSeparable)) return [joinSources(sources)]
  return searching.map((rule, index) => {
    // The rules that only read at fixed places cost nothing anywhere: they go with the first.
    const blank = new Set(rules.filter(other => other !== rule && (other.literals > 0 || index > 0)))
    return sources.map(source => blankRules(source, blank)).join('\n')
  })
}

/** The text of all sources, each in lines of its own. */
export function joinSources(sources: readonly PreparedSource[]): string {
  return sources.map(source => source.text).join('\n')
}

/** True: these rules, all that search in a unit, are faster one after the other. */
export function isWorthwhile(searching: readonly RuleFacts[]): boolean {
  const isSmall = searching.length > 1 && searching.length <= maxRules
  return isSmall && searching.every(rule => rule.literals <= literalsInRule)
}

function isSeparable({ text, facts }: PreparedSource): boolean {
  return !facts.rules.some(rule => rule.isGlobal || facts.words.has(rule.name) || mayMatchUnasked(text, rule))
}

/** Its strings are told only where another rule makes the engine search. */
function mayMatchUnasked(text: string, rule: RuleFacts): boolean {
  return rule.literals > 0 && !alwaysAsks(readConjuncts(text.slice(rule.condition, rule.end)))
}

/** The text of a source without some of its rules. */
export function blankRules({ text, facts }: PreparedSource, blank: ReadonlySet<RuleFacts>): string {
  let result = ''
  let from = 0
  for (const rule of facts.rules) {
    if (!blank.has(rule)) continue
    result += text.slice(from, rule.start)
    from = rule.end
  }
  return result + text.slice(from)
}
