/** A string of VBScript. It has no escapes: control characters are put beside it. */
export function visualBasicQuote(text: string): string {
  const parts = text.split(/(\r\n|[\x00-\x08\x0a-\x1f])/).filter(part => part !== '')
  if (parts.length === 0) return '""'
  return parts
    .map(part => (/^[\x00-\x08\x0a-\x1f]/.test(part) ? controls(part) : `"${part.replaceAll('"', '""')}"`))
    .join(' & ')
}

function controls(part: string): string {
  if (part === '\r\n') return 'vbCrLf'
  return part === '\n' ? 'vbLf' : part === '\r' ? 'vbCr' : `Chr(${part.charCodeAt(0)})`
}

/** A string of JavaScript between quotes of this kind. */
export function scriptQuote(text: string, quote: string): string {
  const mark = quote === "'" ? "'" : '"'
  return mark + text.replace(/[\\\x00-\x1f"']/g, character => escaped(character, mark)) + mark
}

function escaped(character: string, mark: string): string {
  if (character === '"' || character === "'") return character === mark ? `\\${character}` : character
  const named = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
  return named ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** A string of PowerShell in which nothing is replaced. */
export function powershellQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
