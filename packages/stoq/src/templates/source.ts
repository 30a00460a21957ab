/** Name of the filter that writes a value; no word of Jinja2. */
export const printFilter = 'stoq_print'

/**
 * The template as the engine gets it: every `{{ value }}` goes through the print filter, so that lists, objects and null
 * are written as JSON and nothing is escaped; `length` of what is undefined or null is 0. Line numbers stay the same.
 * `escapesHtml`: the engine writes values, and escapes them but for what macros and `safe` made.
 */
export function prepareSource(source: string, escapesHtml = false): string {
  if (escapesHtml) return `{% autoescape "html" %}${prepareTags(source, prepareHtmlTag)}{% endautoescape %}`
  return prepareTags(source, prepareTag)
}

function prepareTags(source: string, prepare: (tag: string) => string): string {
  let prepared = ''
  let position = 0
  for (const tag = /\{[{%#]/g; ; ) {
    tag.lastIndex = position
    const start = tag.exec(source)?.index
    if (start === undefined) return prepared + source.slice(position)
    const end = endOfTag(source, start)
    prepared += source.slice(position, start) + prepare(source.slice(start, end))
    position = end
  }
}

const comment = /\{#.*?#\}/sy
const raw = /\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}/sy

/** Where the comment, raw block, statement or expression that starts here ends; the end of the text when it is left open. */
function endOfTag(source: string, start: number): number {
  if (source[start + 1] === '#') return endOf(comment, source, start) ?? source.length
  if (source[start + 1] === '%') return endOf(raw, source, start) ?? endOfCode(source, start + 2, '%}')
  return endOfCode(source, start + 2, '}}')
}

function endOf(pattern: RegExp, source: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(source) ? pattern.lastIndex : undefined
}

const codePart = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|[^'"%{}()[\]]+|./sy

/** Closing marks inside of text or of brackets do not count: `{{ {"a": {}} }}`. */
function endOfCode(source: string, start: number, mark: string): number {
  let open = 0
  for (let position = start; position < source.length; ) {
    if (open === 0 && source.startsWith(mark, position)) return position + mark.length
    codePart.lastIndex = position
    const part = codePart.exec(source)?.[0] ?? ''
    if (/^[{([]$/.test(part)) open++
    else if (/^[})\]]$/.test(part)) open--
    position += part.length
  }
  return source.length
}

const expression = /^(\{\{[-+]?)(.*?)(-?\}\})$/s

function prepareHtmlTag(tag: string): string {
  return tag.startsWith('{#') || endOf(raw, tag, 0) !== undefined ? tag : withLength(tag)
}

function prepareTag(tag: string): string {
  if (tag.startsWith('{#') || endOf(raw, tag, 0) !== undefined) return tag
  const [, open, value, close] = expression.exec(tag) ?? []
  if (!value?.trim()) return withLength(tag)
  // Only `default` can tell undefined (prints nothing) from null.
  return `${open}(${withLength(value)})|default("")|${printFilter}|safe ${close}`
}

const lengthFilter = /('[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")|\|(?=\s*(?:length|count)\b)/gs

function withLength(code: string): string {
  return code.replace(lengthFilter, (_, text?: string) => text ?? '|default([], true)|')
}
