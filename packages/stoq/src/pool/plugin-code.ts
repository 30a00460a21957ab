import { readdirSync, statSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getSha1 } from '../payload/hashes.ts'
import { bundledFolders } from './grants.ts'

/**
 * Loads, once, every plugin that comes with stoQ and that a payload may ask for, so that Node keeps its compiled code. A scan
 * process may not write once it has seen a payload, and would strip and compile what it loads then each time anew: 30 ms.
 */
export async function keepPluginCode(): Promise<void> {
  const cache = nodeModule.getCompileCacheDir?.()
  if (!cache) return
  const folders = bundledFolders.flatMap(foldersIn)
  const mark = join(cache, `stoq-plugins-${getSha1(Buffer.from(JSON.stringify(folders.map(stateOf))))}`)
  try {
    writeFileSync(mark, '', { flag: 'wx' })
  } catch {
    // It was done before, or nothing can be kept there.
    return
  }
  // What fails here is told when a payload asks for it.
  await Promise.allSettled(folders.flatMap(modulesIn).map(path => import(pathToFileURL(path).href)))
}

/** None where a scan process may not look: other workers may hold what is secret. */
function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => join(folder, name))
  } catch {
    return []
  }
}

/** Changes when a file comes, goes or is replaced. */
function stateOf(folder: string): unknown[] {
  return [folder, statSync(folder).mtimeMs]
}

/** What a plugin is made of, without its tests. */
function modulesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => /\.[jt]s$/.test(name) && !/^test-|\.(test|samples|fixture|d)\.ts$/.test(name))
    .map(name => join(folder, name))
}
