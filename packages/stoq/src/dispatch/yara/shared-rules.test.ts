import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CompiledRules, RuleSource, YaraEngine } from './engine.ts'
import { everyEngine, names, wasm } from './engine-suite.test.ts'
import { compileReserved, compileRuleFiles } from './load.ts'
import { compileShared } from './shared-rules.ts'

const source = (name: string, text: string, more: Partial<RuleSource> = {}): RuleSource => ({
  name,
  text,
  ...more,
})
const rule = (name: string, word: string) => `rule ${name} { strings: $a = "${word}" condition: $a }`

/** An engine that counts what it is asked to do. */
function counting(engine: YaraEngine) {
  const count = { compile: 0, scan: 0 }
  const compile = (sources: readonly RuleSource[]): CompiledRules => {
    count.compile++
    const rules = engine.compile(sources)
    return {
      faults: rules.faults,
      usable: rules.usable,
      close: () => rules.close(),
      scan: payload => {
        count.scan++
        return rules.scan(payload)
      },
    }
  }
  return { count, engine: { name: engine.name, compile } }
}

function share(engine: YaraEngine, ...users: RuleSource[][]): [CompiledRules, CompiledRules] {
  const rules = compileShared(engine, users)
  assert.ok(rules?.[0] && rules[1])
  return [rules[0], rules[1]]
}

everyEngine('each user has the answers of its own rules, whatever the others are called', engine => {
  const [first, second] = share(
    engine,
    [source('a', rule('same', 'one')), source('b', rule('b', 'one'), { namespace: 'mine' })],
    [source('c', `${rule('same', 'one')} ${rule('c', 'two')}`)],
  )
  const payload = Buffer.from('one two')
  const told = (rules: CompiledRules) => rules.scan(payload).map(({ rule, namespace }) => [rule, namespace])
  assert.deepEqual(told(first), [
    ['same', 'default'],
    ['b', 'mine'],
  ])
  assert.deepEqual(told(second), [
    ['same', 'default'],
    ['c', 'default'],
  ])
  assert.deepEqual(told(second), [
    ['same', 'default'],
    ['c', 'default'],
  ])
  assert.deepEqual([first.usable, second.usable, first.faults], [[0, 1], [0], []])
})

test('one payload that both scan is scanned once; each scan after that is a new one', () => {
  const { count, engine } = counting(wasm)
  const [first, second] = share(engine, [source('a', rule('a', 'one'))], [source('b', rule('b', 'two'))])
  const payload = Buffer.from('one two')
  assert.deepEqual([names(first.scan(payload)), names(second.scan(payload)), count.scan], [['a'], ['b'], 1])
  assert.deepEqual([names(second.scan(payload)), names(first.scan(payload)), count.scan], [['b'], ['a'], 2])
  first.scan(payload)
  assert.deepEqual([names(first.scan(payload)), count.scan], [['a'], 4])
})

test('a payload that was changed in place, another one, or the same bytes elsewhere are scanned anew', () => {
  const [first, second] = share(wasm, [source('a', rule('a', 'one'))], [source('b', rule('b', 'two'))])
  for (const size of [7, 2 * 1024 * 1024]) {
    const payload = Buffer.alloc(size)
    payload.write('one two')
    first.scan(payload)
    payload.write('one owt')
    assert.deepEqual(names(second.scan(payload)), [])
    payload.write('one two', size - 7)
    assert.deepEqual(names(second.scan(payload)), ['b'])
    first.scan(payload)
    assert.deepEqual(names(second.scan(Buffer.from('one'))), [])
    assert.deepEqual(names(second.scan(payload)), ['b'])
  }
})

everyEngine('who stays goes on alone, and closed rules refuse to scan', engine => {
  const [first, second] = share(engine, [source('a', rule('a', 'one'))], [source('b', rule('b', 'one'))])
  const payload = Buffer.from('one')
  first.scan(payload)
  first.close()
  first.close()
  assert.deepEqual(names(second.scan(payload)), ['b'])
  assert.throws(() => first.scan(payload), { code: 'STOQ_DISPATCH_SCAN' })
  second.close()
  assert.throws(() => second.scan(payload), { code: 'STOQ_DISPATCH_SCAN' })
})

everyEngine('rules with a fault are not shared: who compiles them alone is told', engine => {
  const good = [source('a', rule('a', 'one'))]
  assert.equal(compileShared(engine, [good, [source('b', 'rule b {')]]), null)
  assert.equal(compileShared(engine, [[source('b', 'include "no"'), ...good], good]), null)
})

test('dispatch rules compiled beside others wait for who loads the same texts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoq-shared-'))
  try {
    const [own = '', beside = ''] = ['own.yar', 'beside.yar'].map(name => join(folder, name))
    writeFileSync(own, rule('own', 'one'))
    writeFileSync(beside, 'include "part.yar"')
    writeFileSync(join(folder, 'part.yar'), rule('part', 'one'))
    const sources = [source(beside, 'include "part.yar"', { directory: folder })]
    const { count, engine } = counting(wasm)
    await compileRuleFiles([own], 'wasm', [beside])
    const other = compileReserved({ ...engine, name: 'native' }, sources)
    assert.equal(count.compile, 1)
    assert.deepEqual(names(compileReserved(engine, sources).scan(Buffer.from('one'))), ['part'])
    assert.equal(count.compile, 1)
    assert.deepEqual(names(compileReserved(engine, sources).scan(Buffer.from('one'))), ['part'])
    assert.equal(count.compile, 2)
    await compileRuleFiles([own], 'wasm', [beside])
    writeFileSync(join(folder, 'part.yar'), rule('fresh', 'one'))
    assert.deepEqual(names(compileReserved(engine, sources).scan(Buffer.from('one'))), ['fresh'])
    other.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
