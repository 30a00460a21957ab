import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readGoldenSample } from 'stoq/testing'
import { findXorSearches, searchXor } from '../../packages/stoq/src/dispatch/xor-search.ts'
import { engines } from '../../packages/stoq/src/dispatch/yara/engine-suite.test.ts'
import { loadRuleFiles } from '../../packages/stoq/src/dispatch/yara/load.ts'

export const samples = new URL('../parity/samples/', import.meta.url)
const rulesFile = fileURLToPath(new URL('../../packages/stoq/rules/dispatcher.yar', import.meta.url))

export const { sources, faults } = loadRuleFiles([rulesFile])
const searches = findXorSearches(sources, fault => faults.push(fault))
export const compiled = engines.map(engine => engine.compile(sources))

export const sample = (name: string) => readFileSync(new URL(name, samples))
/** A golden sample by its path, as it is: `extractor/office/macro.doc.masked` unmasked. */
export const golden = (path: string) => {
  const file = fileURLToPath(new URL(`../golden/${path}`, import.meta.url))
  return Buffer.from(readGoldenSample(file, path).payload)
}
export const latin1 = (text: string) => Buffer.from(text, 'latin1')
export const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')

/** The rules that hit, the same in every engine. */
export function hits(payload: Uint8Array): string[] {
  const [first = [], ...others] = compiled.map(rules => rules.scan(payload).map(match => match.rule))
  for (const other of others) assert.deepEqual(other, first)
  return [...first, ...searchXor(payload, searches).map(match => match.rule)]
}

/** `text` at `offset` in a payload of zeros. */
export function placed(size: number, ...parts: [offset: number, text: string | Uint8Array][]): Buffer {
  const payload = Buffer.alloc(size)
  for (const [offset, text] of parts) payload.set(typeof text === 'string' ? latin1(text) : text, offset)
  return payload
}

export const tested = new Set(['xor_This_program'])

export function ruleHits(
  rule: string,
  yes: Record<string, Uint8Array>,
  no: Record<string, Uint8Array>,
): void {
  tested.add(rule)
  for (const [what, payload] of Object.entries(yes)) {
    test(`${rule} hits ${what}`, () => assert.ok(hits(payload).includes(rule)))
  }
  for (const [what, payload] of Object.entries(no)) {
    test(`${rule} does not hit ${what}`, () => assert.ok(!hits(payload).includes(rule)))
  }
}
