import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { type FolderLock, type LockOptions, lockFolder } from './lock.ts'

/** A folder in the plugin folder in which a change is prepared: on the same disk, and not searched for plugins. */
export interface Workplace {
  /** The plugin folder. */
  readonly root: string
  /** Where packages are fetched to. */
  readonly fetched: string
  /** Where a plugin is put together, as `<kind>/<name>`. */
  stagePath(place: string): string
  /** Puts staged plugins in their places, all or none; those that were there are gone then. */
  swap(places: readonly string[]): void
  /** Takes plugins out of their places, all or none. */
  remove(places: readonly string[]): void
  /** Removes what is left of the change, and lets others in. */
  close(): void
}

const prefix = '.stoq-install-'

/** Locks a plugin folder, clears what an install left there that was killed, and opens a workplace. */
export async function openWorkplace(root: string, options: LockOptions): Promise<Workplace> {
  let lock: FolderLock | null = null
  const base = join(root, prefix + randomUUID())
  try {
    makeFolder(root)
    lock = await lockFolder(root, options)
    sweep(root)
    mkdirSync(join(base, 'fetched'), { recursive: true })
  } catch (error) {
    lock?.release()
    if (error instanceof StoqError || options.signal.aborted) throw error
    throw new StoqError('STOQ_INSTALL_FAILED', [root, errorText(error)], { cause: error })
  }
  return {
    root,
    fetched: join(base, 'fetched'),
    stagePath: place => join(base, 'stage', place),
    swap: places => exchange(root, base, places, 'old', true),
    remove: places => exchange(root, base, places, 'gone', false),
    close() {
      rmSync(base, { recursive: true, force: true })
      lock?.release()
    },
  }
}

/** As mkdir -p. Node's own says ENOENT of a disk that may only be read, and tries again without end below /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  try {
    mkdirSync(path)
  } catch (error) {
    // Another install may have made it meanwhile.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/**
 * Moves folders in one go: no signal comes in between, and a fault moves back what was moved. If the process is killed
 * between two moves, the next install puts back what is in `old`.
 */
function exchange(
  root: string,
  base: string,
  places: readonly string[],
  aside: 'old' | 'gone',
  isReplaced: boolean,
): void {
  const undo: (() => void)[] = []
  const move = (from: string, to: string) => {
    mkdirSync(dirname(to), { recursive: true })
    renameSync(from, to)
    undo.push(() => renameSync(to, from))
  }
  try {
    for (const place of places) {
      const target = join(root, place)
      if (existsSync(target)) move(target, join(base, aside, place))
      if (isReplaced) move(join(base, 'stage', place), target)
    }
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw new StoqError('STOQ_INSTALL_FAILED', [root, errorText(error)], { cause: error })
  }
}

/** What an install left behind that was killed: a plugin that was moved aside and not replaced goes back to its place. */
function sweep(root: string): void {
  for (const name of readdirSync(root).filter(isOldClaim)) rmSync(join(root, name), { force: true })
  for (const name of readdirSync(root).filter(each => each.startsWith(prefix))) {
    const old = join(root, name, 'old')
    for (const place of existsSync(old) ? placesIn(old) : []) {
      if (!existsSync(join(root, place))) renameSync(join(old, place), join(root, place))
    }
    rmSync(join(root, name), { recursive: true, force: true })
  }

  /** A claim on the lock lives for a moment only. */
  function isOldClaim(name: string): boolean {
    if (!name.startsWith('.stoq-install.lock-')) return false
    const stats = statSync(join(root, name), { throwIfNoEntry: false })
    return stats !== undefined && Date.now() - stats.mtimeMs > 60_000
  }
}

function placesIn(folder: string): string[] {
  return readdirSync(folder).flatMap(kind => readdirSync(join(folder, kind)).map(name => join(kind, name)))
}
