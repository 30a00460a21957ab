import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { dumps } from '../results/json.ts'
import { printable } from '../results/printable.ts'
import { firstLine, isTrap, TemplateEngine } from './engine.ts'
import { prepareSource } from './source.ts'

/** Largest template file, in bytes. */
const maxSource = 1024 * 1024

/**
 * Writes documents as text with a Jinja2 template: one file of a directory, which may include and extend the others of
 * that directory. Every fault is a STOQ_TEMPLATE that names the template, the reason and the line; the next document is
 * rendered as if nothing had happened. The text holds what the document holds: make it safe before it reaches a terminal.
 */
export class TemplateRenderer {
  /** The template file. */
  readonly path: string
  readonly #directory: string
  readonly #name: string
  #sources: Promise<ReadonlyMap<string, string>> | null = null
  #engine: TemplateEngine | null = null

  /** `name`: exact name of the file, extension included, no path. */
  constructor(directory: string, name: string) {
    if (!isFileName(name))
      throw new StoqError('STOQ_TEMPLATE', [printable(name), 'give the name of a file, not a path'])
    this.#directory = directory
    this.#name = name
    this.path = join(directory, name)
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
    this.#sources ??= readSources(this.#directory, this.#name)
    return this.#sources
  }

  #start(sources: ReadonlyMap<string, string>): TemplateEngine {
    try {
      this.#engine ??= new TemplateEngine(sources)
    } catch (error) {
      throw this.#fault(error)
    }
    const fault = this.#engine.faults.get(this.#name)
    if (fault) throw new StoqError('STOQ_TEMPLATE', [this.path, printable(fault)])
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
    return new StoqError('STOQ_TEMPLATE', [this.path, printable(reason)], { cause: error })
  }
}

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && basename(name) === name && !/[\\\0]/.test(name)
}

/** The template and whatever else in its directory can be included. */
async function readSources(directory: string, name: string): Promise<ReadonlyMap<string, string>> {
  const sources = new Map([[name, await readSource(join(directory, name))]])
  for (const other of await readdir(directory)) {
    if (sources.has(other)) continue
    // Only the template that was asked for has to be readable: an include of the others says what is missing.
    const source = await readSource(join(directory, other)).catch(() => null)
    if (source !== null) sources.set(other, source)
  }
  return sources
}

async function readSource(path: string): Promise<string> {
  try {
    const stats = await stat(path)
    if (!stats.isFile()) throw new StoqError('STOQ_TEMPLATE', [path, 'is no file'])
    if (stats.size > maxSource)
      throw new StoqError('STOQ_TEMPLATE', [path, `is larger than ${maxSource} bytes`])
    return prepareSource(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof StoqError) throw error
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new StoqError('STOQ_TEMPLATE', [path, isMissing ? 'no such file' : errorText(error)], {
      cause: error,
    })
  }
}
