import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folderPrefix = 'scan-'

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

/** Removes what is in a folder but names with a prefix. */
export function emptyExcept(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** Removes the folders of scan processes whose stoQ is dead. */
export function sweepFolders(temp: string): void {
  for (const name of namesIn(temp)) {
    const owner = Number(/^scan-(\d+)-/.exec(name)?.[1] ?? 0)
    if (owner > 0 && !isAlive(owner)) rmSync(join(temp, name), { recursive: true, force: true })
  }
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
