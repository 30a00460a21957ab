import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Binary, type Collection, type Db, GridFSBucket, MongoServerError, ObjectId } from 'mongodb'
import type { ByteStream } from 'stoq'
import { cutChunks } from './chunks.ts'
import type { Index, Indexes } from './indexes.ts'

/** Bytes of a chunk: any reader of GridFS takes the size from the file. */
const chunkSize = 2 ** 20

/** A file as GridFS describes it. */
export interface StoredFile {
  _id: string | ObjectId
  length: number
  chunkSize: number
  uploadDate: Date
  filename?: string
  metadata?: Record<string, unknown>
}

interface Chunk {
  /** `<files_id>/<n>`: the same for all who write the file. GridFS itself asks for nothing here. */
  _id: string
  files_id: string
  n: number
  data: Binary
  /** Of the whole file. Two files of one sha1 can be made: this tells them apart. */
  sha256: string
}

/** What is to be stored, and the hashes that it must turn out to have. */
export interface NewFile {
  sha1: string
  sha256: string
  metadata: Record<string, unknown>
}

/** Runs a call until the server answers. */
export type Attempt = <T>(call: () => Promise<T>) => Promise<T>

/**
 * Payloads in GridFS, named by their sha1. All who write a file write the same chunks under the same names, and the file is
 * there when the last of them is: a writer that was killed leaves chunks that the next one uses, and two at once are one.
 */
export class PayloadStore {
  readonly #files: Collection<StoredFile>
  readonly #chunks: Collection<Chunk>
  readonly #bucket: GridFSBucket
  readonly #attempt: Attempt
  readonly #indexes: Indexes

  constructor(db: Db, bucketName: string, attempt: Attempt, indexes: Indexes) {
    this.#indexes = indexes
    this.#files = db.collection(`${bucketName}.files`)
    this.#chunks = db.collection(`${bucketName}.chunks`)
    this.#bucket = new GridFSBucket(db, { bucketName })
    this.#attempt = attempt
  }

  /** Gives the id of the file. What is there already is not read from the stream. Throws when the bytes are not those of the hashes. */
  async save({ stream }: ByteStream, file: NewFile): Promise<string> {
    try {
      await this.#prepare()
      for (const id of [file.sha1, file.sha256]) {
        const there = await this.#attempt(() => this.#files.findOne({ _id: id }))
        if (isOther(there, file)) continue
        return there && (await this.#isComplete(there)) ? id : await this.#write(id, stream, file)
      }
      throw new Error(`${file.sha256} is the name of another file`)
    } finally {
      stream.destroy()
    }
  }

  /** The file of this id or, where `key` is given, with this hash. */
  async find(value: string, key?: string): Promise<StoredFile | null> {
    const ids = ObjectId.isValid(value) && value.length === 24 ? [value, new ObjectId(value)] : [value]
    for (const id of key === 'md5' || key === 'sha512' ? [] : ids) {
      const file = await this.#attempt(() => this.#files.findOne({ _id: id }))
      if (file) return file
    }
    if (!key) return null
    // Where hashes stand in files of stoQ 1 and of others.
    return this.#attempt(() =>
      this.#files.findOne({ $or: [{ [`metadata.${key}`]: value }, { [key]: value }] }),
    )
  }

  /** The bytes of a file, chunk by chunk as they are asked for. */
  async open(file: StoredFile): Promise<ByteStream> {
    const { _id, length: size } = file
    if (size === 0) return { size, stream: Readable.from([]) }
    const first = typeof _id === 'string' ? await this.#chunk(`${_id}/0`) : null
    const foreign = () => this.#bucket.openDownloadStream(_id as ObjectId)
    return { size, stream: first ? Readable.from(this.#read(first, file)) : foreign() }
  }

  /** Removes a file of ours. */
  async remove(id: string): Promise<void> {
    await this.#attempt(() => this.#files.deleteOne({ _id: id }))
    await this.#attempt(() => this.#chunks.deleteMany({ files_id: id }))
  }

  async *#read(first: Chunk, { _id, length, chunkSize: size }: StoredFile): AsyncGenerator<Buffer> {
    yield bytesOf(first)
    for (let n = 1; n * size < length; n++) {
      const chunk = await this.#chunk(`${_id}/${n}`)
      if (!chunk) throw new Error(`chunk ${n} of ${_id} is missing`)
      yield bytesOf(chunk)
    }
  }

  #chunk(name: string): Promise<Chunk | null> {
    return this.#attempt(() => this.#chunks.findOne({ _id: name }))
  }

