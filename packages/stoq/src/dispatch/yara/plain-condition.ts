import { Lexer, type Token } from './lexer.ts'
import { combine, operators, type Quantity, readAt, readers, type Scope } from './quantity.ts'
import { allOf, anyOf, comparisons, defined, type Truth } from './truth.ts'

/** True: the condition holds. What is undefined in it (bytes behind the end) makes it false, as the engines have it. */
export type PlainCondition = (scope: Scope) => boolean

/**
 * A condition that asks for no pattern, told without an engine, which takes 0.35 ms to compile one: integers at places of
 * the payload, arithmetic, comparisons, loops over known numbers, names of rules that `isKnown`. Told only where the answer
 * is that of the engines: null for everything else. `condition`: from its first token to the brace of its rule.
 */
export function readPlainCondition(
  condition: string,
  isKnown: (rule: string) => boolean,
): PlainCondition | null {
  try {
    return new Reader(condition, isKnown).read().holds
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
const units: Record<string, number> = { KB: 1024, MB: 1024 ** 2 }

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
    this.#isKnown = isKnown
    this.#checkDepth()
  }

  read(): Truth {
    const truth = this.#readOr()
    return this.#at === this.#tokens.length ? truth : fail()
  }

  #readOr(): Truth {
    const parts = [this.#readAnd()]
    while (this.#takeIf('or')) parts.push(this.#readAnd())
    return parts.length === 1 ? (parts[0] ?? fail()) : anyOf(parts)
  }

  #readAnd(): Truth {
    const parts = [this.#readNot()]
    while (this.#takeIf('and')) parts.push(this.#readNot())
    return parts.length === 1 ? (parts[0] ?? fail()) : allOf(parts)
  }

  #readNot(): Truth {
    let isInverted = false
    while (this.#takeIf('not')) isInverted = !isInverted
    const { holds, fails } = this.#readTerm()
    return isInverted ? { holds: fails, fails: holds } : { holds, fails }
  }

  #readTerm(): Truth {
    const start = this.#at
    if (this.#takeIf('for')) return this.#readLoop()
    if (this.#takeIf('true')) return defined(() => true)
    if (this.#takeIf('false')) return defined(() => false)
    const name = this.#next?.value ?? ''
    if (this.#next?.kind === 'word' && !this.#variables.has(name) && this.#isKnown(name)) {
      this.#at++
      return defined(scope => scope.matched.has(name))
    }
    // A parenthesis may hold a truth or a number: `(a == 1)`, `(a & 1) == 1`.
    if (name === '(') {
      const inner = this.#tryEnclosed(start)
      if (inner) return inner
    }
    return this.#readComparison()
  }

  /** null: what stands between the parentheses is no truth. */
  #tryEnclosed(start: number): Truth | null {
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

  #readComparison(): Truth {
    const left = this.#readQuantity(0)
    const compare = comparisons[this.#takeComparison()] ?? fail()
    return compare(left, this.#readQuantity(0))
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
  #readLoop(): Truth {
    const isAll = this.#takeIf('all')
    if (!isAll) this.#take('any')
    const name = this.#next?.kind === 'word' ? this.#next.value : fail()
    this.#at++
    if (this.#variables.has(name)) fail()
    this.#take('in')
    const values = this.#readValues()
    this.#take(':')
    this.#take('(')
    let value = 0
    this.#variables.set(name, { low: Math.min(...values), high: Math.max(...values), read: () => value })
    const body = this.#readOr()
    this.#variables.delete(name)
    this.#take(')')
    return defined(scope => {
      for (value of values) if (body.holds(scope) !== isAll) return !isAll
      return isAll
    })
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
      const operator = operators[this.#next?.value ?? '']
      if (!operator || operator.binding <= binding) return left
      this.#at++
      left = combine(operator, left, this.#readQuantity(operator.binding)) ?? fail()
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
      return { low: value, high: value, read: () => value }
    }
    if (this.#takeIf('filesize')) return { low: 0, high: maxFileSize, read: ({ payload }) => payload.length }
    const reader = readers[name]
    if (kind === 'word' && reader) {
      this.#at++
      this.#take('(')
      const place = this.#readQuantity(0)
      this.#take(')')
      return readAt(reader, place)
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
