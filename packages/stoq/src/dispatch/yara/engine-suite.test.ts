/** What the tests of both engines share; no test in itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledRules, RuleMatch, YaraEngine } from './engine.ts'
import { loadNativeEngine } from './native.ts'
import { loadWasmEngine } from './wasm.ts'

export const wasm = await loadWasmEngine()

/** Every engine of this platform. */
export const engines = [
  wasm,
  ...(await loadNativeEngine().then(
    native => [native],
    () => [],
  )),
]

/** Registers one test for each engine: all have to give the same answers. */
export function everyEngine(title: string, check: (engine: YaraEngine) => void | Promise<void>): void {
  for (const engine of engines) test(`${engine.name}: ${title}`, () => check(engine))
}

/** Compiles each text as a source of its own: rules0, rules1 … */
export function compile(engine: YaraEngine, ...texts: string[]): CompiledRules {
  return engine.compile(texts.map((text, index) => ({ name: `rules${index}`, text })))
}

/** The matches of rules that have to compile; text is one byte a character. */
export function scan(engine: YaraEngine, text: string, payload: string | Uint8Array = ''): RuleMatch[] {
  const rules = compile(engine, text)
  assert.deepEqual(rules.faults, [])
  const matches = rules.scan(typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload)
  rules.close()
  return matches
}

export const names = (matches: readonly RuleMatch[]) => matches.map(match => match.rule)
