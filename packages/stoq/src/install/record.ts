import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorText, StoqError } from '../errors.ts'

/** What was installed, written into the plugin's folder: tells later what a person has changed since. */
export interface InstallRecord {
  /** As it was named on the command line. */
  source: string
  version: string
  /** Time, ISO 8601 in UTC. */
  installed: string
  /** sha256 of each file as it came, by its path in the folder. */
  files: Record<string, string>
}

/** Begins with a dot: no package can bring one. */
const fileName = '.stoq-install.json'

/** The record of a plugin's folder; null when `stoq install` did not put it there. */
export function readRecord(folder: string): InstallRecord | null {
  const file = join(folder, fileName)
  if (!existsSync(file)) return null
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as InstallRecord
    if (typeof record.files === 'object' && record.files !== null) return record
  } catch (error) {
    throw new StoqError('STOQ_CONFIG_SYNTAX', [file, errorText(error)], { cause: error })
  }
  throw new StoqError('STOQ_CONFIG_SYNTAX', [file, 'it tells of no files'])
}

export function writeRecord(folder: string, record: InstallRecord): void {
  writeFileSync(join(folder, fileName), `${JSON.stringify(record, null, 2)}\n`)
}

export function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** What is in an installed folder and was not put there by npm or by us, as paths in it. */
export function* installedFiles(folder: string, below = ''): Generator<{ path: string; isFile: boolean }> {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === '__pycache__') continue
    const path = below ? `${below}/${entry.name}` : entry.name
    if (path === fileName) continue
    if (entry.isDirectory()) yield* installedFiles(folder, path)
    else yield { path, isFile: entry.isFile() }
  }
}

/** The files of a folder that are not as they were installed: changed, or added. */
export function* editedFiles(
  folder: string,
  { files }: InstallRecord,
): Generator<{ path: string; hash: string | null }> {
  for (const { path, isFile } of installedFiles(folder)) {
    const hash = isFile ? hashFile(join(folder, path)) : null
    const isOldNews = path.endsWith('.new') && Object.hasOwn(files, path.slice(0, -'.new'.length))
    if (!isOldNews && (hash === null || files[path] !== hash)) yield { path, hash }
  }
}
