/** `…` stands for the rest of a word or more of a line; alone on a line, for any number of lines. */
export function matches(printed: string, expected: string): boolean {
  const lines = expected.split('\n').map(line => {
    if (line.trim() === '…') return '(?:.*\\n)*?'
    return `${line.split('…').map(escaped).join('.*')}[ \\t]*\\n`
  })
  return new RegExp(`^\\n*${lines.join('')}\\n*$`).test(`${printed}\n`)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
