import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, type Logger } from 'stoq'

/** Files that are gone and remembered all the same: their directory may be one that comes back. */
const mostGone = 100_000
/** Lines that may be out of date before the journal is written anew. */
const mostStale = 10_000

/** Where a journal is, and what it is of. */
export interface JournalPlace {
  /** Folder of journals. */
  state: string
  worker: string
  directory: string
}

/** The files of a directory whose documents a worker has saved: name and mark, a line each in an append-only file. */
export class Journal {
  readonly #file: string
  readonly #head: object
  readonly #log: Logger
  readonly #done = new Map<string, string>()
  #lines = 0
  #unwritten = ''
  #writing: Promise<void> = Promise.resolve()

  /** Reads what is there. Throws when the folder cannot be written to. */
  constructor({ state, worker, directory }: JournalPlace, log: Logger) {
    const hash = createHash('sha256').update(`${worker}\0${directory}`).digest('hex').slice(0, 16)
    this.#file = join(state, `dirmon-${hash}.jsonl`)
    this.#head = { worker, directory }
    this.#log = log
    mkdirSync(state, { recursive: true, mode: 0o700 })
    for (const [name, mark] of readLines(this.#file)) this.#done.set(name, mark)
    this.#rewrite()
  }

  /** True when this state of the file is done. */
  has(name: string, mark: string): boolean {
    return this.#done.get(name) === mark
  }

  /** Resolves when it is written. */
  add(name: string, mark: string): Promise<void> {
    this.#done.delete(name)
    this.#done.set(name, mark)
    this.#unwritten += `${JSON.stringify([name, mark])}\n`
    this.#lines++
    return this.flush()
  }

  /** A file that was moved or removed cannot come again as it was. */
  forget(name: string): void {
    this.#done.delete(name)
  }

  /** Writes what has come together. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  /** Told which names are there: of the others the oldest are forgotten when there are very many. */
  keep(present: ReadonlySet<string>): void {
    let gone = this.#done.size - present.size
    if (gone <= mostGone) return
    const names = [...this.#done.keys()].filter(name => !present.has(name))
    gone = names.length - mostGone
    for (const name of names.slice(0, Math.max(0, gone))) this.#done.delete(name)
  }

  async #write(): Promise<void> {
    const text = this.#unwritten
    this.#unwritten = ''
    if (text === '') return
    try {
      if (this.#lines > 2 * this.#done.size + mostStale) this.#rewrite()
      else await appendFile(this.#file, text, { mode: 0o600 })
    } catch (error) {
      // What is not written is scanned again after a restart.
      this.#log.error(`cannot write ${this.#file}: ${errorText(error)}`, error)
    }
  }

  /** Under another name first: the journal is whole at every moment. */
  #rewrite(): void {
    const lines = [this.#head, ...this.#done].map(line => `${JSON.stringify(line)}\n`)
    writeFileSync(`${this.#file}.new`, lines.join(''), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
    this.#lines = this.#done.size
  }
}

/** The end of a line may be missing: its process was killed. */
function readLines(file: string): [string, string][] {
  return textOf(file).split('\n').map(parse).filter(isEntry)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function isEntry(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(part => typeof part === 'string')
}
