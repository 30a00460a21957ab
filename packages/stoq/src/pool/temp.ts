import {
  accessSync,
  chmodSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Numbers of processes mean something in one namespace only: containers may share a folder. */
const namespace = process.platform === 'linux' ? namespaceOf('/proc/self/ns/pid') : '0'
/** What folders of scan processes are called, and whose they are. */
const folderPrefix = `stoq-scan-${namespace}-`

/** The folder for the folders of scan processes: the one that is set, that of the system where that cannot be made. */
export function openTempFolder(temp: string, onFault: (error: unknown) => void): string {
  try {
    mkdirSync(temp, { recursive: true })
    accessSync(temp, constants.W_OK)
    return temp
  } catch (error) {
    onFault(error)
    return tmpdir()
  }
}

/** A folder that only one scan process writes to, named after the process that made it. */
export function makeProcessFolder(temp: string): string {
  // Whoever clears temporary folders may have removed it meanwhile.
  mkdirSync(temp, { recursive: true })
  return mkdtempSync(join(temp, `${folderPrefix}${process.pid}-`))
}

/** A file without a name, for reading and writing: gone when nobody has it open any more. */
export function openNameless(folder: string): number {
  const path = join(folder, 'calls')
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

/** What a scan process leaves for the archive has a name that begins so. */
export const leftPrefix = 'left-'

/** Clocks of file systems may be so coarse, in milliseconds: what changed twice in that time seems to have changed once. */
const coarsest = 20

/** The folder of a scan process: empty but for what it leaves for the archive, whenever it was tidied. */
export class TidyFolder {
  readonly #path: string
  readonly #folder: number
  /** When it was changed last, and when that was seen. */
  #changed = Number.NaN
  #seen = 0

  constructor(path: string) {
    this.#path = path
    this.#folder = openSync(path, 'r')
  }

  /** Removes all but some names, and forgets those that are not there any more. Looks only when there may be new ones. */
  tidy(kept: Set<string>): void {
    if (fstatSync(this.#folder).mtimeMs === this.#changed && this.#seen - this.#changed > coarsest) return
    const names = namesIn(this.#path)
    for (const name of names) if (!kept.has(name)) removeAll(join(this.#path, name))
    for (const name of kept) if (!names.includes(name)) kept.delete(name)
    this.#changed = fstatSync(this.#folder).mtimeMs
    this.#seen = Date.now()
  }
}

/** Removes a folder or file, with folders below it that nobody may write to; what cannot be removed stays. */
export function removeAll(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    openFolders(path)
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // The folder is swept when stoQ starts the next time.
    }
  }
}

/** Folders without rights, as archives may hold them, keep what is in them from being removed. */
function openFolders(path: string): void {
  try {
    // No link is followed: it would open what is not ours.
    if (!lstatSync(path).isDirectory()) return
    chmodSync(path, 0o700)
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) openFolders(join(path, entry.name))
  } catch {
    // It is of somebody else, or gone.
  }
}

/** Removes the folders of scan processes whose stoQ is dead. */
export function sweepFolders(temp: string): void {
  for (const folder of staleFolders(temp)) removeAll(folder)
}

/** The folders of scan processes whose stoQ is dead. */
export function staleFolders(temp: string): string[] {
  const names = namesIn(temp).filter(name => {
    const owner = name.startsWith(folderPrefix) ? Number.parseInt(name.slice(folderPrefix.length), 10) : 0
    return owner > 0 && !isAlive(owner)
  })
  return names.map(name => join(temp, name))
}

/** Folders of scan processes of other containers, where nobody can tell who is alive, that did not change for a day. */
export function foreignFolders(temp: string): string[] {
  const yesterday = Date.now() - 24 * 60 * 60 * 1000
  return namesIn(temp)
    .filter(name => /^stoq-scan-\d+-/.test(name) && !name.startsWith(folderPrefix))
    .map(name => join(temp, name))
    .filter(path => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? yesterday) < yesterday)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // There is none before the first run.
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function namespaceOf(link: string): string {
  try {
    return /\d+/.exec(readlinkSync(link))?.[0] ?? '0'
  } catch {
    // There is no /proc, or it may not be read.
    return '0'
  }
}
