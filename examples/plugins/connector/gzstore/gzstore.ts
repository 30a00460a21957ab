import { createReadStream, createWriteStream } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { type ByteStream, type Kwargs, type SaveKwargs, StoqConnectorPlugin, StoqError } from 'stoq'

/** Archives payloads, compressed, under their sha1; none is ever in memory as a whole. */
export class GzStoreConnector extends StoqConnectorPlugin {
  folder = 'gzstore'
  level = 6

  async save(payload: object | string | Uint8Array, kwargs: SaveKwargs = {}): Promise<string> {
    if (payload instanceof Uint8Array && kwargs.archive)
      return this.saveStream({ size: payload.length, stream: Readable.from([payload]) }, kwargs)
    throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'it keeps payloads, not documents'])
  }

  /** Gives the path of the file. It is whole or not there: written under another name, then renamed. */
  override async saveStream({ stream }: ByteStream, { sha1 }: SaveKwargs): Promise<string> {
    const path = this.#path(sha1)
    if (await isThere(path)) {
      stream.destroy()
      return path
    }
    await mkdir(dirname(path), { recursive: true })
    const draft = `${path}.${this.stoq.getUuid()}`
    try {
      await pipeline(stream, createGzip({ level: this.level }), createWriteStream(draft, { flush: true }))
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    return path
  }

  /** The payload of that `sha1`, or null. */
  override async getStream({ sha1 }: Kwargs): Promise<ByteStream | null> {
    const path = sha1 === undefined ? '' : this.#path(sha1)
    if (!path || !(await isThere(path))) return null
    const packed = createReadStream(path)
    const stream = createGunzip()
    packed.on('error', error => stream.destroy(error)).pipe(stream)
    return { size: await unpackedSize(path), stream }
  }

  override async getFile(kwargs: Kwargs): Promise<Uint8Array | null> {
    const found = await this.getStream(kwargs)
    return found && (await buffer(found.stream))
  }

  /** The hash may come from a message: it is a hash, or a fault, and never a path. */
  #path(sha1: unknown): string {
    const hash = String(sha1).toLowerCase()
    if (!/^[0-9a-f]{40}$/.test(hash))
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, `'${hash.slice(0, 50)}' is no sha1`])
    return join(resolve(this.stoq.settings.base_dir, this.folder), hash.slice(0, 2), `${hash}.gz`)
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** RFC 1952, 2.3.1: the last four bytes are the size, below 4 GiB. */
async function unpackedSize(path: string): Promise<number> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer: end } = await file.read(Buffer.alloc(4), 0, 4, size - 4)
    return end.readUInt32LE()
  } finally {
    await file.close()
  }
}
