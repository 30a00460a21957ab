import { DistinctKeys } from './distinct-keys.ts'
import { hasMembers, itemsOf, membersOf } from './rewrite.ts'

/**
 * A copy with one level of keys: objects become `key<delimiter>sub`, lists of objects `key<delimiter>0<delimiter>sub`.
 * A list that holds anything else stays whole under its own key, and its objects are flattened beside it, as in v1.
 * Empty objects and lists are kept. Nothing is lost: a key that is taken becomes `key<delimiter>2`, and what lies more
 * than 100 objects deep, or would bring all keys together over 64 Mi characters, stays whole. An object inside itself
 * becomes the text `[circular]`.
 */
export function flatten(data: unknown, delimiter = '_'): Record<string, unknown> {
  const flattener = new Flattener(delimiter)
  flattener.put(null, data)
  return flattener.flat
}

/** A key repeats all keys above it: a deep document, or a long key over many, would grow with the square of its size. */
const maxDepth = 100
const maxKeyText = 67_108_864

class Flattener {
  readonly #delimiter: string
  readonly #keys: DistinctKeys
  readonly #above = new Set<unknown>()
  #keyText = 0

  constructor(delimiter: string) {
    this.#delimiter = delimiter
    this.#keys = new DistinctKeys(delimiter)
  }

  get flat(): Record<string, unknown> {
    return this.#keys.target
  }

  /** `key` is null for the document itself. */
  put(key: string | null, value: unknown): void {
    const items = itemsOf(value)
    if (items) this.#putList(key, value, items)
    else this.#putMembers(key, value, membersOf(value) ?? [])
  }

  #putMembers(key: string | null, value: unknown, members: [string, unknown][]): void {
    if (this.#above.has(value)) this.#keep(key, '[circular]')
    else if (members.length === 0 || !this.#hasRoom(key, members.length)) this.#keep(key, value)
    else {
      this.#above.add(value)
      for (const [name, member] of members) this.put(this.#join(key, name), member)
      this.#above.delete(value)
    }
  }

  #putList(key: string | null, list: unknown, items: readonly unknown[]): void {
    const objects = items.filter(hasMembers).length
    const isFlattened = objects > 0 && this.#hasRoom(key, objects)
    if (objects < items.length || !isFlattened) this.#keep(key, list)
    if (!isFlattened) return
    items.forEach((item, index) => {
      if (hasMembers(item)) this.put(this.#join(key, String(index)), item)
    })
  }

  /** Books the keys that `count` parts will have; false when the value has to stay whole. */
  #hasRoom(key: string | null, count: number): boolean {
    const length = count * ((key?.length ?? 0) + this.#delimiter.length + 1)
    if (this.#above.size >= maxDepth || this.#keyText + length > maxKeyText) return false
    this.#keyText += length
    return true
  }

  #join(key: string | null, name: string): string {
    return key === null ? name : `${key}${this.#delimiter}${name}`
  }

  #keep(key: string | null, value: unknown): void {
    this.#keys.add(key ?? '', value)
  }
}
