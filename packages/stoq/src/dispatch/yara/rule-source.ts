import type { MetaValue } from './engine.ts'
import { Lexer, type Token } from './lexer.ts'

/** What the text of a rule says of it: the engines tell neither booleans nor texts with escapes as they are written. */
export interface RuleFacts {
  name: string
  isPrivate: boolean
  isGlobal: boolean
  tags: string[]
  /** A key given twice holds the last value. */
  meta: Record<string, MetaValue>
  line: number
  /** Its place in the text, from `private`, `global` or `rule` to `}`. */
  start: number
  end: number
  /** Number of its patterns, all of them literals; Infinity where one is more than a literal. */
  literals: number
  /** The marks (no letters, no digits) that its patterns begin with; empty where one may begin otherwise. */
  marks: string
  /** Its patterns as they are written. */
  patterns: PatternText[]
  /** Where the condition begins in the text; the end of the rule where it has none. */
  condition: number
}

/** A pattern as it is written. */
export interface PatternText {
  /** `$a`; `$` where it has no name. */
  name: string
  kind: 'text' | 'hex' | 'other'
  /** What stands between the quotes or braces. */
  value: string
  /** `wide`, `nocase`, …; `(` where one has an argument. */
  modifiers: string[]
}

/** An `include "path"` statement: place in the text, path as written. */
export interface Include {
  path: string
  start: number
  end: number
  line: number
}

export interface SourceFacts {
  rules: RuleFacts[]
  includes: Include[]
  /** Every word outside of texts, comments and metadata: a rule that is used by another is among them. */
  words: Set<string>
  /** Places of integers in metadata that JavaScript cannot hold exactly. */
  wideIntegers: [start: number, end: number][]
}

/** Reads rules without compiling them, in one linear pass. Never throws; text that does not compile gives any facts. */
export function readSourceFacts(text: string): SourceFacts {
  const known = lately.get(text)
  if (known) return known
  const facts = new FactsReader(text).read()
  if (text.length > maxKeptLength) return facts
  rememberSourceFacts(text, facts)
  return facts
}

/** What was read of a text at an earlier start. */
export function rememberSourceFacts(text: string, facts: SourceFacts): void {
  if (lately.size >= maxKept) lately.clear()
  lately.set(text, facts)
}

/** Compiler, dispatcher and search ask for the same texts one after the other, and reading takes as long as compiling some. */
const lately = new Map<string, SourceFacts>()
const maxKept = 8
const maxKeptLength = 256 * 1024

const depthChanges: Record<string, number> = { '{': 1, '}': -1 }
const patternModifiers = new Set([
  'ascii',
  'fullword',
  'private',
  'nocase',
  'wide',
  'xor',
  'base64',
  'base64wide',
])

type PatternFacts = Pick<RuleFacts, 'literals' | 'marks'> & PatternText

interface Sections {
  meta: Record<string, MetaValue>
  condition: number | undefined
}

/** Modifiers after which a pattern may begin with any byte. */
const encodings = new Set(['xor', 'base64', 'base64wide'])

class FactsReader {
  readonly #text: string
  readonly #lexer: Lexer
  readonly #facts: SourceFacts = { rules: [], includes: [], words: new Set(), wideIntegers: [] }
  #token: Token
  #last: Token

  constructor(text: string) {
    this.#text = text
    this.#lexer = new Lexer(text)
    this.#token = this.#lexer.next()
    this.#last = this.#token
  }

  read(): SourceFacts {
    let modifiers: Token[] = []
    while (this.#token.kind !== 'end') {
      const token = this.#take()
      modifiers.push(token)
      if (token.value === 'private' || token.value === 'global') continue
      if (token.value === 'include') this.#readInclude(token)
      else if (token.value === 'rule') this.#readRule(modifiers)
      modifiers = []
    }
    return this.#facts
  }

