import { rm } from 'node:fs/promises'
import { basename, relative } from 'node:path'
import { errorText, type Logger, type MessageOutcome } from 'stoq'
import { moveInto } from './hand-over.ts'
import type { Journal } from './journal.ts'
import { look } from './look.ts'
import { isWanted, type NameRules } from './names.ts'
import { DirectoryWatch } from './watch.ts'

/** How a directory is watched. Times in seconds. */
export interface MonitorRules extends NameRules {
  recursive: boolean
  settle: number
  rescan: number
  after: 'keep' | 'move' | 'remove'
  /** Absolute; empty: there is none. */
  moveTo: string
  failedTo: string
}

/** A file that has settled. */
export interface Settled {
  path: string
  mark: string
}

/** Seconds until a file that failed is tried again: twice as many each time. */
const firstPause = 60
const mostTries = 5

/** A directory: which of its files are new and no longer written to, and what becomes of them afterwards. */
export class Monitor {
  readonly root: string
  readonly #rules: MonitorRules
  readonly #journal: Journal
  readonly #watch: DirectoryWatch
  readonly #log: Logger
  /** To be looked at. */
  readonly #seen = new Set<string>()
  /** Looked at once, in the order of their second look. */
  readonly #waiting = new Map<string, { mark: string; due: number }>()
  readonly #inWork = new Map<string, string>()
  readonly #failed = new Map<string, { mark: string; tries: number; again: number }>()
  #nextRescan = 0
  #hasToldOfName = false

  constructor(root: string, rules: MonitorRules, journal: Journal, log: Logger) {
    this.root = root
    this.#rules = rules
    this.#journal = journal
    this.#log = log
    const enters = (folder: string) => this.#enters(folder)
    this.#watch = new DirectoryWatch(root, { seen: path => this.#note(path), enters }, log)
  }

  /** True when nothing is known that is to be done. */
  get isIdle(): boolean {
    return this.#seen.size + this.#waiting.size + this.#inWork.size === 0
  }

  /** Files that have not changed for the time that was asked for. They are in work until `finish` is called. */
  async *settled(signal: AbortSignal): AsyncGenerator<Settled> {
    await this.#lookAround(signal)
    for (const [path, { mark, due }] of [...this.#waiting]) {
      if (signal.aborted || due > performance.now()) return
      this.#waiting.delete(path)
      const found = await look(path, this.root)
      if (found.kind !== 'file') continue
      if (found.mark !== mark) this.#wait(path, found.mark)
      else {
        this.#inWork.set(path, mark)
        yield { path, mark }
      }
    }
  }

  /** Called when a file that was given out has come to its end. */
  async finish({ path, mark }: Settled, { state, acknowledge }: MessageOutcome): Promise<void> {
    try {
      const isDone = acknowledge && state !== 'failed'
      if (isDone) await this.#journal.add(this.#nameOf(path), mark)
      if (state === 'failed') await this.#fail(path, mark)
      else if (isDone) await this.#handOver(path, mark)
    } finally {
      this.#inWork.delete(path)
    }
    // It may have changed while it was scanned.
    if (state !== 'stopped') this.#seen.add(path)
  }

  /** Ends the watch; the journal is written when it resolves. */
  async close(): Promise<void> {
    this.#watch.close()
    await this.#journal.flush()
  }

  /** No more than a twentieth of the time is for rescans and what they show. */
  async #lookAround(signal: AbortSignal): Promise<void> {
    const start = performance.now()
    const isRescan = this.#watch.isDue || start >= this.#nextRescan
    if (isRescan && (await this.#watch.rescan(signal)))
      this.#journal.keep(new Set([...this.#seen].map(path => this.#nameOf(path))))
    for (const path of [...this.#seen]) {
      if (signal.aborted) return
      this.#seen.delete(path)
      await this.#lookFirst(path, signal)
    }
    const now = performance.now()
    const pause = this.#watch.isGone ? 1 : this.#rules.rescan
    if (isRescan) this.#nextRescan = now + Math.max(pause * 1000, (now - start) * 20)
  }

  #note(path: string): void {
    const isFile = this.#rules.recursive || isWanted(this.#nameOf(path), this.#rules)
    if (isFile && !this.#waiting.has(path)) this.#seen.add(path)
  }

  async #lookFirst(path: string, signal: AbortSignal): Promise<void> {
    const found = await look(path, this.root)
    if (found.kind === 'folder') return this.#watch.enter(path, signal)
    if (found.kind === 'none') return this.#tellOfName(path)
    if (this.#inWork.has(path)) return
    const name = this.#nameOf(path)
    if (!isWanted(name, this.#rules)) return
    if (this.#journal.has(name, found.mark)) return this.#handOver(path, found.mark)
    const failed = this.#failed.get(path)
    if (failed?.mark === found.mark && (failed.tries >= mostTries || failed.again > performance.now())) return
    this.#wait(path, found.mark)
  }

  /** Node gives such a name with a sign for what it cannot read, and no file has that one. */
  #tellOfName(path: string): void {
    if (!path.includes('\uFFFD') || this.#hasToldOfName) return
    this.#hasToldOfName = true
    this.#log.warning(`${path}: its name is no UTF-8, and it is left out like all such files`)
  }

  #wait(path: string, mark: string): void {
    this.#waiting.set(path, { mark, due: performance.now() + this.#rules.settle * 1000 })
  }

  async #fail(path: string, mark: string): Promise<void> {
    const { failedTo } = this.#rules
    if (failedTo) return this.#move(path, mark, failedTo)
    const before = this.#failed.get(path)
    const tries = before?.mark === mark ? before.tries + 1 : 1
    const again = performance.now() + firstPause * 2 ** (tries - 1) * 1000
    this.#failed.set(path, { mark, tries, again })
    const rest =
      tries < mostTries ? `in ${firstPause * 2 ** (tries - 1)} s` : 'when it changes, or after a restart'
    this.#log.warning(`${path} failed: it is tried again ${rest}`)
  }

  /** What the rules say of a file that is done; a fault there is told and leaves the file. */
  async #handOver(path: string, mark: string): Promise<void> {
    this.#failed.delete(path)
    const { after, moveTo } = this.#rules
    if (after === 'move') await this.#move(path, mark, moveTo)
    if (after === 'remove') await this.#act(path, mark, () => rm(path, { force: true }))
  }

  #move(path: string, mark: string, folder: string): Promise<void> {
    return this.#act(path, mark, () => moveInto(folder, path, this.#nameOf(path)))
  }

  async #act(path: string, mark: string, act: () => Promise<unknown>): Promise<void> {
    const found = await look(path, this.root)
    if (found.kind !== 'file' || found.mark !== mark) return
    try {
      await act()
      this.#journal.forget(this.#nameOf(path))
    } catch (error) {
      this.#log.warning(`${path} stays where it is: ${errorText(error)}`, error)
    }
  }

  #enters(folder: string): boolean {
    const { recursive, hidden, moveTo, failedTo } = this.#rules
    return (
      recursive && (hidden || !basename(folder).startsWith('.')) && folder !== moveTo && folder !== failedTo
    )
  }

  #nameOf(path: string): string {
    return relative(this.root, path)
  }
}
