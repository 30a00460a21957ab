import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorText, StoqError } from '../errors.ts'

/** Makes a folder with files, whole or not at all. Throws STOQ_WRITE_EXISTS when there is something of that name. */
export function writeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  if (existsSync(folder)) throw new StoqError('STOQ_WRITE_EXISTS', [folder])
  const draft = join(dirname(folder), `.stoq-new-${process.pid}`)
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(draft, name)), { recursive: true })
      // Samples are bytes; everything else is text.
      writeFileSync(join(draft, name), content, name.startsWith('golden/') ? 'latin1' : 'utf8')
    }
    renameSync(draft, folder)
  } catch (error) {
    throw new StoqError('STOQ_WRITE_FAILED', [folder, errorText(error)], { cause: error })
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
