import { errorText } from '../errors.ts'
import { DistinctKeys } from './distinct-keys.ts'

/** What a walk over a value changes. */
export interface RewriteRules {
  /** The key to use for a key of an object. */
  key?(key: string): string
  /** What stands for a value that has no members and no items; an object that it gives is walked over too. */
  leaf?(value: unknown): unknown
  /** What stands for a member of an object, after it was rewritten itself. */
  member?(value: unknown): unknown
}

/** What lies deeper becomes a text: readers of JSON give up at 1000 levels or so. */
export const maxDepth = 500

/** Values beyond become a text: a few objects that hold each other twice can stand for billions. */
export const maxValues = 10_000_000

/**
 * A copy of a value by the rules. Maps become objects, sets become lists, undefined and functions are dropped (null in
 * a list). Keys that become the same are told apart as `key_2`. What holds itself, is too deep, too much or cannot be
 * read becomes a text in brackets that says so. Nothing throws.
 */
export function rewrite(value: unknown, rules: RewriteRules): unknown {
  return new Rewriter(rules).visit(value) ?? null
}

/** The items of a list or a set; null for everything else. */
export function itemsOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value
  return value instanceof Set ? [...value] : null
}

/** True for objects and maps, false for lists and for objects that are one value (bytes, dates, errors). */
export function hasMembers(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const isValue = ArrayBuffer.isView(value) || valueClasses.some(valueClass => value instanceof valueClass)
  return !isValue && !('toJSON' in value && typeof value.toJSON === 'function')
}

/** The members of an object or a map; null for everything else. */
export function membersOf(value: unknown): [key: string, member: unknown][] | null {
  if (!hasMembers(value)) return null
  if (value instanceof Map) return Array.from(value, ([key, member]) => [String(key), member])
  return Object.keys(value).map(key => [key, readMember(value, key)])
}

class Rewriter {
  readonly #rules: RewriteRules
  readonly #above = new Set<unknown>()
  #values = 0

  constructor(rules: RewriteRules) {
    this.#rules = rules
  }

  visit(value: unknown): unknown {
    if (++this.#values > maxValues) return `[left out: more than ${maxValues} values]`
    try {
      const items = itemsOf(value)
      if (items) return this.#below(value, () => this.#list(items))
      const members = membersOf(value)
      if (members) return this.#below(value, () => this.#object(members))
      const leaf = this.#rules.leaf ? this.#rules.leaf(value) : value
      const isObject = typeof leaf === 'object' && leaf !== null
      return isObject && leaf !== value ? this.#below(value, () => this.visit(leaf)) : leaf
    } catch (error) {
      return unreadable(error)
    }
  }

  #below(value: unknown, walk: () => unknown): unknown {
    if (this.#above.has(value)) return '[circular]'
    if (this.#above.size >= maxDepth) return `[deeper than ${maxDepth} levels]`
    this.#above.add(value)
    const result = walk()
    this.#above.delete(value)
    return result
  }

  #list(items: readonly unknown[]): unknown[] {
    const list: unknown[] = []
    for (let index = 0; index < items.length && this.#values <= maxValues; index++) {
      list.push(this.visit(isAbsent(items[index]) ? null : items[index]) ?? null)
    }
    return list
  }

  #object(members: [string, unknown][]): Record<string, unknown> {
    const keys = new DistinctKeys('_')
    for (const [key, member] of members) {
      const value = isAbsent(member) ? undefined : this.visit(member)
      if (value === undefined) continue
      keys.add(this.#rules.key?.(key) ?? key, this.#rules.member ? this.#rules.member(value) : value)
    }
    return keys.target
  }
}

const valueClasses = [Set, ArrayBuffer, Date, RegExp, Error, String, Number, Boolean]

function readMember(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key)
  } catch (error) {
    return unreadable(error)
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol'
}

function unreadable(error: unknown): string {
  return `[unreadable: ${errorText(error)}]`
}
