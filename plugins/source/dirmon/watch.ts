import { type FSWatcher, watch } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorText, type Logger } from 'stoq'

/** What a watch tells. */
export interface WatchEvents {
  /** Something is new or has changed: its path. */
  seen(path: string): void
  /** Whether a folder in the directory is watched too. */
  enters(folder: string): boolean
}

/**
 * Watches a directory. Its system tells of changes where it can; `rescan` finds what it did not tell, and folders that were
 * replaced or came back.
 */
export class DirectoryWatch {
  /** True: something happened that only a rescan can tell. */
  isDue = true
  /** True: the directory itself is not there. */
  isGone = false
  readonly #root: string
  readonly #events: WatchEvents
  readonly #log: Logger
  readonly #watchers = new Map<string, { watcher: FSWatcher; identity: string }>()
  #isLimited = false

  constructor(root: string, events: WatchEvents, log: Logger) {
    this.#root = root
    this.#events = events
    this.#log = log
  }

  /** Tells of everything that is there. False: the directory is not there, or could not be read to its end. */
  async rescan(signal: AbortSignal): Promise<boolean> {
    this.isDue = false
    const isWhole = await this.#read(this.#root, signal)
    for (const folder of this.#watchers.keys()) if (!(await identityOf(folder))) this.#end(folder)
    this.#tellOfRoot(!(await identityOf(this.#root)))
    return isWhole
  }

  /** Reads a folder that is new. */
  async enter(folder: string, signal: AbortSignal): Promise<void> {
    if (this.#events.enters(folder)) await this.#read(folder, signal)
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#end(folder)
  }

  /** Watched before it is read: what comes in between is told twice, not never. */
  async #read(folder: string, signal: AbortSignal): Promise<boolean> {
    const identity = await identityOf(folder)
    if (!identity) return false
    this.#watch(folder, identity)
    let isWhole = true
    try {
      for await (const entry of await opendir(folder, { bufferSize: 512 })) {
        if (signal.aborted) return false
        const path = join(folder, entry.name)
        if (!entry.isDirectory()) this.#events.seen(path)
        else if (this.#events.enters(path)) isWhole = (await this.#read(path, signal)) && isWhole
      }
      return isWhole
    } catch (error) {
      this.#log.debug(`${folder} cannot be read: ${errorText(error)}`, error)
      return false
    }
  }

  #watch(folder: string, identity: string): void {
    const known = this.#watchers.get(folder)
    if (known?.identity === identity) return
    this.#end(folder)
    try {
      const watcher = watch(folder, (_, name) => this.#tell(folder, name))
      watcher.on('error', () => this.#lose(folder))
      this.#watchers.set(folder, { watcher, identity })
    } catch (error) {
      if (!this.#isLimited)
        this.#log.warning(`${folder} is read again and again, not watched: ${errorText(error)}`)
      this.#isLimited = true
    }
  }

  /** No name: more has happened than could be told. The name of the folder: it was moved or removed itself. */
  #tell(folder: string, name: string | null): void {
    if (name === null || name === basename(folder)) this.isDue = true
    if (name !== null) this.#events.seen(join(folder, name))
  }

  #lose(folder: string): void {
    this.#end(folder)
    this.isDue = true
  }

  #end(folder: string): void {
    this.#watchers.get(folder)?.watcher.close()
    this.#watchers.delete(folder)
  }

  #tellOfRoot(isGone: boolean): void {
    if (isGone && !this.isGone)
      this.#log.warning(`${this.#root} is gone: it is watched again when it is back`)
    if (!isGone && this.isGone) this.#log.info(`${this.#root} is back`)
    this.isGone = isGone
  }
}

/** Tells a folder from another one that took its name; null: there is none. */
async function identityOf(folder: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return null
  }
}
