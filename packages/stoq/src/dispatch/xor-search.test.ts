import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findXorSearches, searchXor, type XorSearch } from './xor-search.ts'
import type { RuleFault } from './yara/engine.ts'

function searchesOf(...words: string[]): XorSearch[] {
  const rules = words.map((word, index) => `rule x${index} { meta: xor_search = "${word}" condition: false }`)
  return findXorSearches([{ name: 'inline', text: rules.join('\n') }])
}

function encrypt(text: string | Uint8Array, key: number): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  return Buffer.from(bytes.map(byte => byte ^ key))
}

/** Key and offsets, found the slow way. */
function searchNaively(payload: Uint8Array, word: Uint8Array): [number, number[]][] {
  const found: [number, number[]][] = []
  for (let key = 1; key < 256; key++) {
    const needle = encrypt(word, key)
    const offsets: number[] = []
    for (let at = 0; at + needle.length <= payload.length; at++) {
      if (needle.equals(payload.subarray(at, at + needle.length))) offsets.push(at)
    }
    if (offsets.length) found.push([key, offsets])
  }
  return found
}

function found(payload: Uint8Array, searches: readonly XorSearch[]): [number, number[]][] {
  return searchXor(payload, searches).map(({ meta, strings }) => [
    Number(meta['key']),
    strings.map(match => match.offset),
  ])
}

const rule = `rule xor_This_program : encrypted {
  meta: plugin = "decoder:xor" save = "True" weight = 3 xor_search = "This program"
  condition: false
}`

test('a key found looks like a match of a rule of its own', () => {
  const payload = Buffer.concat([Buffer.from('....'), encrypt('!This program cannot', 65)])
  assert.deepEqual(searchXor(payload, findXorSearches([{ name: 'r', text: rule }])), [
    {
      rule: 'xor_This_program_key_65',
      namespace: 'default',
      tags: ['encrypted'],
      meta: { plugin: 'decoder:xor', save: 'True', weight: 3, key: '65' },
      strings: [{ identifier: '$xor', offset: 5, length: 12 }],
    },
  ])
})

test('every key from 1 to 255 is found, plain text is not', () => {
  const payload = Buffer.concat(Array.from({ length: 256 }, (_, key) => encrypt('This program', key)))
  const keys = found(payload, findXorSearches([{ name: 'r', text: rule }]))
  assert.deepEqual(
    keys,
    Array.from({ length: 255 }, (_, index) => [index + 1, [(index + 1) * 12]]),
  )
})

test('matches are sorted by key, offsets by place', () => {
  const payload = Buffer.concat([encrypt('word', 200), encrypt('word', 7), encrypt('word', 200)])
  assert.deepEqual(found(payload, searchesOf('word')), [
    [7, [4]],
    [200, [0, 8]],
  ])
})

test('several words are looked for, each under its rule', () => {
  const payload = Buffer.concat([encrypt('MZ\x90\0', 1), encrypt('kernel32', 2)])
  const matches = searchXor(payload, searchesOf('kernel32', '{4D 5a 9000}'))
  assert.deepEqual(
    matches.map(match => [match.rule, match.strings[0]?.offset]),
    [
      ['x0_key_2', 4],
      ['x1_key_1', 0],
    ],
  )
})

test('a search finds what a naive search over all keys finds', () => {
  // Few values, so that words overlap, repeat themselves and are found by chance.
  const bytes = fc.uint8Array({ max: 3, minLength: 0, maxLength: 300 })
  const word = fc.uint8Array({ max: 3, minLength: 4, maxLength: 7 })
  fc.assert(
    fc.property(bytes, word, fc.nat({ max: 3 }), (payload, needle, from) => {
      const searches = searchesOf(`{${Buffer.from(needle).toString('hex')}}`)
      const part = payload.subarray(from)
      assert.deepEqual(found(part, searches), searchNaively(part, needle))
    }),
  )
})

test('a word is found wherever it lies in a large payload, also across the pieces it is searched in', () => {
  const searches = searchesOf(
    'This program',
    'word',
    '{00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 11 12 13}',
  )
  const payload = Buffer.alloc(200_000)
  for (const at of [65_500, 65_520, 65_530, 65_536, 131_000, 131_060, 199_988]) {
    payload.fill(0)
    encrypt('This program', 9).copy(payload, at)
    assert.deepEqual(found(payload, searches), [[9, [at]]])
  }
  encrypt('word', 77).copy(payload, 199_996)
  assert.deepEqual(found(payload, searches.slice(1)), [[77, [199_996]]])
})

test('what an earlier payload held is not found in a shorter one', () => {
  const searches = searchesOf('This program')
  assert.equal(searchXor(encrypt('This program', 5), searches).length, 1)
  assert.deepEqual(searchXor(encrypt('This progra', 5), searches), [])
  assert.deepEqual(searchXor(encrypt('T', 5), searches), [])
  assert.deepEqual(searchXor(new Uint8Array(), searches), [])
})

test('a thousand matches of one key are enough, the other keys are still found', () => {
  const payload = Buffer.concat([encrypt('word'.repeat(5000), 1), encrypt('word', 2)])
  const [first, second] = found(payload, searchesOf('word'))
  assert.equal(first?.[1].length, 1000)
  assert.deepEqual(second, [2, [20_000]])
})

test('the payload is left as it is', () => {
  const payload = encrypt('This program', 5)
  searchXor(payload, searchesOf('This program'))
  assert.ok(payload.equals(encrypt('This program', 5)))
})

test('what is no word of 4 to 256 bytes is told with its line', () => {
  const words = ['abc', 'é é é', '{41 42 43}', '{41 42 43 4}', '{41 42 43 4G}', 'x'.repeat(257)]
  const text = words
    .map((word, index) => `rule x${index} { meta: xor_search = "${word}" condition: false }`)
    .join('\n')
  const faults: RuleFault[] = []
  assert.deepEqual(
    findXorSearches([{ name: 'bad', text }], fault => faults.push(fault)),
    [],
  )
  assert.deepEqual(
    faults.map(fault => fault.line),
    [1, 2, 3, 4, 5, 6],
  )
  assert.match(faults[0]?.reason ?? '', /^xor_search of rule x0 must be 4 to 256 bytes/)
})

test('rules without xor_search and sources that cannot be read ask for nothing', () => {
  const sources = [
    { name: 'a', text: 'rule a { meta: plugin = "decoder:xor" condition: true }' },
    { name: 'b', text: `include "nowhere.yar" ${rule}` },
  ]
  assert.deepEqual(findXorSearches(sources), [])
  assert.deepEqual(searchXor(Buffer.from('anything'), []), [])
})
