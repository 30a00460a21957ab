import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { bundledPlugins, bundledRules } from '../../config/bundled.ts'
import { openScratch } from '../../testing/scratch.ts'
import { engines, wasm } from './engine-suite.test.ts'
import { expandIncludes } from './includes.ts'
import { readRuleSource } from './rule-file.ts'
import { readRules } from './rule-reading.ts'

const engine = engines.at(-1) ?? wasm

function bundled(file = bundledRules) {
  const source = readRuleSource(file)
  const expanded = expandIncludes(source)
  assert.ok('text' in expanded)
  return { ...source, text: expanded.text }
}

/** All but what tells where a line was written. */
function plain(reading: ReturnType<typeof readRules>) {
  return JSON.parse(
    JSON.stringify(reading, (_, value) =>
      value instanceof Set || value instanceof Map ? [...value] : value,
    ),
  )
}

test('what was read of rules that come with stoQ is kept with compiled code, and read anew where it is damaged', async () => {
  await using scratch = openScratch()
  const source = bundled()
  const anew = plain(readRules([source]))
  nodeModule.enableCompileCache(join(scratch.home, 'cache'))
  const folder = nodeModule.getCompileCacheDir() ?? ''
  const kept = () => globSync(join(folder, 'stoq-rules-*'))
  assert.deepEqual(plain(readRules([source])), anew)
  const [file = ''] = kept()
  assert.ok(existsSync(file))
  const fetched = readRules([source])
  assert.deepEqual(plain(fetched), anew)
  assert.deepEqual(fetched.prepared[0]?.locate(7), { source: source.name, line: 7 })
  assert.equal(fetched.groups[0]?.sources[0], fetched.prepared[0])
  writeFileSync(file, readFileSync(file).subarray(0, 1000))
  assert.deepEqual(plain(readRules([source])), anew)
  assert.deepEqual(kept(), [file])
})

test('other rules are read at every start, and so are those that include others', async () => {
  await using scratch = openScratch()
  nodeModule.enableCompileCache(join(scratch.home, 'cache'))
  const before = globSync(join(dirname(nodeModule.getCompileCacheDir() ?? ''), '*/stoq-rules-*'))
  readRules([{ name: 'own', text: 'rule a { condition: true }' }])
  readRules([readRuleSource(bundledRules)])
  assert.deepEqual(globSync(join(dirname(nodeModule.getCompileCacheDir() ?? ''), '*/stoq-rules-*')), before)
})

test('rules that were kept give the same matches', () => {
  const payload = Buffer.from('PK\x03\x04 This program cannot be run in DOS mode, TVqQAAMAAAAE')
  const answers = [1, 2].map(() => {
    const rules = engine.compile([bundled()])
    assert.deepEqual(rules.faults, [])
    const matches = rules.scan(payload)
    rules.close()
    return matches
  })
  assert.ok((answers[0]?.length ?? 0) > 1)
  assert.deepEqual(answers[0], answers[1])
})

test('no rule that comes with stoQ has to be compiled before a payload asks for it', () => {
  const worker = join(bundledPlugins, 'worker/yara/rules/stoq.yar')
  for (const file of [bundledRules, worker]) {
    const first = readRules([bundled(file)]).groups.flatMap(({ plan }) => plan?.first ?? [null])
    assert.deepEqual(
      first.flatMap(unit => [...(unit?.owned ?? ['all'])]),
      [],
    )
  }
})
