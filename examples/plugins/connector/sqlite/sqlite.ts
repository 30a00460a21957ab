import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { dumps, errorText, type SaveKwargs, StoqConnectorPlugin, StoqError } from 'stoq'

type Row = [id: string, sha1: string, worker: string, document: string]

/** Saves documents in an SQLite database, those of a fraction of a second in one transaction. */
export class SqliteConnector extends StoqConnectorPlugin {
  override wants_heartbeat = true
  file = 'stoq.db'
  commit_seconds = 0.2
  #database: DatabaseSync | null = null
  #waiting: { row: Row; saved: PromiseWithResolvers<void> }[] = []

  /** Resolves when the transaction with the document is on the disk: to the id that it is found by. */
  async save(document: object | string, { archive, ...kwargs }: SaveKwargs = {}): Promise<string> {
    if (archive) throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'it does not archive payloads'])
    const { id = this.stoq.getUuid(), sha1, index } = kwargs
    const text = typeof document === 'string' ? document : dumps(document, { compactly: true })
    const saved = Promise.withResolvers<void>()
    this.#waiting.push({ row: [id, sha1 ?? '', index ?? '', text], saved })
    await saved.promise
    return id
  }

  override connect(): void {
    if (this.#database) return
    const file = resolve(this.stoq.settings.results_dir, this.file)
    mkdirSync(dirname(file), { recursive: true })
    this.#database = new DatabaseSync(file)
    this.#database.exec(`CREATE TABLE IF NOT EXISTS documents
      (id TEXT, sha1 TEXT, worker TEXT, document TEXT, PRIMARY KEY (id, sha1))`)
  }

  override disconnect(): void {
    this.#database?.close()
    this.#database = null
  }

  override async heartbeat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await setTimeout(this.commit_seconds * 1000, undefined, { signal })
      this.#commit()
    }
  }

  override deactivate(): void | Promise<void> {
    this.#commit()
    this.disconnect()
    return super.deactivate()
  }

  /** A document that is delivered twice has the same id, and takes the place of itself. */
  #commit(): void {
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) return
    try {
      this.connect()
      this.#database?.exec('BEGIN')
      const insert = this.#database?.prepare('INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)')
      for (const { row } of waiting) insert?.run(...row)
      this.#database?.exec('COMMIT')
      for (const { saved } of waiting) saved.resolve()
    } catch (error) {
      const fault = new StoqError('STOQ_CONNECTOR_SAVE', [this.id, errorText(error)], { cause: error })
      for (const { saved } of waiting) saved.reject(fault)
      this.disconnect()
    }
  }
}
