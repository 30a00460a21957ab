import { StoqError } from '../errors.ts'

/** Sections and options in the order of the file; every section also holds what `[DEFAULT]` gives it. Option names are lower-case. */
export type IniFile = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * Reads the INI text of a `.stoq` file or of `stoq.cfg`, by the grammar of Python's ConfigParser.
 * Throws STOQ_CONFIG_SYNTAX with file, line and remedy; a lone `%` is just a `%`.
 */
export function parseIni(text: string, sourceName: string): IniFile {
  const reader = new LineReader(sourceName)
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  for (const [index, line] of lines.entries()) reader.read(line, index + 1)
  return new Map(
    [...reader.sections].map(([name, own]) => [name, fillSection(own, reader.defaults, sourceName)]),
  )
}

interface Option {
  line: number
  /** The lines of the value. */
  parts: string[]
}

type Section = Map<string, Option>

/** Takes one line after the other and sorts it into sections and options. */
class LineReader {
  readonly sections = new Map<string, Section>()
  readonly defaults: Section = new Map()
  readonly #source: string
  #section: Section | undefined
  #option: Option | undefined
  #indent = 0

  constructor(source: string) {
    this.#source = source
  }

  read(line: string, number: number): void {
    const value = strip(line)
    if (value === '') this.#option?.parts.push('')
    else if (!value.startsWith('#') && !value.startsWith(';')) this.#readText(value, indentOf(line), number)
  }

  #readText(value: string, indent: number, number: number): void {
    if (this.#option && indent > this.#indent) {
      this.#option.parts.push(value)
      return
    }
    this.#indent = indent
    // Up to the last `]`: what follows it on the line is ignored.
    const end = value.startsWith('[') ? value.lastIndexOf(']') : -1
    if (end > 1) this.#openSection(value.slice(1, end), number)
    else this.#openOption(value, number)
  }

  #openSection(name: string, number: number): void {
    if (this.sections.has(name))
      throw fault(this.#source, number, `section [${name}] is there twice; join the two`)
    this.#option = undefined
    this.#section = name === 'DEFAULT' ? this.defaults : new Map()
    if (name !== 'DEFAULT') this.sections.set(name, this.#section)
  }

  #openOption(value: string, number: number): void {
    const delimiter = value.search(/[=:]/)
    const name = strip(value.slice(0, Math.max(0, delimiter))).toLowerCase()
    if (!this.#section)
      throw fault(
        this.#source,
        number,
        'text before the first section; put a line such as [options] above it',
      )
    if (name === '')
      throw fault(this.#source, number, `'${shorten(value)}' is not an option; write name = value`)
    if (this.#section.has(name))
      throw fault(this.#source, number, `option '${name}' is there twice; remove one`)
    this.#option = { line: number, parts: [strip(value.slice(delimiter + 1))] }
    this.#section.set(name, this.#option)
  }
}

function fillSection(own: Section, defaults: Section, source: string): Map<string, string> {
  const options = new Map([...own, ...[...defaults].filter(([name]) => !own.has(name))])
  const texts = new Map([...options].map(([name, option]) => [name, stripEnd(option.parts.join('\n'))]))
  return new Map(
    [...texts].map(([name, text]) => [name, expand(text, texts, source, options.get(name)?.line ?? 0)]),
  )
}

/** As in ConfigParser: a chain of references ends after ten steps. */
const maxDepth = 10
/** References that one value may take, and characters that they may bring: a few lines could otherwise ask for gigabytes. */
const maxReferences = 10_000
const maxCharacters = 1024 * 1024

/** Puts `%` for `%%` and the value of `name` for `%(name)s`. */
function expand(text: string, options: ReadonlyMap<string, string>, source: string, line: number): string {
  let references = 0
  let characters = 0
  const step = (value: string, depth: number): string => {
    if (depth > maxDepth)
      throw fault(source, line, `'${shorten(text)}' refers to itself or too deep; write %% for a plain %`)
    // A name is short: without that bound, a long run of `%(` would be searched to its end again and again.
    return value.replace(/%(?:%|\(([^)]{1,100})\)s)/g, (_whole, name: string | undefined) => {
      if (name === undefined) return '%'
      const found = options.get(name.toLowerCase())
      if (found === undefined)
        throw fault(
          source,
          line,
          `%(${name})s names no option of the section; write %%(${name})s for that text itself`,
        )
      characters += found.length
      if (++references > maxReferences || characters > maxCharacters)
        throw fault(source, line, `'${shorten(text)}' grows too large`)
      return found.includes('%') ? step(found, depth + 1) : found
    })
  }
  return step(text, 1)
}

function fault(source: string, line: number, reason: string): StoqError {
  return new StoqError('STOQ_CONFIG_SYNTAX', [source, `line ${line}: ${reason}`])
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function strip(text: string): string {
  return stripEnd(text).slice(indentOf(text))
}

function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

function indentOf(line: string): number {
  let indent = 0
  while (indent < line.length && isSpace(line.charCodeAt(indent))) indent++
  return indent
}

/** Python's idea of white space, which is not that of JavaScript: U+001C to U+001F and U+0085 are, U+FEFF is not. */
function isSpace(code: number): boolean {
  if (code < 0x80) return (code >= 9 && code <= 13) || (code >= 28 && code <= 32)
  return code === 0x85 || (code !== 0xfeff && /\s/.test(String.fromCharCode(code)))
}
