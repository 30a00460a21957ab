import type { Conjunct } from './condition.ts'
import { type PatternText, type RuleFacts, unescapeBytes } from './rule-source.ts'
import { minTextLength, type TextSet } from './text-search.ts'

/**
 * Byte sequences of which a payload has one at least, in whatever case, where the rule matches; null where none can be told
 * or one is too short to be searched for. `parts`: of the condition, of which one that needs a pattern has to be true.
 */
export function neededTexts(rule: RuleFacts, parts: readonly Conjunct[]): TextSet | null {
  const sets = parts.map(({ needs }) =>
    rule.patterns.filter(({ name }) => needs.some(each => isNamed(name, each))),
  )
  const texts = sets.map(patterns => patterns.flatMap(pattern => textsOf(pattern) ?? [new Uint8Array()]))
  const usable = texts.filter(set => set.length > 0 && set.every(text => text.length >= minTextLength.exact))
  return usable.reduce<TextSet | null>(
    (least, set) => (least && least.length <= set.length ? least : set),
    null,
  )
}

/** `each`: a name, or how names begin. */
function isNamed(name: string, each: string): boolean {
  return each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each
}

/** null where the pattern is a regular expression, masked, or in an alphabet of its own. */
function textsOf({ kind, value, modifiers }: PatternText): Uint8Array[] | null {
  if (kind === 'other' || modifiers.includes('xor') || modifiers.includes('(')) return null
  if (kind === 'hex') return [longestRun(value)]
  const has = (modifier: string) => modifiers.includes(modifier)
  const text = unescapeBytes(value)
  if (has('nocase') && text.length < minTextLength.slow) return null
  const forms = has('wide') ? [widen(text), ...(has('ascii') ? [text] : [])] : [text]
  if (!has('base64') && !has('base64wide')) return forms
  const encoded = forms.flatMap(toBase64)
  return [...(has('base64') ? encoded : []), ...(has('base64wide') ? encoded.map(widen) : [])]
}

/** The bytes between wildcards, jumps and alternatives. */
function longestRun(hex: string): Buffer {
  if (/^[0-9a-fA-F ]*$/.test(hex)) return Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const plain = hex.replace(/\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, ' ').replace(/\s/g, '')
  let depth = 0
  let runs = ''
  for (const char of plain) {
    if (char === '(' || char === '[') depth++
    runs += depth > 0 ? '|' : char
    if (char === ')' || char === ']') depth--
  }
  // Wildcards of a half byte and `~` stand for a whole one.
  const bytes = runs.replace(/~?[0-9a-fA-F?]{2}/g, pair => (/[~?]/.test(pair) ? '|' : pair))
  const longest = bytes.split('|').reduce((best, run) => (run.length > best.length ? run : best), '')
  return Buffer.from(longest, 'hex')
}

function widen(text: Uint8Array): Buffer {
  const wide = Buffer.alloc(text.length * 2)
  for (const [index, byte] of text.entries()) wide[index * 2] = byte
  return wide
}

/** What Base64 makes of a text at each of three places: the characters that depend on nothing else. */
function toBase64(text: Uint8Array): Buffer[] {
  return [0, 1, 2].map(shift => {
    const encoded = Buffer.concat([Buffer.alloc(shift), text]).toString('base64')
    const end = ((shift + text.length) * 8) / 6
    return Buffer.from(encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(end)))
  })
}