  #take(): Token {
    this.#last = this.#token
    this.#token = this.#lexer.next()
    return this.#last
  }

  /** Takes the token if it is the mark or word `value`. */
  #takeIf(value: string): boolean {
    if (this.#token.value !== value || this.#token.kind === 'text') return false
    this.#take()
    return true
  }

  #readInclude({ start, line }: Token): void {
    if (this.#token.kind !== 'text') return
    const { value, end } = this.#take()
    this.#facts.includes.push({ path: value, start, end, line })
  }

  /** `opening`: `rule` and the modifiers before it. */
  #readRule(opening: Token[]): void {
    if (this.#token.kind !== 'word') return
    const { value: name, line } = this.#take()
    const tags: string[] = []
    if (this.#takeIf(':')) while (this.#token.kind === 'word') tags.push(this.#take().value)
    if (!this.#takeIf('{')) return
    const body = this.#readBody()
    const has = (modifier: string) => opening.some(token => token.value === modifier)
    const start = opening[0]?.start ?? 0
    this.#facts.rules.push({
      name,
      line,
      tags,
      isPrivate: has('private'),
      isGlobal: has('global'),
      start,
      ...body,
    })
  }

  /** Up to the `}` of the rule; braces of hex patterns are balanced. */
  #readBody(): Pick<RuleFacts, 'meta' | 'end' | 'literals' | 'marks' | 'patterns' | 'condition'> {
    const body: Sections = { meta: {}, condition: undefined }
    const patterns: PatternFacts[] = []
    let end = this.#token.start
    for (let depth = 1; depth > 0 && this.#token.kind !== 'end'; ) {
      const token = this.#take()
      end = token.end
      if (token.kind === 'mark') depth += depthChanges[token.value] ?? 0
      else if (token.kind === 'pattern' && this.#isDefined(token))
        patterns.push(this.#readPattern(token.value))
      else if (token.kind === 'word') this.#readWord(token.value, body)
    }
    return {
      meta: body.meta,
      condition: body.condition ?? end,
      end,
      literals: patterns.reduce((sum, { literals }) => sum + literals, 0),
      marks: patterns.every(({ marks }) => marks) ? patterns.map(({ marks }) => marks).join('') : '',
      patterns: patterns.map(({ name, kind, value, modifiers }) => ({ name, kind, value, modifiers })),
    }
  }

  #readWord(word: string, body: Sections): void {
    if (word === 'meta' && this.#takeIf(':')) {
      body.meta = this.#readMeta()
      if (this.#last.kind === 'word') this.#readWord(this.#last.value, body)
    } else if (word === 'condition' && this.#takeIf(':')) body.condition = this.#token.start
    else this.#facts.words.add(word)
  }

  /** Takes the `=` of `$a = …`; `#a == 5` is none. */
  #isDefined(pattern: Token): boolean {
    return pattern.value.startsWith('$') && this.#takeIf('=')
  }

  /** `literals`: 1 for a literal, Infinity for anything that stands for several byte sequences. */
  #readPattern(name: string): PatternFacts {
    const { end, kind: first, value: text } = this.#token
    let isLiteral = first === 'text'
    let marks = isLiteral ? text.charAt(0).replace(/[^!-/:-@[\]-`{-~]/, '') : ''
    let pattern: PatternText = { name, kind: isLiteral ? 'text' : 'other', value: text, modifiers: [] }
    if (this.#takeIf('{')) {
      isLiteral = this.#readHex()
      pattern = { ...pattern, kind: 'hex', value: this.#text.slice(end, this.#last.start) }
    } else if (this.#token.kind !== 'end') this.#take()
    while (this.#token.kind === 'word' && patternModifiers.has(this.#token.value)) {
      const { value } = this.#take()
      pattern.modifiers.push(value)
      if (!['ascii', 'fullword', 'private'].includes(value)) isLiteral = false
      if (encodings.has(value)) marks = ''
      if (this.#token.value === '(') pattern.modifiers.push('(')
    }
    return { ...pattern, literals: isLiteral ? 1 : Number.POSITIVE_INFINITY, marks }
  }

  /** True for a hex pattern of bytes only: no jumps, wildcards, alternatives. */
  #readHex(): boolean {
    let isLiteral = true
    while (this.#token.kind !== 'end' && !this.#takeIf('}')) {
      if (this.#take().kind === 'mark') isLiteral = false
    }
    return isLiteral
  }

  /** `key = value` until a word that no `=` follows, which is taken too: the name of the next section. */
  #readMeta(): Record<string, MetaValue> {
    const entries = new Map<string, MetaValue>()
    while (this.#token.kind === 'word') {
      const key = this.#take().value
      if (!this.#takeIf('=')) break
      entries.set(key, this.#readValue())
    }
    // Not by assignment: a key may be `__proto__`.
    return Object.fromEntries(entries)
  }

  #readValue(): MetaValue {
    const isNegative = this.#takeIf('-')
    const token = this.#take()
    if (token.kind === 'text') return unescapeText(token.value)
    if (token.kind !== 'number') return token.value === 'true'
    const value = parseNumber(token.value)
    if (isWide(value)) this.#facts.wideIntegers.push([token.start, token.end])
    return Number(isNegative ? -value : value)
  }
}

/** The text that a YARA literal means: UTF-8 where its bytes are, otherwise one character for each byte. */
export function unescapeText(literal: string): string {
  if (!literal.includes('\\')) return literal
  const bytes = unescapeBytes(literal)
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : bytes.toString('latin1')
}

/** The bytes that a YARA literal means. */
export function unescapeBytes(literal: string): Buffer {
  if (!literal.includes('\\')) return Buffer.from(literal)
  const parts = literal.split(/(\\x[0-9a-fA-F]{2}|\\.)/s)
  return Buffer.concat(parts.map((part, index) => (index % 2 === 1 ? unescapeByte(part) : Buffer.from(part))))
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' }

function unescapeByte(written: string): Buffer {
  if (written.length === 4) return Buffer.from(written.slice(2), 'hex')
  return Buffer.from(escapes[written.slice(1)] ?? written.slice(1))
}

/** The number that a YARA literal means; an integer as bigint, since YARA's have 63 bits. */
function parseNumber(literal: string): number | bigint {
  const digits = literal.replaceAll('_', '')
  const integer = /^(0x[0-9a-fA-F]{1,16}|0o[0-7]{1,22}|[0-9]{1,19})(KB|MB)?$/.exec(digits)
  if (integer?.[1] === undefined) return Number.parseFloat(digits)
  return BigInt(integer[1]) * (units[integer[2] ?? ''] ?? 1n)
}

const units: Record<string, bigint> = { KB: 1024n, MB: 1024n ** 2n }

/** True for an integer that YARA takes and a JavaScript number cannot hold. */
function isWide(value: number | bigint): boolean {
  return typeof value === 'bigint' && value > Number.MAX_SAFE_INTEGER && value < 2n ** 63n
}
