import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { getSha1 } from '../../payload/hashes.ts'
import type { RuleFault, RuleSource } from './engine.ts'
import { mayInclude } from './includes.ts'
import { planUnits, type UnitPlan } from './plan-units.ts'
import { groupSources } from './rule-groups.ts'
import { type PreparedSource, prepareSources } from './rule-set.ts'
import { rememberSourceFacts } from './rule-source.ts'

/** All that is known of rules before an engine compiles them. */
export interface RuleReading {
  prepared: PreparedSource[]
  faults: RuleFault[]
  /** `plan`: how they are cut from the beginning; null: not at all. */
  groups: { sources: PreparedSource[]; plan: UnitPlan | null }[]
}

/**
 * Reads rules. Those that come with stoQ are the same at every start and take 20 ms, so what was read is kept where Node keeps
 * compiled code, if it does.
 */
export function readRules(sources: readonly RuleSource[]): RuleReading {
  const file = sources.every(isConstant) ? fileFor(sources) : null
  if (file === null) return readAnew(sources)
  const known = fetchReading(file, sources)
  if (known) return known
  const reading = readAnew(sources)
  keepReading(file, reading)
  return reading
}

/** What is known to compile is cut at once: a run over one file needs few of the units. */
export function planAtStart(sources: readonly PreparedSource[]): UnitPlan | null {
  return sources.every(source => source.isProven) ? planUnits(sources, true) : null
}

function readAnew(sources: readonly RuleSource[]): RuleReading {
  const { prepared, faults } = prepareSources(sources)
  const groups = groupSources(prepared).map(group => ({ sources: group, plan: planAtStart(group) }))
  return { prepared, faults, groups }
}

function isConstant(source: RuleSource): boolean {
  return source.isProven === true && !mayInclude(source)
}

/** null: Node keeps nothing. */
function fileFor(sources: readonly RuleSource[]): string | null {
  const folder = nodeModule.getCompileCacheDir?.()
  if (!folder) return null
  const texts = sources.map(({ name, namespace, text }) => [name, namespace, text])
  const key = JSON.stringify([codeOfReader(), texts])
  return join(folder, `stoq-rules-${getSha1(Buffer.from(key))}`)
}

/** Changes with the code that reads rules. */
function codeOfReader(): unknown[] {
  const folder = import.meta.dirname
  return readdirSync(folder).map(name => {
    const { mtimeMs, size } = statSync(join(folder, name))
    return [name, mtimeMs, size]
  })
}

function fetchReading(file: string, sources: readonly RuleSource[]): RuleReading | null {
  try {
    const reading = deserialize(readFileSync(file)) as RuleReading
    for (const source of reading.prepared) {
      const { name = '', text = '' } = sources[source.index] ?? {}
      source.locate = line => ({ source: name, line })
      // The dispatcher asks for them too.
      rememberSourceFacts(text, source.facts)
    }
    return reading
  } catch {
    // It is not there yet, or was not written to its end.
    return null
  }
}

function keepReading(file: string, { prepared, ...reading }: RuleReading): void {
  const plain = new Map(prepared.map(({ locate: _, ...source }) => [source.index, source]))
  const groups = reading.groups.map(({ sources, plan }) => ({
    sources: sources.map(({ index }) => plain.get(index)),
    plan,
  }))
  try {
    const unfinished = `${file}.${process.pid}`
    writeFileSync(unfinished, serialize({ ...reading, prepared: [...plain.values()], groups }))
    renameSync(unfinished, file)
  } catch {
    // It is read again at the next start.
  }
}
