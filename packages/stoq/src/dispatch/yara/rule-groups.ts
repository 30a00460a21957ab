import type { PreparedSource } from './rule-set.ts'

/** The binding knows no namespaces: sources share a group where no rule of one can be taken for a rule of another. */
export function groupSources(sources: readonly PreparedSource[]): PreparedSource[][] {
  const groups: PreparedSource[][] = []
  for (const source of sources) {
    const group = groups.find(members => members.every(member => areIndependent(member, source)))
    if (group) group.push(source)
    else groups.push([source])
  }
  return groups
}

function areIndependent(a: PreparedSource, b: PreparedSource): boolean {
  if (hasGlobalRule(a) || hasGlobalRule(b)) return false
  return !usesRuleOf(a, b) && !usesRuleOf(b, a)
}

function hasGlobalRule(source: PreparedSource): boolean {
  return source.facts.rules.some(rule => rule.isGlobal)
}

function usesRuleOf(source: PreparedSource, other: PreparedSource): boolean {
  return other.facts.rules.some(({ name }) => source.rules.has(name) || source.facts.words.has(name))
}
