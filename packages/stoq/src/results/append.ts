import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  writeSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { StoqError } from '../errors.ts'
import { isInside } from '../ingest/read-file.ts'
import { syncPath } from './write-whole.ts'

/** Adds bytes as they are, text as whole lines, at the end of a file that may be new. A link is followed only inside of `root`. */
export function appendTo(
  target: string,
  content: Uint8Array | string,
  { root, fsync }: { root: string; fsync: boolean },
): void {
  const descriptor = openSync(behindLink(target, root), appendFlags)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw new StoqError('STOQ_WRITE_TYPE', [target, 'it is no regular file'])
    const bytes = typeof content === 'string' ? wholeLines(content, descriptor, stats.size) : content
    appendBytes(descriptor, bytes, stats.size)
    if (fsync) fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  if (fsync) syncPath(dirname(target))
}

/** O_NONBLOCK: a pipe does not make it wait. O_NOFOLLOW: a link put there in the meantime is not followed. */
const appendFlags =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0)

/** Where a link leads to, as long as that is inside of `root`; anything else is itself. */
function behindLink(target: string, root: string): string {
  if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target
  const real = realpathSync.native(target)
  if (isInside(real, realpathSync.native(root))) return real
  throw new StoqError('STOQ_WRITE_ESCAPE', [basename(target), root])
}

/** A line break at the end, and one before when a file was left off in the middle of a line. */
function wholeLines(text: string, descriptor: number, size: number): Uint8Array {
  const last = Buffer.from('\n')
  if (size > 0) readSync(descriptor, last, 0, 1, size - 1)
  const before = last.toString() === '\n' ? '' : '\n'
  return Buffer.from(text.endsWith('\n') ? before + text : `${before}${text}\n`)
}

/** One call, so that lines of several processes do not mix; a part that was written before a fault is taken back. */
function appendBytes(descriptor: number, bytes: Uint8Array, size: number): void {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written)
  } catch (error) {
    if (fstatSync(descriptor).size === size + written) ftruncateSync(descriptor, size)
    throw error
  }
}
