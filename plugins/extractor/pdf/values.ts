/** A reference to another object: `12 0 R`. */
export interface Ref {
  ref: number
  generation: number
}

/** A dictionary: `names[i]` has the value `items[i]`. Names may be there twice: all are kept. */
export interface Dict {
  names: string[]
  items: Value[]
}

/** What an object may be (ISO 32000-2, 7.3): names are texts, strings are bytes. */
export type Value = null | boolean | number | string | Uint8Array | Ref | Dict | Value[]

export function isDict(value: Value | undefined): value is Dict {
  return typeof value === 'object' && value !== null && 'names' in value
}

export function isRef(value: Value | undefined): value is Ref {
  return typeof value === 'object' && value !== null && 'ref' in value
}

/** The value of the first of these names that is there, null when none is. Of one that is there twice the last counts. */
export function get(dict: Dict, ...names: string[]): Value {
  for (const name of names) {
    const index = dict.names.lastIndexOf(name)
    if (index >= 0) return dict.items[index] ?? null
  }
  return null
}

/** A whole number from 0 on, null for everything else. */
export function toCount(value: Value | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
