import type { Dialect } from './dialects.ts'
import {
  Bytes,
  characterOf,
  evaluate,
  joinList,
  listOf,
  numberOf,
  textOf,
  type Value,
  type Work,
} from './values.ts'

/** How a text was hidden, the more telling the higher. */
export const hidden = { plain: 0, text: 1, escaped: 2, char_codes: 3, base64: 4 } as const
export type Hidden = (typeof hidden)[keyof typeof hidden]

/** Part of an expression: where it stands, and what is known of it. */
export interface Operand {
  start: number
  end: number
  /** Undefined: not known. */
  value?: Value | undefined
  how: Hidden
  /** Of one that is not known: the text that was added last, to which more may be added. */
  tail?: Operand | undefined
  /** What a call of it would call, in small letters, and what is named before that. */
  name?: string
  owner?: string
  /** The value whose method it is. */
  receiver?: Operand
  /** Made by commas: more values may follow. */
  isList?: boolean
}

/** Something before an operand that changes it: a sign, a cast, `-join`. */
export interface Prefix {
  start: number
  word: string
}

/** Told of every text that was put together; a later one with the same start takes the place of the earlier ones. */
export type OnText = (operand: Operand) => void

/** An expression between two ends, read from left to right: what it holds is bounded by the levels of precedence. */
export class Expression {
  readonly #dialect: Dialect
  readonly #work: Work
  readonly #onText: OnText
  readonly #operands: Operand[] = []
  readonly #operators: string[] = []
  #prefixes: Prefix[] = []
  /** An operand that a call or a member may still follow. */
  current: Operand | null = null

  constructor(dialect: Dialect, work: Work, onText: OnText) {
    this.#dialect = dialect
    this.#work = work
    this.#onText = onText
  }

  /** Nothing but the current operand is in it. */
  get isSingle(): boolean {
    return this.#operators.length === 0
  }

  /** Nothing but the current operand is in it, and no sign is before that; a cast to a string is none. */
  get isBare(): boolean {
    return (
      this.#operands.length === 0 && this.isSingle && this.#prefixes.every(({ word }) => word === 'string')
    )
  }

  addPrefix(prefix: Prefix): void {
    if (this.#prefixes.length < 8) this.#prefixes.push(prefix)
  }

  addOperator(operator: string): void {
    this.#complete()
    const level = this.#level(operator)
    while (this.#operators.length > 0 && this.#level(this.#operators.at(-1)) >= level) this.#reduce()
    this.#operators.push(operator)
  }

  /** What the expression is known to be, null for none; a new one begins. */
  finish(): Operand | null {
    this.#complete()
    let isBroken = false
    while (this.#operators.length > 0 && this.#operators.length >= this.#operands.length) {
      this.#operators.pop()
      isBroken = true
    }
    while (this.#operators.length > 0) this.#reduce()
    const result = this.#operands.pop() ?? null
    this.#operands.length = 0
    this.#prefixes = []
    return result && isBroken ? { start: result.start, end: result.end, how: hidden.plain } : result
  }

  #level(operator = ''): number {
    return this.#dialect.precedence.get(operator) ?? 0
  }

  /** No call or member follows the current operand. */
  #complete(): void {
    if (!this.current) return
    let operand = this.current
    this.current = null
    while (this.#prefixes.length > 0) operand = this.#prefixed(this.#prefixes.pop(), operand)
    this.#operands.push(operand)
  }

  #prefixed(prefix: Prefix | undefined, { start, end, value, how }: Operand): Operand {
    const word = prefix?.word ?? ''
    const made = value === undefined ? undefined : prefixes.get(word)?.(value, this.#work)
    const isCode = word.startsWith('char')
    const operand: Operand = {
      start: prefix?.start ?? start,
      end,
      value: made,
      how: isCode ? hidden.char_codes : (Math.max(how, hidden.text) as Hidden),
    }
    if (typeof made === 'string') this.#onText(operand)
    return operand
  }

  #reduce(): void {
    const right = this.#operands.pop()
    const left = this.#operands.pop()
    const operator = this.#operators.pop()
    if (left && right && operator) this.#operands.push(this.#combine(left, operator, right))
  }

  #combine(left: Operand, operator: string, right: Operand): Operand {
    const { start } = left
    const { end } = right
    if (operator === ',') return listed(left, right)
    const isAdding = operator === '+' || operator === '&'
    if (left.value !== undefined && right.value !== undefined) {
      const value = evaluate(operator, left.value, right.value, this.#work)
      const how = value === undefined ? hidden.plain : higher(left, right)
      const operand: Operand = { start, end, value, how }
      if (typeof value === 'string') this.#onText(operand)
      if (value === undefined && isAdding && typeof right.value === 'string') operand.tail = right
      return operand
    }
    if (!isAdding) return { start, end, how: hidden.plain }
    return { start, end, how: hidden.plain, tail: this.#tail(left, right) }
  }

  /** `x + "a" + "b"` is `x + "ab"` whatever x is, because "a" is a text. */
  #tail(left: Operand, right: Operand): Operand | undefined {
    if (typeof right.value !== 'string') return right.tail
    if (typeof left.tail?.value !== 'string') return right
    const value = left.tail.value + right.value
    const operand: Operand = { start: left.tail.start, end: right.end, value, how: higher(left.tail, right) }
    this.#onText(operand)
    return operand
  }
}

function higher(left: Operand, right: Operand): Hidden {
  return Math.max(left.how, right.how, hidden.text) as Hidden
}

/** Values are added to the list that the left one is already. */
function listed(left: Operand, right: Operand): Operand {
  const { start } = left
  const { end } = right
  if (left.value === undefined || right.value === undefined) return { start, end, how: hidden.plain }
  const how = Math.max(left.how, right.how) as Hidden
  if (!left.isList || !Array.isArray(left.value))
    return { start, end, value: [left.value, right.value], how, isList: true }
  left.value.push(right.value)
  return { start, end, value: left.value, how, isList: true }
}

/** What a sign, a cast or an operator before a value makes of it. */
const prefixes = new Map<string, (value: Value, work: Work) => Value | undefined>(
  Object.entries({
    '+': value => numberOf(value),
    '-': value => negated(numberOf(value)),
    '-join': (value, work) => joinList(listOf(value), '', work),
    '-split': (value, work) =>
      typeof value === 'string' && work.take(value.length) ? value.split(' ') : undefined,
    char: value => (typeof value === 'string' && value.length === 1 ? value : characterOf(value)),
    'char[]': charactersOf,
    string: (value, work) => (Array.isArray(value) ? joinList(value, ' ', work) : textOf(value)),
    ...{ int: integerOf, int32: integerOf, byte: integerOf },
    ...{ 'byte[]': bytesOf, array: bytesOf, 'object[]': bytesOf, 'string[]': bytesOf },
  }),
)

function negated(number: number | undefined): number | undefined {
  return number === undefined ? undefined : -number
}

function integerOf(value: Value): number | undefined {
  return typeof value === 'string' && !/^\s*(?:0x)?\d/.test(value) ? codeOf(value) : numberOf(value)
}

function bytesOf(value: Value): Value {
  return value instanceof Bytes ? value : listOf(value)
}

function codeOf(text: string): number | undefined {
  return text.length === 1 ? text.charCodeAt(0) : undefined
}

function charactersOf(value: Value, work: Work): Value | undefined {
  if (typeof value === 'string') return work.take(value.length) ? value.split('') : undefined
  const list = listOf(value)
  if (!work.take(list.length)) return undefined
  const characters = list.map(characterOf)
  return characters.every(character => character !== undefined) ? characters : undefined
}
