/** Which names are read. */
export interface NameRules {
  hidden: boolean
  /** Empty: all. */
  patterns: readonly string[]
  ignored: readonly string[]
}

/** True when a file is to be read, told by its path below the directory. */
export function isWanted(relative: string, { hidden, patterns, ignored }: NameRules): boolean {
  const name = relative.slice(relative.lastIndexOf('/') + 1)
  if (!hidden && name.startsWith('.')) return false
  const fits = (pattern: string) => matches(pattern.includes('/') ? relative : name, pattern)
  return (patterns.length === 0 || patterns.some(fits)) && !ignored.some(fits)
}

/** `*` is any number of characters, `?` one. Takes no longer than name times pattern, whatever these are. */
export function matches(name: string, pattern: string): boolean {
  let [at, from, star, mark] = [0, 0, -1, 0]
  while (at < name.length) {
    if (pattern[from] === '*') {
      star = from++
      mark = at
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === name[at])) {
      at++
      from++
    } else if (star >= 0) {
      from = star + 1
      at = ++mark
    } else return false
  }
  while (pattern[from] === '*') from++
  return from === pattern.length
}
