import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { resolve, sep } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import type { ByteStream } from '../plugin/connector.ts'

export interface ReadLimits {
  /** Folders, or single files, that may be read. */
  bases: readonly string[]
  /** Real paths of single files that may be read, where there are many. */
  files?: ReadonlySet<string>
  maxBytes: number
}

/**
 * The bytes of a regular file whose real path is one of `files`, one of `bases` or below one.
 * Throws STOQ_SOURCE_FORBIDDEN, STOQ_SOURCE_UNREADABLE or STOQ_PAYLOAD_TOO_LARGE; never waits for a pipe or a device.
 */
export function readAllowedFile(path: string, limits: ReadLimits): Uint8Array {
  const { descriptor, size } = openAllowedFile(path, limits)
  try {
    return readAll(descriptor, path, size, limits.maxBytes)
  } catch (error) {
    throw error instanceof StoqError ? error : unreadable(path, reasonOf(error), error)
  } finally {
    closeSync(descriptor)
  }
}

/** As `readAllowedFile`, as a stream, which closes the file. */
export function streamAllowedFile(path: string, limits: ReadLimits): ByteStream {
  const { descriptor, size } = openAllowedFile(path, limits)
  return { size, stream: createReadStream('', { fd: descriptor, end: Math.max(0, limits.maxBytes - 1) }) }
}

/** As `readAllowedFile`: the open file and its size. */
function openAllowedFile(path: string, limits: ReadLimits): { descriptor: number; size: number } {
  const descriptor = openRegular(path, limits)
  try {
    const stats = fstatSync(descriptor)
    if (!isAllowed(realPathOf(descriptor, path, stats), limits)) throw forbidden(path)
    if (!stats.isFile()) throw unreadable(path, kindOf(stats))
    if (stats.size > limits.maxBytes) throw tooLarge(path, limits.maxBytes)
    return { descriptor, size: stats.size }
  } catch (error) {
    closeSync(descriptor)
    throw error instanceof StoqError ? error : unreadable(path, reasonOf(error), error)
  }
}

/** True when a real path is `realBase` itself or below it, by whole components. */
export function isInside(realPath: string, realBase: string): boolean {
  if (!realPath.startsWith(realBase)) return false
  return realPath.length === realBase.length || realBase.endsWith(sep) || realPath[realBase.length] === sep
}

/** O_NONBLOCK: a pipe that nobody writes to opens at once, and is then refused. Node itself adds O_CLOEXEC. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

/** Looks before it opens, because to open a device can already be an act: the watchdog starts, a tape rewinds. */
function openRegular(path: string, limits: ReadLimits): number {
  try {
    const stats = statSync(path)
    if (stats.isFile()) return openSync(path, openFlags)
    throw unreadable(path, kindOf(stats))
  } catch (error) {
    // Whoever may not read there is not told either what is there.
    if (!isAllowed(nearestRealPath(path), limits)) throw forbidden(path)
    throw error instanceof StoqError ? error : unreadable(path, reasonOf(error), error)
  }
}

/** Where the open file really is. Linux tells it of the descriptor, so nobody can swap the path in between. */
function realPathOf(descriptor: number, path: string, stats: Stats): string {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      // Without /proc the way of the other systems is good.
    }
  }
  const real = realpathSync.native(path)
  const { dev, ino } = statSync(real)
  if (dev !== stats.dev || ino !== stats.ino) throw unreadable(path, 'it was replaced while it was opened')
  return real
}

/** The size that a file claims is only where to begin: what counts is what comes. */
function readAll(descriptor: number, path: string, size: number, maxBytes: number): Uint8Array {
  // Not filled with zeros first: `fill` overwrites it, and what it does not reach is cut off.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
  const count = fill(descriptor, bytes)
  if (count < size) return bytes.slice(0, count)
  const next = Buffer.alloc(1)
  if (fill(descriptor, next) === 0) return bytes
  return readRest(descriptor, path, [bytes, next], maxBytes)
}

/** For files that grow, and for those that do not know their size (`/proc`). */
function readRest(descriptor: number, path: string, chunks: Uint8Array[], maxBytes: number): Uint8Array {
  let total = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  while (total <= maxBytes) {
    const chunk = new Uint8Array(64 * 1024)
    const count = fill(descriptor, chunk)
    chunks.push(chunk.subarray(0, count))
    total += count
    if (count < chunk.length && total <= maxBytes) return Uint8Array.from(Buffer.concat(chunks, total))
  }
  throw tooLarge(path, maxBytes)
}

/** One call of the system gives less than 2 GiB. */
const largestRead = 2 ** 30

/** Reads until the array is full or the file ends; gives the number of bytes read. */
function fill(descriptor: number, bytes: Uint8Array): number {
  let offset = 0
  while (offset < bytes.length) {
    const count = readSync(descriptor, bytes, offset, Math.min(bytes.length - offset, largestRead), null)
    if (count === 0) break
    offset += count
  }
  return offset
}

const realBases = new Map<string, string>()

/** A base that is not there has no real path yet: it is looked up again the next time. */
function realBase(base: string): string {
  const known = realBases.get(base)
  if (known !== undefined) return known
  try {
    const real = realpathSync.native(base)
    realBases.set(base, real)
    return real
  } catch (error) {
    // Scan processes may not even look there: that stays so.
    if (isDenied(error)) realBases.set(base, resolve(base))
    return resolve(base)
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ACCESS_DENIED'
}

function isAllowed(realPath: string, { bases, files }: ReadLimits): boolean {
  return files?.has(realPath) || bases.some(base => isInside(realPath, realBase(base)))
}

/** PATH_MAX of Linux: nothing longer can be there. */
const longestPath = 4096

/** The real path, or for what is not there the real path of the nearest folder that is, and the rest as written. */
export function nearestRealPath(path: string): string {
  const full = resolve(path)
  let end = full.length > longestPath ? 0 : full.length
  while (end > 0) {
    try {
      return realpathSync.native(full.slice(0, end)) + full.slice(end)
    } catch {
      end = full.lastIndexOf(sep, end - 1)
    }
  }
  return full
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'it is a directory'
  if (stats.isFIFO()) return 'it is a named pipe'
  if (stats.isSocket()) return 'it is a socket'
  return 'it is a device'
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'the path is too long',
  ERR_ACCESS_DENIED: 'no such file, or none that a scan process may read',
}

/** Why a file cannot be read, for people. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? errorText(error)
}

function forbidden(path: string): StoqError {
  return new StoqError('STOQ_SOURCE_FORBIDDEN', [path])
}

function unreadable(path: string, reason: string, cause?: unknown): StoqError {
  return new StoqError('STOQ_SOURCE_UNREADABLE', [path, reason], cause === undefined ? {} : { cause })
}

function tooLarge(path: string, maxBytes: number): StoqError {
  return new StoqError('STOQ_PAYLOAD_TOO_LARGE', [path, maxBytes])
}
