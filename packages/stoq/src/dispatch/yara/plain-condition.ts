import { Lexer, type Token } from './lexer.ts'
import { combine, type Quantity } from './number-range.ts'
import { comparisons, integers, operators, type TruthTree } from './plain-tree.ts'

/**
 * A condition that asks for no pattern: integers at places of the payload, arithmetic, comparisons, loops over known numbers,
 * names of rules that `isKnown`. It can be told without an engine, which takes 0.35 ms to compile one. null for everything
 * else, and where the engines' numbers would be other ones. `condition`: from its first token to the brace of its rule.
 */
export function readPlainCondition(condition: string, isKnown: (rule: string) => boolean): TruthTree | null {
  try {
    return new Reader(condition, isKnown).read()
  } catch (error) {
    if (error === unknown) return null
    throw error
  }
}

/** Thrown where a condition is beyond this reader. */
const unknown = Symbol('unknown')

/** Payloads are smaller. */
const maxFileSize = 2 ** 40
/** A loop of more is left to the engine, and so is a condition that is nested deeper. */
const maxLoop = 256
const maxDepth = 40
/** So is a longer one: it is gone through by functions that call themselves. */
const maxTokens = 2000
const units: Record<string, number> = { KB: 1024, MB: 1024 ** 2 }
/** The larger, the closer it binds. */
const bindings: Record<string, number> = { '|': 1, '^': 2, '&': 3, '+': 4, '-': 4, '*': 5, '\\': 5, '%': 5 }

class Reader {
  readonly #tokens: Token[] = []
  readonly #isKnown: (rule: string) => boolean
  /** Of the loops around the place where it reads. */
  readonly #variables = new Map<string, Quantity>()
  #at = 0

