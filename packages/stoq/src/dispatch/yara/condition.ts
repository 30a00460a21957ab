import { Lexer, type Token } from './lexer.ts'

/** One of the parts of a condition that all have to be true. */
export interface Conjunct {
  text: string
  /** Every word in it: names of rules are among them. */
  words: Set<string>
  /** True: it asks for patterns of its own rule. */
  readsPatterns: boolean
  /** True: it cannot be told without asking for one of them, because it begins with one. */
  beginsWithPattern: boolean
  /** Patterns of which one has to be there, or it is false, as `of` writes them: `$a`, `$b*`; none where that is not known. */
  needs: string[]
}

/** Cuts a condition, from its first token to the brace of its rule, where `and` joins its parts; one part where it cannot. */
export function readConjuncts(condition: string): Conjunct[] {
  // `or` binds weaker than `and`.
  return cut(condition, 'and', 'or')
}

/** Cuts a condition where `or` joins its parts. */
export function readDisjuncts(condition: string): Conjunct[] {
  return cut(condition, 'or', '')
}

function cut(condition: string, joint: string, weaker: string): Conjunct[] {
  const parts: Token[][] = [[]]
  let depth = 0
  let isWhole = false
  for (const token of readTokens(condition)) {
    if (token.kind === 'mark') depth += depthChanges[token.value] ?? 0
    const isOuterWord = depth === 0 && token.kind === 'word'
    // The names that `with` brings hold for what follows.
    if (isOuterWord && (token.value === weaker || token.value === 'with')) isWhole = true
    if (isOuterWord && token.value === joint) parts.push([])
    else parts.at(-1)?.push(token)
  }
  const whole = isWhole ? [readTokens(condition)] : parts
  return whole.map(tokens => toConjunct(condition, tokens))
}

/** True: a rule with such a condition does not match before it has asked for a pattern. */
export function alwaysAsks(conjuncts: readonly Conjunct[]): boolean {
  return conjuncts.some(conjunct => conjunct.beginsWithPattern)
}

const depthChanges: Record<string, number> = { '(': 1, ')': -1, '[': 1, ']': -1, '{': 1, '}': -1 }

function readTokens(condition: string): Token[] {
  const lexer = new Lexer(condition)
  const tokens: Token[] = []
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) tokens.push(token)
  return tokens.at(-1)?.value === '}' ? tokens.slice(0, -1) : tokens
}

function toConjunct(condition: string, tokens: readonly Token[]): Conjunct {
  const words = new Set(tokens.filter(({ kind }) => kind === 'word').map(({ value }) => value))
  return {
    text: condition.slice(tokens[0]?.start, tokens.at(-1)?.end),
    words,
    readsPatterns: words.has('them') || tokens.some((token, index) => isPattern(token, tokens[index + 1])),
    beginsWithPattern: beginsWithPattern(tokens),
    needs: neededPatterns(tokens),
  }
}

/** `!=` looks like the pattern `!` and a mark. */
function isPattern({ kind, value }: Token, next: Token | undefined): boolean {
  return kind === 'pattern' && !(value === '!' && next?.value === '=')
}

/** `$a`, `#a > 1`, `any of them`, `2 of ($a*)`, `for all of them`, each of them behind `(` and `not`. */
function beginsWithPattern(tokens: readonly Token[]): boolean {
  const at = tokens.findIndex(({ value }) => value !== '(' && value !== 'not' && value !== 'for')
  const [first, second, third, fourth] = tokens.slice(Math.max(at, 0))
  if (!first || first.kind === 'pattern') return first !== undefined
  return second?.value === 'of' && (third?.value === 'them' || fourth?.kind === 'pattern')
}

const inverting = new Set(['not', 'or', 'defined', '=', '<', '>', '!'])

/** `$a`, `$a at 0`, `all of them`, `2 of ($a*)`: nothing that may be true where none of them is. */
function neededPatterns(tokens: readonly Token[]): string[] {
  if (tokens.some(({ value }) => inverting.has(value))) return []
  const [first, second, third, fourth] = tokens
  if (first?.kind === 'pattern') {
    const isPlain = second === undefined || second.value === 'in' || second.value === 'at'
    return first.value.startsWith('$') && isPlain ? [first.value] : []
  }
  const isSome = /^(any|all|[1-9][0-9]*)$/.test(first?.value ?? '') && second?.value === 'of'
  if (!isSome) return []
  if (third?.value === 'them') return ['$*']
  return fourth?.kind === 'pattern' ? readPatternSet(tokens.slice(3)) : []
}

/** `$a, $b*)`, up to the parenthesis. */
function readPatternSet(tokens: readonly Token[]): string[] {
  const end = tokens.findIndex(({ value }) => value === ')')
  const text = tokens.slice(0, end).map(({ value }) => value)
  return text.join('').split(',')
}
