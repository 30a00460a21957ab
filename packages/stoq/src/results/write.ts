import { randomUUID } from 'node:crypto'
import { lstatSync, realpathSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { isInside, nearestRealPath } from '../ingest/read-file.ts'
import { appendTo } from './append.ts'
import { makeFolders, syncPath, writeWhole } from './write-whole.ts'

export interface WriteOptions {
  /** Folder to write in; made when it is not there. Relative to `root`. */
  path: string
  /** A name, never a path; absent: `<uuid>.<suffix>`. */
  filename?: string
  suffix?: string
  /** True: the content is bytes, else it is text. */
  binary?: boolean
  /** True: a file of that name is replaced. */
  overwrite?: boolean
  /** True: added at the end of the file, text as whole lines. Stronger than `overwrite`. */
  append?: boolean
  /** True: returns when the disk has it, not when the system has it. */
  fsync?: boolean
  /** Folder that nothing may be written outside of, through links neither; absent: `path`. */
  root?: string
}

/**
 * Writes a file whole or not at all, and gives its path.
 * Throws STOQ_WRITE_ESCAPE, _EXISTS (unless `overwrite` or `append`), _EMPTY, _TYPE or _FAILED, and leaves nothing behind then.
 */
export function writePayload(content: Uint8Array | string, options: WriteOptions): string {
  const { filename, suffix = 'stoq', append = false, fsync = false } = options
  const root = resolve(options.root ?? options.path)
  const folder = options.root === undefined ? root : resolve(root, options.path)
  const name = filename ?? `${randomUUID()}.${suffix}`
  checkName(name, folder)
  const target = join(folder, name)
  checkContent(content, options.binary ?? false, target)
  try {
    const real = join(openFolder(folder, root, fsync), name)
    // A generated name is nobody else's, so there is nothing to replace.
    const replace = filename === undefined || (options.overwrite ?? false)
    if (append) appendTo(real, content, { root, fsync })
    else writeWhole(real, content, { replace, fsync })
    return target
  } catch (error) {
    throw failed(target, error)
  }
}

/** The folder of an archived payload: one folder for each of the first five digits of its sha1. */
export function hashPath(archiveBase: string, sha1: string): string {
  if (/^[0-9a-f]{40}$/i.test(sha1)) return join(archiveBase, ...sha1.slice(0, 5).toLowerCase())
  throw new StoqError('STOQ_WRITE_TYPE', [
    archiveBase,
    `'${String(sha1).slice(0, 80)}' is not a sha1 in hexadecimal`,
  ])
}

/** Archives a payload under its sha1, whole or not at all, and gives its path. One that is there already is kept. */
export function writeArchive(
  archiveBase: string,
  sha1: string,
  content: Uint8Array,
  { fsync = false }: { fsync?: boolean } = {},
): string {
  const folder = hashPath(archiveBase, sha1)
  const target = join(folder, sha1.toLowerCase())
  try {
    const known = lstatSync(target, { throwIfNoEntry: false })
    if (known?.isFile() && known.size === content.length) {
      if (fsync) syncPath(target)
      return target
    }
    if (!known) makeFolders(folder, fsync)
    writeWhole(target, content, { replace: true, fsync })
    return target
  } catch (error) {
    throw failed(target, error)
  }
}

function checkName(name: unknown, folder: string): void {
  const isText = typeof name === 'string' && name !== ''
  const isName = isText && name !== '.' && name !== '..' && name === basename(name) && !name.includes('\0')
  if (!isName) throw new StoqError('STOQ_WRITE_ESCAPE', [String(name), folder])
}

function checkContent(content: unknown, binary: boolean, target: string): void {
  const isText = typeof content === 'string'
  if (!isText && !(content instanceof Uint8Array)) {
    throw new StoqError('STOQ_WRITE_TYPE', [
      target,
      `only text and bytes can be written, got ${typeof content}`,
    ])
  }
  if (isText === binary) {
    const [wanted, got] = binary ? ['bytes', 'text'] : ['text', 'bytes']
    throw new StoqError('STOQ_WRITE_TYPE', [
      target,
      `the content must be ${wanted} (binary = ${binary}), got ${got}`,
    ])
  }
  if (content.length === 0) throw new StoqError('STOQ_WRITE_EMPTY', [target])
}

/** The real path of a folder, which is made when it is not there, but never outside of `root`. */
function openFolder(folder: string, root: string, fsync: boolean): string {
  const real = existingFolder(folder) ?? makeFolder(folder, root, fsync)
  if (folder === root || isInside(real, realpathSync.native(root))) return real
  throw new StoqError('STOQ_WRITE_ESCAPE', [folder, root])
}

function existingFolder(folder: string): string | undefined {
  try {
    return realpathSync.native(folder)
  } catch {
    // Why it cannot be had is told by the attempt to make it.
    return undefined
  }
}

function makeFolder(folder: string, root: string, fsync: boolean): string {
  makeFolders(root, fsync)
  if (!isInside(nearestRealPath(folder), realpathSync.native(root))) {
    throw new StoqError('STOQ_WRITE_ESCAPE', [folder, root])
  }
  makeFolders(folder, fsync)
  return realpathSync.native(folder)
}

function failed(target: string, error: unknown): StoqError {
  if (error instanceof StoqError) return error
  return new StoqError('STOQ_WRITE_FAILED', [target, errorText(error)], { cause: error })
}