  constructor(condition: string, isKnown: (rule: string) => boolean) {
    const lexer = new Lexer(condition)
    for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) this.#tokens.push(token)
    if (this.#tokens.at(-1)?.value === '}') this.#tokens.pop()
    if (this.#tokens.length > maxTokens) fail()
    this.#isKnown = isKnown
    this.#checkDepth()
  }

  read(): TruthTree {
    const tree = this.#readOr()
    return this.#at === this.#tokens.length ? tree : fail()
  }

  #readOr(): TruthTree {
    const first = this.#readAnd()
    const parts: TruthTree[] = []
    while (this.#takeIf('or')) parts.push(this.#readAnd())
    return parts.length === 0 ? first : ['or', first, ...parts]
  }

  #readAnd(): TruthTree {
    const first = this.#readNot()
    const parts: TruthTree[] = []
    while (this.#takeIf('and')) parts.push(this.#readNot())
    return parts.length === 0 ? first : ['and', first, ...parts]
  }

  #readNot(): TruthTree {
    let isInverted = false
    while (this.#takeIf('not')) isInverted = !isInverted
    const term = this.#readTerm()
    return isInverted ? ['not', term] : term
  }

  #readTerm(): TruthTree {
    const start = this.#at
    if (this.#takeIf('for')) return this.#readLoop()
    if (this.#takeIf('true')) return ['true']
    if (this.#takeIf('false')) return ['false']
    const name = this.#next?.value ?? ''
    if (this.#next?.kind === 'word' && !this.#variables.has(name) && this.#isKnown(name)) {
      this.#at++
      return ['rule', name]
    }
    // A parenthesis may hold a truth or a number: `(a == 1)`, `(a & 1) == 1`.
    return (name === '(' ? this.#tryEnclosed(start) : null) ?? this.#readComparison()
  }

  /** null: what stands between the parentheses is no truth. */
  #tryEnclosed(start: number): TruthTree | null {
    try {
      this.#take('(')
      const truth = this.#readOr()
      this.#take(')')
      return truth
    } catch (error) {
      if (error !== unknown) throw error
      this.#at = start
      return null
    }
  }

  #readComparison(): TruthTree {
    const { tree: left } = this.#readQuantity(0)
    const written = this.#takeComparison()
    const comparison = comparisons.find(each => each === written) ?? fail()
    return [comparison, left, this.#readQuantity(0).tree]
  }

  /** `==` comes as two marks that touch. */
  #takeComparison(): string {
    const first = this.#next ?? fail()
    this.#at++
    const second = this.#next
    if (second?.value !== '=' || second.start !== first.end) return first.value
    this.#at++
    return `${first.value}=`
  }

  /** `for any i in (0..3) : (…)`, `for all i in (1, 2) : (…)`. */
  #readLoop(): TruthTree {
    const isAll = this.#takeIf('all')
    if (!isAll) this.#take('any')
    const name = this.#next?.kind === 'word' ? this.#next.value : fail()
    this.#at++
    if (this.#variables.has(name)) fail()
    this.#take('in')
    const values = this.#readValues()
    this.#take(':')
    this.#take('(')
    const [low, high] = [Math.min(...values), Math.max(...values)]
    this.#variables.set(name, { tree: ['variable', name], low, high })
    const body = this.#readOr()
    this.#variables.delete(name)
    this.#take(')')
    return [isAll ? 'all' : 'any', name, values, body]
  }

  /** `(0..3)` or `(1, 2, 6)`. */
  #readValues(): number[] {
    this.#take('(')
    const values = [this.#readNumber()]
    if (this.#takeIf('.')) {
      this.#take('.')
      const [first = 0] = values
      const last = this.#readNumber()
      if (last < first || last - first > maxLoop) fail()
      for (let value = first + 1; value <= last; value++) values.push(value)
    } else while (this.#takeIf(',')) values.push(this.#readNumber())
    this.#take(')')
    return values
  }

  #readNumber(): number {
    const { kind, value } = this.#next ?? fail()
    const written = /^(0x[0-9a-fA-F]+|[0-9]+)(KB|MB)?$/.exec(kind === 'number' ? value : '') ?? fail()
    this.#at++
    const number = Number(written[1]) * (units[written[2] ?? ''] ?? 1)
    return Number.isSafeInteger(number) ? number : fail()
  }

  /** Operators that bind more weakly than `binding` are left. */
  #readQuantity(binding: number): Quantity {
    let left = this.#readOperand()
    for (;;) {
      const operator = operators.find(each => each === this.#next?.value)
      const own = bindings[operator ?? ''] ?? 0
      if (!operator || own <= binding) return left
      this.#at++
      left = combine(operator, left, this.#readQuantity(own)) ?? fail()
    }
  }

  #readOperand(): Quantity {
    const { kind, value: name } = this.#next ?? fail()
    if (this.#takeIf('(')) {
      const inner = this.#readQuantity(0)
      this.#take(')')
      return inner
    }
    if (kind === 'number') {
      const value = this.#readNumber()
      return { tree: value, low: value, high: value }
    }
    if (this.#takeIf('filesize')) return { tree: ['filesize'], low: 0, high: maxFileSize }
    const integer = integers.find(each => each === name)
    if (integer && this.#takeIf(integer)) {
      this.#take('(')
      const place = this.#readQuantity(0)
      this.#take(')')
      return { tree: [integer, place.tree], low: 0, high: 2 ** Number.parseInt(integer.slice(4), 10) - 1 }
    }
    const variable = this.#variables.get(name) ?? fail()
    this.#at++
    return variable
  }

  #checkDepth(): void {
    let depth = 0
    for (const { value, kind } of this.#tokens) {
      if (kind === 'mark') depth += value === '(' ? 1 : value === ')' ? -1 : 0
      if (depth > maxDepth) fail()
    }
  }

  get #next(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #takeIf(value: string): boolean {
    const isThere = this.#next?.value === value && this.#next.kind !== 'text'
    if (isThere) this.#at++
    return isThere
  }

  #take(value: string): void {
    if (!this.#takeIf(value)) fail()
  }
}

function fail(): never {
  throw unknown
}
