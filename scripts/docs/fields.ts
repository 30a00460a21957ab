/** One field of an interface or a class, as its source declares it. */
export interface Field {
  name: string
  /** Its doc comment on one line; empty when it has none. */
  comment: string
  /** What it is set to, as source; empty in an interface. */
  value: string
}

const field = /^ {2}(?:override )?(?!readonly)(\w+)\??(?:: (?<type>[^=]+?))?(?: = (?<value>.+))?$/

/** The plain fields of the interface or class `name` in TypeScript source; methods, accessors and private ones are left out. */
export function readFields(source: string, name: string): Field[] {
  const start = source.search(new RegExp(`(?:interface|class) ${name}\\b`))
  if (start < 0) throw new Error(`there is no ${name} in the source`)
  const lines = source.slice(start, source.indexOf('\n}', start)).split('\n').slice(1)
  const fields: Field[] = []
  let comment = ''
  for (const line of lines) {
    const text = /^ {2}(?:\/\*\*| \*) ?(.*)$/.exec(line)?.[1]
    if (text !== undefined) comment += ` ${text.replace(/\*\/\s*$/, '')}`
    const found = field.exec(line)
    if (found?.groups && (found.groups['type'] || found.groups['value'])) {
      const value = found.groups['value'] ?? ''
      fields.push({ name: found[1] ?? '', comment: comment.replace(/\s+/g, ' ').trim(), value })
    }
    if (text === undefined) comment = ''
  }
  return fields
}
