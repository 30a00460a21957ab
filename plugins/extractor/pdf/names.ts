/** Longest name that is given. */
const maxName = 255

/** Last part of a path; both kinds of slash separate. Null when nothing is left that could be a name. */
export function baseName(path: string): string | null {
  const name = path.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..')
  return name === undefined ? null : name.slice(0, maxName).toWellFormed()
}
