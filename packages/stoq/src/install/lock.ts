import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoqError } from '../errors.ts'

/** The right to change a plugin folder, until it is released. */
export interface FolderLock {
  release(): void
}

const fileName = '.stoq-install.lock'
/** Milliseconds between two signs of life. */
const beat = 2000
/** Milliseconds without one after which nobody holds the lock: its process is gone, or on a machine that is. */
const dead = 30_000

/** How long another install is waited for. */
export interface LockOptions {
  /** Milliseconds. */
  patience: number
  signal: AbortSignal
  /** Called once when it has to wait, with the process that it waits for. */
  onWait(pid: number): void
}

/** Locks a plugin folder against other installs. Throws STOQ_INSTALL_LOCKED when another one does not end. */
export async function lockFolder(
  folder: string,
  { patience, signal, onWait }: LockOptions,
): Promise<FolderLock> {
  const file = join(folder, fileName)
  const end = Date.now() + patience
  const id = randomUUID()
  for (let isFirst = true; !claim(file, id); isFirst = false) {
    const holder = readHolder(file)
    if (holder === null) continue
    if (isGone(holder)) {
      removeStale(file, holder)
      continue
    }
    if (Date.now() > end) throw new StoqError('STOQ_INSTALL_LOCKED', [folder, holder.pid])
    if (isFirst) onWait(holder.pid)
    await sleep(100, null, { signal })
  }
  const timer = setInterval(() => touch(file), beat)
  timer.unref()
  return {
    release() {
      clearInterval(timer)
      if (readHolder(file)?.id === id) rmSync(file, { force: true })
    },
  }
}

/** Written under another name first: whoever reads it reads all of it. */
function claim(file: string, id: string): boolean {
  const own = `${file}-${randomUUID()}`
  writeFileSync(own, JSON.stringify({ pid: process.pid, host: hostname(), id }), { flag: 'wx' })
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

interface Holder {
  pid: number
  host: string
  id: string
  /** Milliseconds since the last sign of life. */
  age: number
}

/** Null when it was released meanwhile. */
function readHolder(file: string): Holder | null {
  try {
    const age = Date.now() - statSync(file).mtimeMs
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Holder, 'age'>), age }
  } catch (error) {
    if (error instanceof SyntaxError) return { pid: 0, host: '', id: '', age: Number.POSITIVE_INFINITY }
    return null
  }
}

function isGone({ pid, host, age }: Holder): boolean {
  if (age > dead) return true
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** Of several who find it stale, one takes it away; whoever takes the lock of the next holder by that puts it back. */
function removeStale(file: string, { id }: Holder): void {
  const aside = `${file}-${randomUUID()}`
  try {
    renameSync(file, aside)
    if (readHolder(aside)?.id !== id) linkSync(aside, file)
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true })
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // The folder is gone, and so is what the lock was for.
  }
}
