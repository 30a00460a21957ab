import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Collection, type Db, type Document, MongoServerError } from 'mongodb'
import { dumps, hashPayload, type Logger } from 'stoq'
import { type Index, Indexes } from './indexes.ts'
import { type Attempt, PayloadStore } from './payload-store.ts'
import { NotStorable, toStored } from './stored-form.ts'

interface Stored {
  _id: string
  packed?: { _id?: unknown }
  [key: string]: unknown
}

const indexes: readonly Index[] = ['results.sha1', 'results.sha256', 'results.md5', 'date'].map(key => [
  { [key]: 1 },
])

/** Entries of a packed document whose hashes are told beside it. */
const mostEntries = 10_000

/** Documents of one database, a collection for each index. A document that is saved again takes the place of the first. */
export class DocumentStore {
  readonly #db: Db
  readonly #attempt: Attempt
  readonly #log: Logger
  readonly #packed: PayloadStore
  readonly #indexes: Indexes

  constructor(db: Db, attempt: Attempt, log: Logger) {
    this.#db = db
    this.#attempt = attempt
    this.#log = log
    this.#indexes = new Indexes(db, log)
    this.#packed = new PayloadStore(db, 'documents', attempt, this.#indexes)
  }

  /** A document that no collection takes is kept as packed JSON in the GridFS bucket `documents`, with its hashes beside. */
  async save(index: string, id: string, document: object, durable: boolean): Promise<void> {
    const collection = this.#db.collection<Stored>(collectionName(index))
    await this.#indexes.ensure(collection.collectionName, indexes)
    try {
      await this.#put(collection, id, toStored(document), durable)
    } catch (error) {
      if (!isFormFault(error)) throw error
      this.#log.debug(`${id} is kept as packed JSON: ${(error as Error).message}`)
      await this.#put(
        collection,
        id,
        { ...outline(document), packed: await this.#pack(id, document) },
        durable,
      )
    }
  }

  async #put(collection: Collection<Stored>, id: string, stored: Document, durable: boolean): Promise<void> {
    const options = {
      upsert: true,
      ...(durable && { writeConcern: { w: 'majority' as const, journal: true } }),
    }
    const { packed } = stored
    const before = await this.#attempt(() => putOnce(collection, id, stored, options))
    const old = before?.packed?._id
    // Not the keys of a document: what a pack is known by is a sha1 of ours.
    if (typeof old === 'string' && /^[0-9a-f]{40}$/.test(old) && old !== packed?._id)
      await this.#packed.remove(old)
  }

  async #pack(id: string, document: object): Promise<object> {
    const bytes = await promisify(gzip)(dumps(document, { compactly: true }))
    const { sha1, sha256 } = hashPayload(bytes)
    const metadata = { sha1, sha256, document: id, 'content-type': 'application/gzip' }
    const content = { size: bytes.length, stream: Readable.from([bytes]) }
    const _id = await this.#packed.save(content, { sha1, sha256, metadata })
    return { _id, bucket: 'documents', 'content-type': 'application/gzip' }
  }
}

type PutOptions = { upsert: boolean; writeConcern?: { w: 'majority'; journal: boolean } }

/** Gives what was there before. Two who save the same new document at once: the second one finds it. */
async function putOnce(collection: Collection<Stored>, id: string, stored: Document, options: PutOptions) {
  const put = () => collection.findOneAndReplace({ _id: id }, stored, options)
  try {
    return await put()
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11000) return put()
    throw error
  }
}

/** BadValue, Overflow, DollarPrefixedFieldName, DottedFieldName, BSONObjectTooLarge and its older number. */
const formFaults: readonly unknown[] = [2, 15, 52, 57, 10334, 17280]

function isFormFault(error: unknown): boolean {
  return (
    error instanceof NotStorable || (error instanceof MongoServerError && formFaults.includes(error.code))
  )
}

/** What a packed document can be found by. */
function outline(document: object): object {
  const known = Object.entries(document as Record<string, unknown>)
  const short = known.filter(([, value]) => typeof value !== 'object' && String(value).length < 1000)
  const { results } = document as { results?: unknown }
  const entries = Array.isArray(results) ? results.slice(0, mostEntries).map(hashesOf) : []
  return toStored({ ...Object.fromEntries(short), results: entries })
}

function hashesOf(entry: Record<string, unknown>): object {
  const known = ['payload_id', 'md5', 'sha1', 'sha256', 'size'].map(key => [key, entry?.[key]])
  return Object.fromEntries(known.filter(([, value]) => ['string', 'number'].includes(typeof value)))
}

/** Names of collections hold no `$` and no NUL and do not begin with `system.`. */
function collectionName(index: string): string {
  const name = index.replace(/[$\0]/g, '_').replace(/^system\./, '_system.')
  return name.replace(/^\.+|\.+$/g, '_').slice(0, 100) || 'stoq'
}
