/** One place where our answer is not what is wanted. */
export interface Difference {
  /** `exit`, `documents[0].results[1].scan`; a sample and a place in its tree. */
  path: string
  what: string
}

/** Keys of ours that v1's documents do not have: they add to what v1 says. */
const added = new Set([
  ...['id', 'errors', 'truncated', 'parent_id', 'duplicate_of', 'workers'],
  ...['archive_type', 'original_path'],
])

/** How a value differs from the wanted one; keys that we add are no difference, nor is the order of keys. */
export function unlike(ours: unknown, wanted: unknown, path: string): Difference[] {
  if (Array.isArray(wanted) && Array.isArray(ours)) return unlikeList(ours, wanted, path)
  if (isObject(wanted) && isObject(ours)) return unlikeObject(ours, wanted, path)
  return Object.is(ours, wanted) ? [] : [{ path, what: `is ${show(ours)}, not ${show(wanted)}` }]
}

function unlikeList(ours: unknown[], wanted: unknown[], path: string): Difference[] {
  const found = wanted.flatMap((value, index) => {
    return index < ours.length ? unlike(ours[index], value, `${path}[${index}]`) : []
  })
  if (ours.length === wanted.length) return found
  return [...found, { path: `${path}.length`, what: `is ${ours.length}, not ${wanted.length}` }]
}

function unlikeObject(
  ours: Record<string, unknown>,
  wanted: Record<string, unknown>,
  path: string,
): Difference[] {
  const found = Object.entries(wanted).flatMap(([key, value]) => {
    const place = placeIn(path, key)
    return Object.hasOwn(ours, key) ? unlike(ours[key], value, place) : [{ path: place, what: 'is missing' }]
  })
  const extra = Object.keys(ours).filter(key => !Object.hasOwn(wanted, key) && !added.has(key))
  return [
    ...found,
    ...extra.map(key => ({ path: placeIn(path, key), what: `is ${show(ours[key])}, and not wanted` })),
  ]
}

/** A key that is no plain word, such as a path, stands apart. */
function placeIn(path: string, key: string): string {
  return /^\w+$/.test(key) ? `${path}.${key}` : `${path} ${key}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
