import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  dumps,
  errorText,
  type Kwargs,
  type SaveKwargs,
  StoqConnectorPlugin,
  StoqError,
  writeArchive,
} from 'stoq'

/** Documents, rendered templates and archived payloads as files. */
export class FileConnector extends StoqConnectorPlugin {
  compactly = false
  date_format = '%Y/%m/%d'
  fsync = false

  /** The bytes of `path` or `url`, held to what stoQ may read, or of an archived payload by its `sha1`. */
  override async getFile({ path, url, sha1 }: Kwargs): Promise<Uint8Array | null> {
    const source = path ?? url
    if (typeof source === 'string') return this.stoq.getFile(source)
    if (typeof sha1 !== 'string') return null
    const file = join(this.stoq.hashpath(sha1), sha1.toLowerCase())
    return readArchived(file, this.stoq.settings.max_payload_size)
  }

  /** Paths travel to the scan processes, bytes do not: only what is in the archive, or behind an address, is read here. */
  override getPath({ path }: Kwargs): string | null {
    return typeof path === 'string' && !this.stoq.isUrl(path) ? resolve(path) : null
  }

  /** Writes under a temporary name and renames: a file is whole or not there. Gives its full path. */
  async save(payload: object | string | Uint8Array, kwargs: SaveKwargs = {}): Promise<string> {
    if (kwargs.archive) return this.#archive(payload, kwargs)
    const binary = payload instanceof Uint8Array
    const { append = false, durable = false } = kwargs
    const content = binary || typeof payload === 'string' ? payload : this.#json(payload, append)
    const path = this.#directory(kwargs)
    const name = kwargs.filename === undefined ? {} : { filename: kwargs.filename }
    const file = await this.stoq.write(content, {
      path,
      binary,
      append,
      fsync: this.fsync || durable,
      ...name,
    })
    this.log.debug(`saved ${file}`)
    return file
  }

  /** The file that holds a payload is named by its sha1; one that is there already is kept. */
  async #archive(
    payload: object | string | Uint8Array,
    { sha1, durable = false }: SaveKwargs,
  ): Promise<string> {
    if (!(payload instanceof Uint8Array) || typeof sha1 !== 'string') {
      throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'only bytes with their sha1 can be archived'])
    }
    return writeArchive(this.stoq.settings.archive_base, sha1, payload, { fsync: this.fsync || durable })
  }

  /** Appended documents stand on one line each. */
  #json(document: object, append: boolean): string {
    const compactly = this.compactly || append
    return dumps(document, { compactly }) + (append ? '\n' : '')
  }

  #directory({ path, results_dir, index, use_date }: SaveKwargs): string {
    const { results_dir: base } = this.stoq.settings
    const root = typeof results_dir === 'string' ? results_dir : base
    const directory =
      typeof path === 'string' ? resolve(path) : join(root, safeName(index ?? this.parentname ?? 'stoq'))
    return use_date ? join(directory, formatDate(this.date_format, new Date())) : directory
  }
}

/** A pipe does not block, and a link, which stoQ never puts there, is not followed. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** The archive is stoQ's own, wherever it is: source_base_tuple is for paths that others chose. */
async function readArchived(path: string, maxBytes: number): Promise<Uint8Array> {
  let file: FileHandle | undefined
  try {
    file = await open(path, openFlags)
    const stats = await file.stat()
    if (!stats.isFile()) throw new StoqError('STOQ_SOURCE_UNREADABLE', [path, 'it is no file'])
    if (stats.size > maxBytes) throw new StoqError('STOQ_PAYLOAD_TOO_LARGE', [path, maxBytes])
    const { buffer, byteOffset, length } = await file.readFile()
    return new Uint8Array(buffer, byteOffset, length)
  } catch (error) {
    if (error instanceof StoqError) throw error
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = isMissing ? 'no such file' : errorText(error)
    throw new StoqError('STOQ_SOURCE_UNREADABLE', [path, reason], { cause: error })
  } finally {
    await file?.close()
  }
}

/** The index is a worker's name or comes from a caller: it stays one folder. */
function safeName(index: string): string {
  return index.replace(/[^\w.-]/g, '_').replace(/^\.+$/, '_')
}

function formatDate(format: string, date: Date): string {
  const parts: Record<string, string> = {
    Y: String(date.getFullYear()),
    m: String(date.getMonth() + 1).padStart(2, '0'),
    d: String(date.getDate()).padStart(2, '0'),
    H: String(date.getHours()).padStart(2, '0'),
  }
  return format.replace(/%([YmdH])/g, (_, part: string) => parts[part] ?? '')
}
