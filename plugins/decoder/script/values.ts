/** Bytes, one in each character, as Base64 gives them. */
export class Bytes {
  readonly latin1: string

  constructor(latin1: string) {
    this.latin1 = latin1
  }
}

/** What an expression may be known to be. A pattern is that of a regular expression that is plain text. */
export type Value = string | number | Bytes | Pattern | Value[]

/** A regular expression that means its own text. */
export class Pattern {
  readonly text: string
  readonly isGlobal: boolean

  constructor(text: string, isGlobal: boolean) {
    this.text = text
    this.isGlobal = isGlobal
  }
}

/** The plain text that a regular expression stands for; null when it is more than that. */
export function plainPattern(source: string): string | null {
  const text = source.replace(/\\([^\w\s])/g, '\x00$1')
  if (/(?:^|[^\x00])[.*+?()[\]{}|^$\\]/.test(text)) return null
  return text.replaceAll('\x00', '')
}

/** The pattern that is written as `/text/flags`; undefined when it is more than its text. */
export function patternOf(written: string): Value | undefined {
  const end = written.lastIndexOf('/')
  const flags = written.slice(end + 1)
  const text = flags.includes('i') ? null : plainPattern(written.slice(1, end))
  return text === null || text === '' ? undefined : new Pattern(text, flags.includes('g'))
}

/**
 * How much may still be done with a script. Every piece of text that a call reads or writes counts, so that the time for all
 * of them together grows with the length of the script.
 */
export class Work {
  #left: number

  constructor(length: number) {
    this.#left = 16 * length + 0x10000
  }

  /** True when this much more may be done. */
  take(amount: number): boolean {
    if (amount > this.#left) return false
    this.#left -= amount
    return true
  }
}

/** The text of a value; undefined for those that have none that is sure. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : undefined
}

/** The number that a value is, or that its text says: `65`, `0x41`, `&H41`. */
export function numberOf(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.length > 24) return undefined
  const hex = /^\s*(?:0x|&h)([\da-f]{1,8})&?\s*$/i.exec(value)
  if (hex) return Number.parseInt(hex[1] ?? '', 16)
  return /^\s*-?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value) ? Number(value) : undefined
}

/** The character of a code, as Chr and its kin round it; undefined when there is none. */
export function characterOf(value: Value | undefined): string | undefined {
  const code = numberOf(value)
  if (code === undefined) return undefined
  const rounded = Math.round(code)
  return rounded >= 0 && rounded <= 0xffff ? String.fromCharCode(rounded) : undefined
}

type Operator = (left: Value, right: Value, work: Work) => Value | undefined

const operators = new Map<string, Operator>(
  Object.entries({
    '+': (left, right) =>
      typeof left === 'number' && typeof right === 'number' ? left + right : added(left, right),
    '&': (left, right) => joined(left, right),
    '-f': (left, right, work) =>
      typeof left === 'string' ? formatted(left, listOf(right), work) : undefined,
    '-join': (left, right, work) =>
      typeof right === 'string' ? joinList(listOf(left), right, work) : undefined,
    ...{ '-split': splitBy, '-csplit': splitBy, '-isplit': splitBy },
    ...{ '-replace': replaceBy, '-creplace': replaceBy, '-ireplace': replaceBy },
    '-': numeric((left, right) => left - right),
    '*': numeric((left, right) => left * right),
    '/': numeric((left, right) => (right === 0 ? undefined : left / right)),
    '\\': numeric((left, right) => (right === 0 ? undefined : Math.trunc(left / right))),
    '%': numeric((left, right) => (right === 0 ? undefined : left % right)),
    mod: numeric((left, right) => (right === 0 ? undefined : left % right)),
    '^': numeric((left, right) => left ^ right),
    xor: numeric((left, right) => left ^ right),
    '-bxor': numeric((left, right) => left ^ right),
  }),
)

/** What an operator makes of two values; undefined when that is not known. Concatenation costs nothing, the rest is work. */
export function evaluate(operator: string, left: Value, right: Value, work: Work): Value | undefined {
  return operators.get(operator)?.(left, right, work)
}

function numeric(make: (left: number, right: number) => number | undefined): Operator {
  return (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? make(left, right) : undefined
}

function added(left: Value, right: Value): string | undefined {
  return typeof left === 'string' || typeof right === 'string' ? joined(left, right) : undefined
}

function splitBy(left: Value, right: Value, work: Work): Value | undefined {
  const plain = typeof right === 'string' ? plainPattern(right) : null
  return typeof left === 'string' && plain ? splitText(left, plain, work) : undefined
}

function replaceBy(left: Value, right: Value, work: Work): Value | undefined {
  const [pattern, put = ''] = listOf(right)
  const plain = typeof pattern === 'string' ? plainPattern(pattern) : null
  if (typeof left !== 'string' || plain === null || typeof put !== 'string' || put.includes('$'))
    return undefined
  return replaceAll(left, plain, put, work)
}

function joined(left: Value, right: Value): string | undefined {
  const [first, second] = [textOf(left), textOf(right)]
  return first === undefined || second === undefined ? undefined : first + second
}

/** A list, or the value as the only one of a list. */
export function listOf(value: Value): Value[] {
  return Array.isArray(value) ? value : [value]
}

/** The texts of a list with a separator between them. */
export function joinList(list: readonly Value[], separator: string, work: Work): string | undefined {
  if (!work.take(list.length * (1 + separator.length))) return undefined
  const texts: string[] = []
  for (const value of list) {
    const text = textOf(value)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return work.take(texts.reduce((sum, text) => sum + text.length, 0)) ? texts.join(separator) : undefined
}

/** The pieces of a text; all its characters where there is no separator. */
export function splitText(text: string, separator: string, work: Work): string[] | undefined {
  return work.take(text.length * 2) ? text.split(separator) : undefined
}

/** All replaced; what would be much longer than it was is not known. */
export function replaceAll(text: string, old: string, put: string, work: Work): string | undefined {
  if (old === '' || !work.take(text.length)) return undefined
  if (put.length > old.length) {
    const longest = (text.length / old.length) * put.length
    if (!work.take(longest)) return undefined
  }
  return text.replaceAll(old, () => put)
}

/** `{1}{0}` of .NET, without widths and formats. */
function formatted(format: string, values: readonly Value[], work: Work): string | undefined {
  if (!work.take(format.length)) return undefined
  const parts = format.split(/(\{\d{1,6}\}|\{\{|\}\})/).map(part => formattedPart(part, values))
  return parts.every(part => part !== undefined) ? joinList(parts, '', work) : undefined
}

function formattedPart(part: string, values: readonly Value[]): string | undefined {
  if (part === '{{' || part === '}}') return part.slice(1)
  if (/^\{\d/.test(part)) return textOf(values[Number(part.slice(1, -1))])
  return /[{}]/.test(part) ? undefined : part
}