  /** The first chunk tells whether a file of the same sha1 and other bytes is being written: ours is named by its sha256 then. */
  async #write(id: string, stream: Readable, file: NewFile): Promise<string> {
    const hash = createHash('sha256')
    let [n, length, name, damaged] = [0, 0, id, 0]
    for await (const data of cutChunks(stream, chunkSize)) {
      hash.update(data)
      length += data.length
      let state = await this.#put(name, n, data, file)
      if (state === 'other' && n === 0) {
        name = file.sha256
        state = await this.#put(name, n, data, file)
      }
      if (state !== 'kept') damaged++
      n++
    }
    if (hash.digest('hex') !== file.sha256)
      throw new Error(`its bytes have changed: they are not ${file.sha256}`)
    if (damaged > 0) throw await this.#clear(name, file, damaged)
    await this.#finish(name, length, file)
    return name
  }

  /** Puts a chunk where none is. `kept`: it is there with these bytes. */
  async #put(
    id: string,
    n: number,
    data: Buffer,
    { sha256 }: NewFile,
  ): Promise<'kept' | 'damaged' | 'other'> {
    const chunk: Chunk = { _id: `${id}/${n}`, files_id: id, n, data: new Binary(data), sha256 }
    try {
      await this.#attempt(() => this.#chunks.insertOne(chunk))
      return 'kept'
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    const there = await this.#chunk(chunk._id)
    if (there) return there.sha256 !== sha256 ? 'other' : bytesOf(there).equals(data) ? 'kept' : 'damaged'
    // Left by a program that named it otherwise and did not come to its end.
    await this.#attempt(() => this.#chunks.deleteMany({ files_id: id, sha256: { $exists: false } }))
    return this.#put(id, n, data, { sha256 } as NewFile)
  }

  /** Chunks with other bytes were left by a writer that lied: they go, and the next attempt finds none. */
  async #clear(id: string, { sha256 }: NewFile, damaged: number): Promise<Error> {
    await this.#attempt(() => this.#chunks.deleteMany({ files_id: id, sha256 }))
    return new Error(`${damaged} chunks of ${id} in the store had other bytes and are removed`)
  }

  async #finish(id: string, length: number, { metadata }: NewFile): Promise<void> {
    const { sha1, md5, sha256, sha512 } = metadata
    // stoQ 1 looks for the hashes beside the length.
    const hashes = { sha1, md5, sha256, sha512 }
    const file = { filename: id, length, chunkSize, uploadDate: new Date(), ...hashes, metadata }
    await this.#attempt(async () => {
      try {
        await this.#files.replaceOne({ _id: id }, file, { upsert: true })
      } catch (error) {
        // Another process was as far at the same moment.
        if (!isDuplicate(error)) throw error
      }
    })
  }

  /** Files stand when all their chunks do; one of another program may have lost some. */
  async #isComplete({ _id, length, chunkSize: size }: StoredFile): Promise<boolean> {
    const count = Math.ceil(length / size)
    if (count === 0 || (await this.#chunk(`${_id}/${count - 1}`))) return true
    const filter = { files_id: _id as string }
    return (await this.#attempt(() => this.#chunks.countDocuments(filter))) === count
  }

  async #prepare(): Promise<void> {
    await this.#indexes.ensure(this.#chunks.collectionName, [[{ files_id: 1, n: 1 }, { unique: true }]])
    const hashes = ['sha1', 'md5', 'sha256', 'sha512'].map(hash => [{ [`metadata.${hash}`]: 1 }] as Index)
    await this.#indexes.ensure(this.#files.collectionName, hashes)
  }
}

/** True when a file of the same name is known to have other bytes. */
function isOther(there: StoredFile | null, file: NewFile): boolean {
  const sha256 = there?.metadata?.['sha256']
  return typeof sha256 === 'string' && sha256 !== file.sha256
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000
}

function bytesOf({ data }: Chunk): Buffer {
  return Buffer.from(data.buffer.buffer, data.buffer.byteOffset, data.position)
}
