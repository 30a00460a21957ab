import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoqError } from '../errors.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { editedFiles, readRecord } from './record.ts'
import { openWorkplace } from './workplace.ts'

/** How plugins are removed. */
export interface UninstallOptions {
  /** The plugin folders that are searched. */
  roots: readonly string[]
  /** True: also what a person has changed, or has put there. */
  force: boolean
  signal: AbortSignal
  patience: number
  tell(line: string): void
}

/** Removes an installed plugin, `kind:name`; gives its folder. Throws STOQ_INSTALL_EDITED when something of a person's is in it. */
export async function uninstallPlugin(id: string, options: UninstallOptions): Promise<string> {
  const { roots, signal, patience, tell, force } = options
  const { root, path, category, name } = findInstalled(id, roots)
  const onWait = (pid: number) => tell(`another install works in ${root} (process ${pid}): waiting`)
  const place = await openWorkplace(root, { patience, signal, onWait })
  try {
    const where = join(category, name)
    if (path !== join(root, where) || !existsSync(path))
      throw new StoqError('STOQ_INSTALL_EDITED', [
        id,
        `${path} was not put there by 'stoq install': remove it yourself`,
      ])
    if (!force) checkUntouched(id, path)
    place.remove([where])
    return path
  } finally {
    place.close()
  }
}

function findInstalled(id: string, roots: readonly string[]): PluginManifest {
  const [category = '', name = ''] = id.split(':')
  for (const root of roots) {
    const found = discoverPlugins([root]).plugins.find(
      plugin => plugin.category === category && plugin.name.toLowerCase() === name.toLowerCase(),
    )
    if (found) return found
  }
  throw new StoqError('STOQ_PLUGIN_UNKNOWN', [category, name, ` in ${roots.join(', ')}`])
}

function checkUntouched(id: string, path: string): void {
  const record = readRecord(path)
  if (!record)
    throw new StoqError('STOQ_INSTALL_EDITED', [
      id,
      `${path} was not put there by 'stoq install'; --force removes it`,
    ])
  const edited = [...editedFiles(path, record)].map(({ path: file }) => file)
  if (edited.length === 0) return
  const shown = edited.slice(0, 5).join(', ')
  throw new StoqError('STOQ_INSTALL_EDITED', [
    id,
    `${shown} in ${path} ${edited.length > 1 ? 'are' : 'is'} yours; --force removes them too`,
  ])
}
