import type { Dirent } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { StoqError, StoqSourcePlugin } from 'stoq'

/** Puts one message for each file of the paths that were named. */
export class FileDirSource extends StoqSourcePlugin {
  recursive = false
  hidden = false
  override archive = 'file'

  async ingest(signal: AbortSignal): Promise<boolean> {
    const paths = this.stoq.worker.namedPaths
    const faults: unknown[] = []
    for (const path of paths) {
      try {
        await this.#put(path, signal)
      } catch (error) {
        faults.push(error)
        if (paths.length > 1) this.log.error(error instanceof Error ? error.message : String(error), error)
      }
    }
    if (paths.length === 1 && faults.length) throw faults[0]
    if (faults.length)
      throw new StoqError('STOQ_SOURCE_UNREADABLE', [
        `${faults.length} of ${paths.length} paths`,
        'see above',
      ])
    return true
  }

  async #put(path: string, signal: AbortSignal): Promise<void> {
    const { worker } = this.stoq
    if (this.stoq.isUrl(path)) {
      await worker.multiprocessPut({ url: path, archive: this.archive })
      return
    }
    if ((await this.#facts(path)).isDirectory()) await this.#putDirectory(path, signal)
    else await worker.multiprocessPut({ path, archive: this.archive })
  }

  async #facts(path: string) {
    try {
      return await stat(path)
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      const reason = missing ? 'no such file or directory' : String(error)
      throw new StoqError('STOQ_SOURCE_UNREADABLE', [path, reason], { cause: error })
    }
  }

  /** Regular files, and links to files inside of what was named: one that leads out could show files of others. */
  async #putDirectory(directory: string, signal: AbortSignal): Promise<void> {
    const inside = await realpath(directory)
    let left = 0
    for await (const entry of await opendir(directory, { bufferSize: 512 })) {
      if (signal.aborted) return
      if (!this.hidden && entry.name.startsWith('.')) continue
      const path = join(directory, entry.name)
      const kind = await kindOf(entry, path, inside)
      if (kind === 'file') await this.stoq.worker.multiprocessPut({ path, archive: this.archive })
      if (kind === 'link') left++
      if (kind === 'directory' && this.recursive) await this.#putDirectory(path, signal)
    }
    if (left > 0) this.log.info(`${left} links in ${directory} lead out of it or nowhere and are left out`)
  }
}

/** A link to a file inside of the folder counts as that file; other links are left out. */
async function kindOf(
  entry: Dirent,
  path: string,
  inside: string,
): Promise<'file' | 'directory' | 'link' | null> {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  if (!entry.isSymbolicLink()) return null
  return (await isFileInside(path, inside)) ? 'file' : 'link'
}

/** False also for a link that leads nowhere. */
async function isFileInside(path: string, directory: string): Promise<boolean> {
  try {
    const real = await realpath(path)
    return real.startsWith(directory + sep) && (await stat(real)).isFile()
  } catch {
    // A link to nothing, or through folders that may not be read.
    return false
  }
}
