import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoqError } from '../../errors.ts'
import type { YaraEngine } from './engine.ts'
import { compile, everyEngine, names, wasm } from './engine-suite.test.ts'
import { loadYaraEngine } from './load.ts'
import { loadNativeEngine } from './native.ts'

everyEngine('a source does not see the rules of another', engine => {
  const rules = compile(engine, 'rule a { condition: true }', 'rule b { condition: a }')
  assert.deepEqual(
    rules.faults.map(({ source, line }) => [source, line]),
    [['rules1', 1]],
  )
  assert.deepEqual(names(rules.scan(new Uint8Array())), ['a'])
})

everyEngine('a source that does not compile is left out with line and reason, the others go on', engine => {
  const rules = compile(
    engine,
    'rule a { condition: true }',
    'rule fine { condition: true }\nrule b {\n  condition: nosuchidentifier\n}',
    'rule c { condition: true }',
  )
  assert.deepEqual(rules.faults, [
    {
      source: 'rules1',
      line: 3,
      reason: 'unknown identifier `nosuchidentifier`: this identifier has not been declared',
    },
  ])
  assert.equal(rules.usable.length, 2)
  assert.deepEqual(names(rules.scan(new Uint8Array())), ['a', 'c'])
})

everyEngine('every way of not compiling gives one line of reason', engine => {
  const bad = [
    'rule a { condition: ',
    'hello world',
    'rule a { strings: $a = "x condition: $a }',
    'rule a { strings: $a = /(/ condition: $a }',
    'rule a { strings: $a = /foo{bar/ condition: $a }',
    'rule a { condition: true } rule a { condition: true }',
    'rule a { strings: $a = "x" condition: true }',
    'rule a { condition: true /* never closed',
    'import "magic" rule a { condition: true }',
    'rule a { meta: n = 99999999999999999999 condition: true }',
    'include "x.yar"',
  ]
  const rules = compile(engine, ...bad)
  assert.deepEqual(
    [...rules.faults].map(fault => fault.source).sort(),
    bad.map((_, index) => `rules${index}`).sort(),
  )
  assert.ok(rules.faults.every(({ line, reason }) => line === 1 && /^[^\n]{10,200}$/.test(reason)))
})

everyEngine('a module that it lacks is named', engine => {
  const [fault] = compile(engine, '\nimport "magic"\nrule a { condition: magic.type() == "x" }').faults
  assert.deepEqual(fault, {
    source: 'rules0',
    line: 2,
    reason: 'unknown module `magic`: module `magic` not found',
  })
})

everyEngine('without a source that compiles nothing matches', engine => {
  const rules = compile(engine, 'no rules')
  assert.equal(rules.usable.length, 0)
  assert.deepEqual(rules.scan(Buffer.from('x')), [])
  assert.deepEqual(engine.compile([]).scan(Buffer.from('x')), [])
})

everyEngine('closed rules refuse to scan, and may be closed twice', engine => {
  const rules = compile(engine, 'rule a { condition: true }')
  rules.close()
  rules.close()
  assert.throws(() => rules.scan(new Uint8Array()), { code: 'STOQ_DISPATCH_SCAN' })
})

test('an engine that does not load is told with its name and why', async () => {
  const load = () => Promise.reject(new Error('Cannot find native binding.\n  Look elsewhere.'))
  await assert.rejects(loadNativeEngine(load), (error: unknown) => {
    assert.ok(error instanceof StoqError)
    assert.equal(error.code, 'STOQ_DISPATCH_ENGINE')
    assert.match(
      error.message,
      /^YARA engine native is not available: Cannot find native binding\. Look elsewhere\.$/,
    )
    return true
  })
})

test('the choice is followed, and auto takes WASM where native does not load', async () => {
  const missing = () => Promise.reject(new StoqError('STOQ_DISPATCH_ENGINE', ['native', 'not here']))
  const native = () => Promise.resolve<YaraEngine>({ ...wasm, name: 'native' })
  assert.equal((await loadYaraEngine('wasm', native)).name, 'wasm')
  assert.equal((await loadYaraEngine('native', native)).name, 'native')
  assert.equal((await loadYaraEngine('auto', native)).name, 'native')
  assert.equal((await loadYaraEngine('auto', missing)).name, 'wasm')
  await assert.rejects(loadYaraEngine('native', missing), { code: 'STOQ_DISPATCH_ENGINE' })
})
