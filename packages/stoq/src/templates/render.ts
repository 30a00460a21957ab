import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { dumps } from '../results/json.ts'
import { printable } from '../results/printable.ts'
import { firstLine, isTrap, TemplateEngine } from './engine.ts'
import { prepareSource } from './source.ts'

/** Largest template file, in bytes. */
const maxSource = 1024 * 1024

/** Templates of this ending escape what they write for HTML; all others write it as it is, as in v1. */
const htmlEnding = '.html.tpl'

/**
 * Writes documents as text with a Jinja2 template: one file of the first directory that has it, which may include and extend
 * the others of these directories. Every fault is a STOQ_TEMPLATE that names the template, the reason and the line; the next document is
 * rendered as if nothing had happened. The text holds what the document holds: make it safe before it reaches a terminal.
 */
export class TemplateRenderer {
  #path: string
  readonly #directories: readonly string[]
  #name: string
  #sources: Promise<ReadonlyMap<string, string>> | null = null
  #engine: TemplateEngine | null = null

  /** `name`: name of the file, no path; `.tpl` may be left out. */
  constructor(directories: string | readonly string[], name: string) {
    if (!isFileName(name))
      throw new StoqError('STOQ_TEMPLATE', [printable(name), 'give the name of a file, not a path'])
    this.#directories = [directories].flat()
    this.#name = name
    this.#path = join(this.#directories[0] ?? '', name)
  }

  /** The template file. */
  get path(): string {
    return this.#path
  }

  /** Reads and compiles the template, so that its faults show before the first document. Files are read once. */
  async load(): Promise<void> {
    this.#start(await this.#read())
  }

  /** The text of a document, which the template finds as `results`, as it stands in the saved JSON. */
  async render(document: object): Promise<string> {
    const sources = await this.#read()
    // Nothing waits from here on: an engine that breaks is never in use elsewhere.
    const engine = this.#start(sources)
    try {
      return engine.render(this.#name, JSON.parse(dumps(document, { compactly: true })))
    } catch (error) {
      if (isTrap(error)) this.#discard()
      throw this.#fault(error, engine.faults)
    } finally {
      if (engine.isSpent) this.#discard()
    }
  }

  #read(): Promise<ReadonlyMap<string, string>> {
    this.#sources ??= this.#readAll()
    return this.#sources
  }

  async #readAll(): Promise<ReadonlyMap<string, string>> {
    const names = [this.#name, `${this.#name}.tpl`]
    const places = this.#directories.flatMap(directory => names.map(name => ({ directory, name })))
    const found = places.find(({ directory, name }) => existsSync(join(directory, name)))
    if (!found) throw new StoqError('STOQ_TEMPLATE', [printable(this.#name), await this.#whereItIsNot()])
    this.#name = found.name
    this.#path = join(found.directory, found.name)
    return readSources(this.#path, this.#directories)
  }

  async #whereItIsNot(): Promise<string> {
    const lists = await Promise.all(this.#directories.map(directory => readdir(directory).catch(() => [])))
    const names = [...new Set(lists.flat())].filter(name => name.endsWith('.tpl')).sort()
    const there = names.length > 0 ? ` (there are ${names.map(name => name.slice(0, -4)).join(', ')})` : ''
    return `no such file in ${this.#directories.join(', ')}${printable(there)}`
  }

  #start(sources: ReadonlyMap<string, string>): TemplateEngine {
    try {
      this.#engine ??= new TemplateEngine(sources)
    } catch (error) {
      throw this.#fault(error)
    }
    const fault = this.#engine.faults.get(this.#name)
    if (fault) throw new StoqError('STOQ_TEMPLATE', [this.#path, printable(fault)])
    return this.#engine
  }

  /** A broken engine takes no more calls; the next document gets a new one. */
  #discard(): void {
    this.#engine?.close()
    this.#engine = null
  }

  #fault(error: unknown, faults?: ReadonlyMap<string, string>): StoqError {
    const line = firstLine(error)
    const missing = /non-existing template "(.+?)"/.exec(line)?.[1]
    const reason = isTrap(error)
      ? `too deep or too large for the engine (${line})`
      : (faults?.get(missing ?? '') ?? line)
    return new StoqError('STOQ_TEMPLATE', [this.#path, printable(reason)], { cause: error })
  }
}

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && basename(name) === name && !/[\\\0]/.test(name)
}

/** The template and whatever else in the directories can be included; those of the first directory come before others. */
async function readSources(
  path: string,
  directories: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const sources = new Map([[basename(path), await readSource(path)]])
  for (const directory of directories) {
    const others = existsSync(directory) ? await readdir(directory) : []
    for (const other of others) {
      if (sources.has(other)) continue
      // Only the template that was asked for has to be readable: an include of the others says what is missing.
      const source = await readSource(join(directory, other)).catch(() => null)
      if (source !== null) sources.set(other, source)
    }
  }
  return sources
}

async function readSource(path: string): Promise<string> {
  try {
    const stats = await stat(path)
    if (!stats.isFile()) throw new StoqError('STOQ_TEMPLATE', [path, 'is no file'])
    if (stats.size > maxSource)
      throw new StoqError('STOQ_TEMPLATE', [path, `is larger than ${maxSource} bytes`])
    return prepareSource(await readFile(path, 'utf8'), path.endsWith(htmlEnding))
  } catch (error) {
    if (error instanceof StoqError) throw error
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new StoqError('STOQ_TEMPLATE', [path, isMissing ? 'no such file' : errorText(error)], {
      cause: error,
    })
  }
}
