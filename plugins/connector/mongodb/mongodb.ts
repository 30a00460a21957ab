import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type ByteStream,
  hashPayload,
  type Kwargs,
  type SaveKwargs,
  StoqConnectorPlugin,
  StoqError,
} from 'stoq'
import { type Connection, openConnection } from './connection.ts'
import { DocumentStore } from './documents.ts'
import { Indexes } from './indexes.ts'
import { type Attempt, PayloadStore, type StoredFile } from './payload-store.ts'
import { whileAway } from './retry.ts'

/** What is open. */
interface Stores {
  connection: Connection
  documents: DocumentStore
  payloads: PayloadStore
}

/** Saves documents in MongoDB, one collection for each worker, and payloads in its GridFS. */
export class MongoDbConnector extends StoqConnectorPlugin {
  conn = 'mongodb://localhost:27017/'
  database = 'stoq'
  gridfs_database = 'stoq_gridfs'
  bucket = 'fs'
  retry_seconds = 60
  #opening: Promise<Stores> | null = null

  /** Throws one clear line when the server cannot be reached or refuses. */
  override async connect(force = false): Promise<void> {
    if (force) await this.disconnect()
    await this.#open()
  }

  override async disconnect(): Promise<void> {
    const stores = await this.#opening?.catch(() => null)
    this.#opening = null
    await stores?.connection.client.close(true)
  }

  override async deactivate(): Promise<void> {
    await this.disconnect()
    await super.deactivate()
  }

  /**
   * A document under its `id`, in place of the one that was saved before; text as `{id, text}` under `<id>.text`; with
   * `archive` bytes in GridFS. Waits for a server that is away. Gives what it can be found by.
   */
  async save(payload: object | string | Uint8Array, kwargs: SaveKwargs = {}): Promise<string> {
    if (payload instanceof Uint8Array) {
      const stream = Readable.from(payload.length > 0 ? [payload] : [])
      return this.saveStream({ size: payload.length, stream }, { ...hashPayload(payload), ...kwargs })
    }
    if (kwargs.archive) throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'only bytes can be archived'])
    const { index = this.parentname ?? 'stoq', id = randomUUID(), durable = false } = kwargs
    const isText = typeof payload === 'string'
    const document = isText ? { id, text: payload } : payload
    // A template and the document itself may be saved: both stay.
    const name = isText ? `${id}.text` : id
    await this.#told('save', ({ documents }) => documents.save(index, name, document, durable))
    return name
  }

  /** Reads nothing of a payload that is there already. */
  override async saveStream(content: ByteStream, kwargs: SaveKwargs): Promise<string> {
    const { archive: _, durable: _durable, index: _index, ...metadata } = kwargs
    const { sha1, sha256 } = metadata
    if (typeof sha1 !== 'string' || typeof sha256 !== 'string') {
      content.stream.destroy()
      throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'a payload is archived with its sha1 and sha256'])
    }
    return this.#told('save', ({ payloads }) => payloads.save(content, { sha1, sha256, metadata }))
  }

  /** The bytes that `conn_id`, `id` or one of `sha1`, `md5`, `sha256`, `sha512` names; null: there are none. */
  override async getFile(kwargs: Kwargs): Promise<Uint8Array | null> {
    const content = await this.getStream(kwargs)
    if (!content) return null
    const { max_payload_size } = this.stoq.settings
    if (content.size > max_payload_size) {
      content.stream.destroy()
      throw new StoqError('STOQ_PAYLOAD_TOO_LARGE', [nameOf(kwargs), max_payload_size])
    }
    return Buffer.concat(await content.stream.toArray())
  }

  override async getStream(kwargs: Kwargs): Promise<ByteStream | null> {
    return this.#told('read', async ({ payloads }) => {
      const file = await find(payloads, kwargs)
      return file && payloads.open(file)
    })
  }

  /** The line of a fault never holds the password. */
  async #told<T>(act: 'save' | 'read', call: (stores: Stores) => Promise<T>): Promise<T> {
    const attempt = this.#attempt
    const stores = await attempt(() => this.#open())
    try {
      return await call(stores)
    } catch (error) {
      if (error instanceof StoqError) throw error
      const reason = `${stores.connection.place}: ${stores.connection.reasonOf(error)}`
      throw new StoqError(act === 'save' ? 'STOQ_CONNECTOR_SAVE' : 'STOQ_PLUGIN_FAILED', [this.id, reason])
    }
  }

  #attempt: Attempt = call =>
    whileAway(call, {
      seconds: this.retry_seconds,
      signal: this.stoq.ending.signal,
      onAway: error => this.#warnOnce(error),
    })

  #lastWarning = 0

  /** Every payload in work meets an outage. */
  #warnOnce(error: unknown): void {
    this.log.debug(error instanceof Error ? error.message : String(error), error)
    if (this.#lastWarning > 0 && performance.now() - this.#lastWarning < 10_000) return
    this.#lastWarning = performance.now()
    this.log.warning(`the server is away; it is waited for, up to ${this.retry_seconds} s`)
  }

  #open(): Promise<Stores> {
    this.#opening ??= this.#openNow()
    const opening = this.#opening
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null
    })
    return opening
  }

  async #openNow(): Promise<Stores> {
    const connection = await openConnection(this, this.conn)
    const { client, place } = connection
    this.log.debug(`connected to ${place}`)
    const store = client.db(this.gridfs_database)
    return {
      connection,
      documents: new DocumentStore(client.db(this.database), this.#attempt, this.log),
      payloads: new PayloadStore(store, this.bucket, this.#attempt, new Indexes(store, this.log)),
    }
  }
}

/** Keys that a payload is found by, the most telling first. */
const finders = ['conn_id', 'id', 'sha1', 'sha256', 'sha512', 'md5']

/** Messages come from outside: what is no text is no name. */
async function find(payloads: PayloadStore, kwargs: Kwargs): Promise<StoredFile | null> {
  for (const key of finders) {
    const value = kwargs[key]
    if (typeof value !== 'string' || value === '') continue
    const isHash = !key.endsWith('id')
    const file = await payloads.find(isHash ? value.toLowerCase() : value, isHash ? key : undefined)
    if (file && isMeant(file, kwargs)) return file
  }
  return null
}

/** Two payloads of one sha1 can be made: what else the message tells must be true of the file. */
function isMeant({ metadata }: StoredFile, kwargs: Kwargs): boolean {
  return ['sha256', 'sha512'].every(key => {
    const [known, told] = [metadata?.[key], kwargs[key]]
    return typeof known !== 'string' || typeof told !== 'string' || known === told.toLowerCase()
  })
}

function nameOf(kwargs: Kwargs): string {
  return String(finders.map(key => kwargs[key]).find(value => typeof value === 'string') ?? 'a payload')
}
