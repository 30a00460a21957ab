/**
 * `node bench/rules.ts`: what the dispatch rules take of programs, noise, text, Base64 and documents, and to be compiled.
 * Processor time, the least of all runs. `--against FOLDER` compares with another checkout, in turn; `--each` shows what is saved
 * without each of the rules that search. `--engine native|wasm --runs 9 --bulk 60`
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { CompiledRules, RuleSource } from '../packages/stoq/src/dispatch/yara/engine.ts'
import { expandIncludes } from '../packages/stoq/src/dispatch/yara/includes.ts'
import { readGoldenSample } from '../packages/stoq/src/testing/index.ts'
import { binaries } from './corpus.ts'
import { line, print } from './table.ts'

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    each: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'native' },
    runs: { type: 'string', default: '9' },
    bulk: { type: 'string', default: '60' },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const corpora = readCorpora(Number(values.bulk) * 1e6)
const checkouts = [...(values.against ? [resolve(values.against)] : []), root]
const subjects = await Promise.all(checkouts.map(readSubject))

compareCompiling()
compareScanning(subjects.map(subject => ({ name: subject.name, rules: subject.compile(subject.sources) })))
if (values.each) for (const subject of subjects.slice(-1)) leaveOut(subject)

interface Subject {
  name: string
  sources: RuleSource[]
  compile(sources: RuleSource[]): CompiledRules
}

/** The rules and the code of a checkout. */
async function readSubject(folder: string): Promise<Subject> {
  const load = pathToFileURL(join(folder, 'packages/stoq/src/dispatch/yara/load.ts')).href
  const { loadRuleFiles, loadYaraEngine } = await import(load)
  const engine = await loadYaraEngine(values.engine)
  const { sources } = loadRuleFiles([join(folder, 'packages/stoq/rules/dispatcher.yar')])
  return { name: folder === root ? 'this' : folder, sources, compile: sources => engine.compile(sources) }
}

/** The first time in a process is what a run pays; those that follow show less noise. */
function compareCompiling(): void {
  print(`\nCompiling, ${values.engine}, ms\n`)
  print(line(['rules', 'first', 'least']))
  print(line(['---', '---', '---']))
  const times = subjects.map((): number[] => [])
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [index, { sources, compile }] of subjects.entries()) {
      times[index]?.push(cpuTime(() => compile(sources.map(source => ({ ...source }))).close()))
    }
  }
  for (const [index, { name }] of subjects.entries()) {
    const own = times[index] ?? []
    print(line([name, (own[0] ?? 0).toFixed(1), Math.min(...own).toFixed(1)]))
  }
}

function compareScanning(contestants: readonly { name: string; rules: CompiledRules }[]): void {
  // Rules that users wrote are cut into units after some megabytes.
  for (const { rules } of contestants)
    for (let index = 0; index < 20; index++) rules.scan(Buffer.alloc(1e6, 1))
  print(`\nScanning, ${values.engine}; the ratios are to the first\n`)
  print(line(['corpus', 'MB', ...contestants.flatMap(({ name }) => [`${name} ms`, 'MB/s', 'ratio'])]))
  print(line(['---', '---', ...contestants.flatMap(() => ['---', '---', '---'])]))
  for (const [name, payloads] of Object.entries(corpora)) {
    const times = leastTimes(contestants, payloads)
    const megabytes = payloads.reduce((sum, { length }) => sum + length, 0) / 1e6
    const cells = times.flatMap(ms => [
      ms.toFixed(1),
      (megabytes / (ms / 1000)).toFixed(0),
      (ms / (times[0] ?? ms)).toFixed(2),
    ])
    print(line([name, megabytes.toFixed(1), ...cells]))
  }
}

/** What the rules take without each of those that search, for all corpora. */
function leaveOut({ sources, compile }: Subject): void {
  const [source] = sources
  const expanded = source && expandIncludes(source)
  if (!expanded || !('facts' in expanded)) return
  const { text, facts } = expanded
  print('\nWithout one rule, ratio to all rules\n')
  print(line(['rule', ...Object.keys(corpora)]))
  print(line(['---', ...Object.keys(corpora).map(() => '---')]))
  const all = { name: 'all', rules: compile(sources) }
  for (const rule of facts.rules.filter(({ literals, isPrivate }) => literals > 0 && !isPrivate)) {
    const rest = text.slice(0, rule.start) + text.slice(rule.end)
    const without = { name: rule.name, rules: compile([{ ...source, text: rest }]) }
    const ratios = Object.values(corpora).map(payloads => {
      const [whole = 1, less = 1] = leastTimes([all, without], payloads)
      return (less / whole).toFixed(2)
    })
    print(line([rule.name, ...ratios]))
    without.rules.close()
  }
}

/** Milliseconds of each, in turn. */
function leastTimes(contestants: readonly { rules: CompiledRules }[], payloads: readonly Buffer[]): number[] {
  const times = contestants.map(() => Number.POSITIVE_INFINITY)
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [index, { rules }] of contestants.entries()) {
      const ms = cpuTime(() => {
        for (const payload of payloads) rules.scan(payload)
      })
      times[index] = Math.min(times[index] ?? ms, ms)
    }
  }
  return times
}

function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function readCorpora(limit: number): Record<string, Buffer[]> {
  const programs = takeBytes(binaries(), limit).filter(isProgram)
  const compiler = readFileSync(join(root, 'node_modules/typescript/lib/typescript.js'))
  const prose = readFileSync(join(root, 'CONTRIBUTING.md')).subarray(0, 8000)
  return {
    programs,
    noise: Array.from({ length: 16 }, () => randomBytes(1e6)),
    script: Array.from({ length: 8 }, (_, index) => compiler.subarray(index * 1e6, (index + 1) * 1e6)),
    prose: Array.from({ length: 40 }, () => Buffer.alloc(200_000, prose)),
    base64: programs.slice(0, 30).map(program => {
      const text = program.subarray(9, 400_000).toString('base64')
      return Buffer.from(text.replace(/(.{76})/g, '$1\n'))
    }),
    small: Array.from({ length: 500 }, (_, index) => compiler.subarray(index * 1e4, (index + 1) * 1e4)),
    office: samplesOf('extractor/office'),
    pdf: samplesOf('extractor/pdf'),
  }
}

function takeBytes(paths: readonly string[], limit: number): Buffer[] {
  const taken: Buffer[] = []
  let bytes = 0
  for (const path of paths) {
    if (bytes >= limit) break
    const content = readFileSync(path)
    if (content.length > 8e6 || !isProgram(content)) continue
    taken.push(content)
    bytes += content.length
  }
  return taken
}

function isProgram(content: Buffer): boolean {
  return content.subarray(0, 4).equals(Buffer.from('\x7fELF'))
}

/** The golden samples of a plugin, ten times. */
function samplesOf(plugin: string): Buffer[] {
  const folder = join(root, 'test/golden', plugin)
  const files = readdirSync(folder).filter(name => !name.endsWith('.json'))
  const samples = files.map(name => Buffer.from(readGoldenSample(join(folder, name), name).payload))
  return Array.from({ length: 10 }, () => samples).flat()
}
