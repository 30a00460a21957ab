import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { errorText } from '../../errors.ts'
import type { RuleFault, RuleSource } from './engine.ts'
import { readRuleText } from './rule-file.ts'
import { type Include, readSourceFacts, type SourceFacts } from './rule-source.ts'

/** A source with every `include` replaced by the text of the file. */
export interface ExpandedSource {
  text: string
  readonly facts: SourceFacts
  /** Where a line of `text` was written. */
  locate(line: number): { source: string; line: number }
}

/** Includes are an aid to writing; more text than this is a mistake. */
const maxCharacters = 256 * 1024 * 1024

/**
 * Puts included files in place, found relative to the file that includes them, each file once.
 * Gives the fault instead when one cannot be read or includes itself. Neither engine does this alike, so both get the same text.
 */
export function expandIncludes(source: RuleSource): ExpandedSource | RuleFault {
  const includes = mayInclude(source) ? readSourceFacts(source.text).includes : []
  if (includes.length === 0) return expanded(source.text, line => ({ source: source.name, line }))
  try {
    const expansion = new Expansion()
    expansion.add(source, includes, [])
    return expanded(expansion.text(), line => expansion.locate(line))
  } catch (error) {
    if (error instanceof IncludeFault) return error.fault
    throw error
  }
}

/** Who only wants the text does not pay for the facts. */
function expanded(text: string, locate: ExpandedSource['locate']): ExpandedSource {
  return {
    text,
    locate,
    get facts() {
      return readSourceFacts(text)
    },
  }
}

/** False: there is nothing to put in place; told without reading the rules. A comment may stand before the path. */
export function mayInclude(source: RuleSource): boolean {
  return /\binclude\s*["/]/.test(source.text)
}

class IncludeFault extends Error {
  readonly fault: RuleFault

  constructor(source: string, include: Include, reason: string) {
    super(reason)
    this.fault = { source, line: include.line, reason: `include "${include.path}": ${reason}` }
  }
}

class Expansion {
  readonly #parts: string[] = []
  /** First line in the whole text, source and line there, of every part. */
  readonly #origins: { first: number; source: string; line: number }[] = []
  readonly #seen = new Set<string>()
  #lines = 1
  #characters = 0

  text(): string {
    return this.#parts.join('')
  }

  locate(line: number): { source: string; line: number } {
    const origin = this.#origins.findLast(part => part.first <= line)
    return origin
      ? { source: origin.source, line: origin.line + line - origin.first }
      : { source: '', line: 0 }
  }

  /** `chain`: real paths of the files that are being read, the outermost first. */
  add(source: RuleSource, includes: Include[], chain: readonly string[]): void {
    let from = 0
    let line = 1
    for (const include of includes) {
      this.#addText(source.text.slice(from, include.start), source.name, line)
      this.#addFile(source, include, chain)
      from = include.end
      line = include.line
    }
    this.#addText(source.text.slice(from), source.name, line)
  }

  #addFile(source: RuleSource, include: Include, chain: readonly string[]): void {
    const path = includedPath(source, include)
    const included = readIncluded(source, include, path)
    if (chain.includes(included.realPath))
      throw new IncludeFault(source.name, include, 'the file includes itself')
    if (this.#seen.has(included.realPath)) return
    this.#seen.add(included.realPath)
    this.#characters += included.text.length
    if (this.#characters > maxCharacters)
      throw new IncludeFault(source.name, include, 'too much text is included')
    const file = { name: path, text: included.text, directory: dirname(resolve(path)) }
    const includes = mayInclude(file) ? readSourceFacts(file.text).includes : []
    this.add(file, includes, [...chain, included.realPath])
  }

  /** Every part starts on a line of its own, so that a line has one origin. */
  #addText(text: string, source: string, line: number): void {
    this.#origins.push({ first: this.#lines, source, line })
    this.#parts.push(text, '\n')
    this.#lines += text.split('\n').length
  }
}

function includedPath(source: RuleSource, include: Include): string {
  if (source.directory === undefined) {
    throw new IncludeFault(
      source.name,
      include,
      'these rules are not in a file that it could be looked for beside',
    )
  }
  return isAbsolute(include.path) ? include.path : join(source.directory, include.path)
}

function readIncluded(
  source: RuleSource,
  include: Include,
  path: string,
): { realPath: string; text: string } {
  try {
    return { realPath: realpathSync(path), text: readRuleText(path) }
  } catch (error) {
    throw new IncludeFault(source.name, include, errorText(error))
  }
}
