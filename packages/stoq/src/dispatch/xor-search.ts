import type { MetaValue, RuleFault, RuleMatch, RuleSource } from './yara/engine.ts'
import { expandIncludes } from './yara/includes.ts'
import { maxMatchesPerPattern } from './yara/rule-set.ts'
import type { RuleFacts } from './yara/rule-source.ts'

/** A word that is looked for under every one-byte XOR key, asked for by a rule with meta `xor_search`. */
export interface XorSearch {
  rule: string
  namespace: string
  tags: readonly string[]
  /** Meta of the rule but `xor_search`. */
  meta: Readonly<Record<string, MetaValue>>
  word: Uint8Array
  /** Every byte of the word XOR the next one: the same under every key. */
  differences: Uint8Array
}

/** Less than this is found by chance in any large payload. */
const minWordLength = 4
const maxWordLength = 256

/**
 * The searches that rules ask for with `xor_search = "text"` or `xor_search = "{68 65 78}"`, 4 to 256 bytes.
 * Sources that cannot be read are left out, the compiler tells of them; a word that is none is told to `onFault`.
 */
export function findXorSearches(
  sources: readonly RuleSource[],
  onFault: (fault: RuleFault) => void = () => {},
): XorSearch[] {
  return sources.flatMap(source => {
    const expanded = expandIncludes(source)
    if ('reason' in expanded) return []
    return expanded.facts.rules.flatMap(rule => {
      const wanted = rule.meta['xor_search']
      if (wanted === undefined) return []
      const word = parseWord(String(wanted))
      if (word) return [toSearch(rule, source, word)]
      const reason = `xor_search of rule ${rule.name} must be ${minWordLength} to ${maxWordLength} bytes of ASCII text or {hex}`
      onFault({ ...expanded.locate(rule.line), reason })
      return []
    })
  })
}

function parseWord(text: string): Uint8Array | null {
  const word = /^\{.*\}$/s.test(text) ? parseHex(text.slice(1, -1)) : parseAscii(text)
  return word && word.length >= minWordLength && word.length <= maxWordLength ? word : null
}

function parseHex(text: string): Uint8Array | null {
  const digits = text.replace(/\s/g, '')
  return digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits) ? Buffer.from(digits, 'hex') : null
}

function parseAscii(text: string): Uint8Array | null {
  return /^[\x00-\x7f]*$/.test(text) ? Buffer.from(text, 'latin1') : null
}

function toSearch(rule: RuleFacts, source: RuleSource, word: Uint8Array): XorSearch {
  const { xor_search: _, ...meta } = rule.meta
  const differences = word.slice(1).map((byte, index) => byte ^ (word[index] ?? 0))
  return {
    rule: rule.name,
    namespace: source.namespace ?? 'default',
    tags: rule.tags,
    meta,
    word,
    differences,
  }
}

/**
 * One match for each search and key (1 to 255) under which the word is in the payload, by key, the rule named
 * `<rule>_key_<key>` and meta `key` added: what v1 had a rule for each key for. Time is linear, memory flat.
 */
export function searchXor(payload: Uint8Array, searches: readonly XorSearch[]): RuleMatch[] {
  if (searches.length === 0) return []
  const found = searches.map(search => ({ search, offsets: new Map<number, number[]>() }))
  // A match belongs to the chunk that it starts in and may reach this far into the next one.
  const overlap = Math.max(...searches.map(search => search.word.length)) - 1
  const stride = chunkSize - overlap
  for (let start = 0; start < payload.length; start += stride) {
    const differences = differencesOf(payload.subarray(start, start + chunkSize))
    for (const { search, offsets } of found) {
      let at = differences.indexOf(search.differences)
      while (at >= 0 && at < stride) {
        record(offsets, (payload[start + at] ?? 0) ^ (search.word[0] ?? 0), start + at)
        at = differences.indexOf(search.differences, at + 1)
      }
    }
  }
  return found.flatMap(({ search, offsets }) => toMatches(search, offsets))
}

const chunkSize = 64 * 1024
/** One word more: the last byte is compared with the one behind it, and that result is never read. */
const scratch = Buffer.from(new ArrayBuffer(chunkSize + 4))
const scratchWords = new Uint32Array(scratch.buffer)
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** Every byte XOR the next one, valid until the next call; four bytes at a time, in place. */
function differencesOf(chunk: Uint8Array): Buffer {
  scratch.set(chunk)
  const count = (chunk.length + 3) >>> 2
  let word = scratchWords[0] ?? 0
  for (let index = 0; index < count; index++) {
    const next = scratchWords[index + 1] ?? 0
    const shifted = isLittleEndian ? (word >>> 8) | (next << 24) : (word << 8) | (next >>> 24)
    scratchWords[index] = word ^ shifted
    word = next
  }
  return scratch.subarray(0, Math.max(0, chunk.length - 1))
}

function record(offsets: Map<number, number[]>, key: number, offset: number): void {
  if (key === 0) return
  const list = offsets.get(key)
  if (!list) offsets.set(key, [offset])
  else if (list.length < maxMatchesPerPattern) list.push(offset)
}

function toMatches(search: XorSearch, offsets: Map<number, number[]>): RuleMatch[] {
  const byKey = [...offsets].sort(([a], [b]) => a - b)
  return byKey.map(([key, list]) => ({
    rule: `${search.rule}_key_${key}`,
    namespace: search.namespace,
    tags: [...search.tags],
    meta: { ...search.meta, key: String(key) },
    strings: list.map(offset => ({ identifier: '$xor', offset, length: search.word.length })),
  }))
}
