import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { StoqError } from '../errors.ts'

export interface WholeOptions {
  /** True: a file of that name is replaced. False: it stays, and STOQ_WRITE_EXISTS is thrown. */
  replace: boolean
  /** True: returns when the disk has it. */
  fsync: boolean
  /** Rights of the file; 0o666 without those that the user withholds, when absent. */
  mode?: number
}

/**
 * Writes under another name first, so that nobody ever sees half a file under the right one.
 * Throws what the system throws; nothing stays behind then.
 */
export function writeWhole(target: string, content: Uint8Array | string, options: WholeOptions): void {
  const temporary = join(dirname(target), `.stoq-${randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, content, { flag: 'wx', flush: options.fsync, mode: options.mode ?? 0o666 })
    if (options.replace) renameSync(temporary, target)
    else claimName(temporary, target)
    if (options.fsync) syncPath(dirname(target))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw codeOf(error) === 'EEXIST' ? new StoqError('STOQ_WRITE_EXISTS', [target]) : error
  }
}

/** Gives the file its name only if no other has it. Of several writers exactly one succeeds. */
function claimName(temporary: string, target: string): void {
  try {
    linkSync(temporary, target)
  } catch (error) {
    if (!withoutLinks.has(codeOf(error))) throw error
    closeSync(openSync(target, 'wx'))
    renameSync(temporary, target)
    return
  }
  unlinkSync(temporary)
}

/** What file systems without hard links (FAT, some network mounts) answer. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Makes a folder and those above it; with `fsync` their names are safe as well. */
export function makeFolders(folder: string, fsync: boolean): void {
  const first = mkdirSync(folder, { recursive: true })
  if (!fsync || first === undefined) return
  const top = dirname(first)
  for (let made = resolve(folder); made.length >= top.length; made = dirname(made)) {
    syncPath(made)
    if (made === top) return
  }
}

/** Returns when the disk has a file, or the names in a folder. Windows cannot be asked for that. */
export function syncPath(path: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
