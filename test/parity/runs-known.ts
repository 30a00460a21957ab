import { readdirSync } from 'node:fs'
import { hashPayload } from 'stoq'
import { openScratch } from 'stoq/testing'
import { acceptedDifferences } from './accepted-differences.ts'
import { type PluginRecord, readRecords, readSample } from './records.ts'
import { readRunRecords } from './runs-records.ts'

const records = readRunRecords('run')
const present = await pluginsOfOurs()
const elsewhere = callsAnsweredElsewhere()
const rules = rulesOfV1()
const workers = workersOfV1()

/** What is known of both before a run is looked at. */
export const known = {
  /** False: `category:name` is not part of this release. */
  isPresent: (plugin: string): boolean => present.has(plugin),
  /** True: a worker of v1 that is not part of this release. */
  isAbsentWorker: (name: string): boolean => workers.has(name) && !present.has(`worker:${name}`),
  /** True: the answer of a plugin to a payload is known to differ, and plugins.test.ts says what is right. */
  isAnsweredElsewhere: (plugin: string, sha256: string): boolean => elsewhere.has(`${plugin} ${sha256}`),
  /** True: v1 had a dispatch rule of that name. */
  isRuleOfV1: (rule: string): boolean => rules.has(rule),
}

async function pluginsOfOurs(): Promise<Set<string>> {
  await using scratch = openScratch()
  return new Set(scratch.stoq.getAllPlugins().map(({ category, name }) => `${category}:${name}`))
}

/** Every rule that hit in a recorded run, and one for each XOR key but 255, which v1 forgot. */
function rulesOfV1(): Set<string> {
  const keys = Array.from({ length: 254 }, (_, index) => `xor_This_program_key_${index + 1}`)
  const roots = records.flatMap(record => Object.values(record.roots ?? {}))
  return new Set([...keys, ...roots.flatMap(root => [root, ...root.children]).flatMap(({ rules }) => rules)])
}

/** The first section of v1's list of plugins. */
function workersOfV1(): Set<string> {
  const list = readRunRecords('command').find(record => record.id === 'command/list.json')
  const [, section = ''] = list?.stdout?.split(/\n (?=\w)/) ?? []
  return new Set(Array.from(section.matchAll(/^ {3}- (\S+)/gm), ([, name]) => String(name)))
}

/** `plugin sha256` of the calls whose recorded answer plugins.test.ts does not want, or not all of it. */
function callsAnsweredElsewhere(): Set<string> {
  const accepted = new Set(acceptedDifferences.map(({ record }) => record))
  const calls = new Set<string>()
  for (const kind of ['carver', 'decoder', 'extractor']) {
    for (const name of readdirSync(new URL(`expected/${kind}`, import.meta.url))) {
      const others = readRecords(kind, name).filter(
        record => isPlainCall(record) && isOther(record, accepted),
      )
      for (const { sample } of others) calls.add(`${kind}:${name} ${hashPayload(readSample(sample)).sha256}`)
    }
  }
  return calls
}

/** A dispatcher gives no keywords but those of rules. */
function isPlainCall({ kwargs }: PluginRecord): boolean {
  return Object.keys(kwargs ?? {}).every(key => key === 'filename')
}

function isOther({ id, v1_defect, exception }: PluginRecord, accepted: Set<string>): boolean {
  return v1_defect !== undefined || exception !== undefined || accepted.has(id)
}
