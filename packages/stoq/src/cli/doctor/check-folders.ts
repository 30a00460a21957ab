import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { errorText } from '../../errors.ts'
import { foreignFolders, staleFolders } from '../../pool/temp.ts'
import { formatSize } from '../../results/printable.ts'
import { broken, counted, type Finding, note, ok, warning } from './finding.ts'

/** Bytes free on a disk below which things are told. */
const little = 1e9
const none = 1e8

/** Bytes that may still be written to the disk of a folder. */
export type FreeSpace = (folder: string) => number

const freeSpace: FreeSpace = folder => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Where stoQ writes: can it, is there room, and what was left behind. */
export function checkFolders(settings: Readonly<Settings>, free: FreeSpace = freeSpace): Finding[] {
  const { results_dir, archive_base, temp_dir, log_dir, quarantine_dir } = settings
  return [
    ...checkFolder('results_dir', results_dir, free),
    ...checkFolder('archive_base', archive_base, free),
    ...checkFolder('temp_dir', temp_dir, free),
    ...checkFolder('log_dir', log_dir, free),
    ...checkFolder('quarantine_dir', quarantine_dir, free),
    ...checkQuarantine(quarantine_dir),
    ...checkTemp(temp_dir),
  ]
}

function checkFolder(name: string, folder: string, free: FreeSpace): Finding[] {
  const place = existing(folder)
  const mend = `make it writable for this user, or set ${name} in stoq.cfg to another folder`
  try {
    if (!statSync(place).isDirectory()) return [broken(name, `${place} is no folder`, mend)]
    accessSync(place, constants.W_OK | constants.X_OK)
    const bytes = free(place)
    const what = `${folder}${place === folder ? '' : ' (made when it is needed)'}: ${formatSize(bytes)} free`
    if (bytes < none) return [broken(name, what, 'make room on that disk')]
    return bytes < little ? [warning(name, what, 'make room on that disk')] : [ok(name, what)]
  } catch (error) {
    return [broken(name, `${folder} cannot be written to (${errorText(error)})`, mend)]
  }
}

/** The folder, or what is there of the way to it. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder))
}

function checkQuarantine(folder: string): Finding[] {
  const names = namesIn(folder).filter(name => !name.endsWith('.json'))
  if (names.length === 0) return []
  const bytes = names.reduce((sum, name) => sum + (statSync(join(folder, name)).size ?? 0), 0)
  const what = `${counted(names.length, 'payload')} that ended scan processes, ${formatSize(bytes)}`
  return [
    note('quarantine_dir', what, `the reasons are in ${join(folder, '*.json')}; remove what is settled`),
  ]
}

function checkTemp(folder: string): Finding[] {
  const stale = staleFolders(folder).length
  const foreign = foreignFolders(folder)
  const left = (count: number) => `${counted(count, 'folder')} of scan processes that are gone`
  return [
    ...(stale > 0 ? [note('temp_dir', `${left(stale)}; the next scan removes them`)] : []),
    ...(foreign.length > 0
      ? [warning('temp_dir', `${left(foreign.length)}, of other containers`, `rm -r ${foreign.join(' ')}`)]
      : []),
  ]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // There is none as long as nothing was put there.
    return []
  }
}
