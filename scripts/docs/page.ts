/** Puts generated text between `<!-- docs: name -->` and `<!-- /docs -->`. Throws when page and blocks do not agree. */
export function fillBlocks(page: string, blocks: ReadonlyMap<string, string>, path: string): string {
  const filled = new Set<string>()
  const text = page.replace(/<!-- docs: (\S+) -->\n[\s\S]*?<!-- \/docs -->/g, (_whole, name: string) => {
    const block = blocks.get(name)
    if (block === undefined) throw new Error(`${path}: nothing is generated for the block '${name}'`)
    filled.add(name)
    return `<!-- docs: ${name} -->\n\n${block.trim()}\n\n<!-- /docs -->`
  })
  const absent = [...blocks.keys()].filter(name => !filled.has(name))
  if (absent.length) throw new Error(`${path}: has no block for ${absent.join(', ')}`)
  return text
}

/** A table in Markdown, its columns aligned; line breaks and bars in the cells are made harmless. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell))
  const widths = head.map((_, column) => Math.max(3, ...cells.map(row => [...(row[column] ?? '')].length)))
  const [first = [], ...rest] = cells.map(row => row.map((text, column) => text.padEnd(widths[column] ?? 0)))
  const rule = widths.map(width => '-'.repeat(width))
  return [first, rule, ...rest].map(row => `| ${row.join(' | ')} |`).join('\n')
}

/** Text as code; empty stays empty. */
export function code(text: string): string {
  return text ? `\`${text}\`` : ''
}

function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')
}
