import type { RuleFault, RuleMatch, RuleSource, StringMatch } from './engine.ts'
import { type ExpandedSource, expandIncludes } from './includes.ts'
import type { RuleFacts } from './rule-source.ts'

/**
 * Matches of one pattern that are looked for and reported; a condition counts up to it. Without a limit a payload of
 * a million equal bytes takes the engines 9 to 49 s.
 */
export const maxMatchesPerPattern = 1000

/** A source that is ready for a compiler, with all that its rules say of themselves. */
export interface PreparedSource extends ExpandedSource {
  /** Position among the sources. */
  index: number
  namespace: string
  isProven: boolean
  rules: Map<string, { order: number; facts: RuleFacts }>
}

/** A rule that an engine says has matched. */
export interface Hit {
  source: PreparedSource
  rule: string
  strings: StringMatch[]
}

/** Resolves includes and reads what the engines do not tell. A source whose includes fail is a fault. */
export function prepareSources(sources: readonly RuleSource[]): {
  prepared: PreparedSource[]
  faults: RuleFault[]
} {
  const prepared: PreparedSource[] = []
  const faults: RuleFault[] = []
  for (const [index, source] of sources.entries()) {
    const expanded = expandIncludes(source)
    if ('reason' in expanded) faults.push(expanded)
    else prepared.push(prepareSource(source, index, expanded))
  }
  return { prepared, faults }
}

function prepareSource(source: RuleSource, index: number, expanded: ExpandedSource): PreparedSource {
  const rules = new Map(expanded.facts.rules.map((facts, order) => [facts.name, { order, facts }]))
  const text = withoutWideIntegers(expanded)
  const { namespace = 'default', isProven = false } = source
  return { ...expanded, text, index, namespace, isProven, rules }
}

/** The WASM engine fails on a match whose metadata holds an integer beyond 53 bits: it gets a zero of the same width. */
function withoutWideIntegers({ text, facts }: ExpandedSource): string {
  let narrowed = ''
  let from = 0
  for (const [start, end] of facts.wideIntegers) {
    narrowed += text.slice(from, start) + '0'.padEnd(end - start)
    from = end
  }
  return narrowed + text.slice(from)
}

/** What is reported of hits: in the order of the rules in their sources, private rules left out, facts from the source. */
export function toRuleMatches(hits: readonly Hit[]): RuleMatch[] {
  const known = hits.flatMap(hit => {
    const rule = hit.source.rules.get(hit.rule)
    return rule && !rule.facts.isPrivate ? [{ ...hit, ...rule }] : []
  })
  known.sort((a, b) => a.source.index - b.source.index || a.order - b.order)
  return known.map(({ source, facts, strings }) => ({
    rule: facts.name,
    namespace: source.namespace,
    tags: [...facts.tags],
    meta: { ...facts.meta },
    strings,
  }))
}
