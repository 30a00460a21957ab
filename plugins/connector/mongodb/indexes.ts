import { type CreateIndexesOptions, type Db, MongoServerError } from 'mongodb'
import type { Logger } from 'stoq'

/** An index: its keys, and what they must be. */
export type Index = readonly [keys: Record<string, 1>, options?: CreateIndexesOptions]

/** Makes indexes, once for each collection of a database. */
export class Indexes {
  readonly #db: Db
  readonly #log: Logger
  readonly #made = new Map<string, Promise<void>>()

  constructor(db: Db, log: Logger) {
    this.#db = db
    this.#log = log
  }

  /** Never throws: a user who may not make indexes is warned, and saves all the same. */
  async ensure(collection: string, indexes: readonly Index[]): Promise<void> {
    const making = this.#made.get(collection) ?? this.#make(collection, indexes)
    this.#made.set(collection, making)
    await making
  }

  /** One after the other: several at once are more than some servers take when they are there already. */
  async #make(collection: string, indexes: readonly Index[]): Promise<void> {
    try {
      for (const [keys, options = {}] of indexes)
        await this.#db.collection(collection).createIndex(keys, options)
    } catch (error) {
      if (error instanceof MongoServerError)
        this.#log.warning(`no indexes on ${collection}: ${error.message}`)
      // The server is away: the next document tries again.
      else this.#made.delete(collection)
    }
  }
}
