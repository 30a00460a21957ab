import { readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { isPluginCategory, pluginCategories } from '../../plugin/categories.ts'
import { printable } from '../../results/printable.ts'
import type { Complete } from './command.ts'

/** A path as a person writes it: `~` is the home folder. */
export function toPath(word: string): string {
  return word === '~' || word.startsWith('~/') ? join(homedir(), word.slice(1)) : word
}

/** Names in a folder, sorted; folders end with `/`. Throws when it cannot be read. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .map(entry => (entry.isDirectory() || isLinkToFolder(folder, entry) ? `${entry.name}/` : entry.name))
    .sort()
}

function isLinkToFolder(folder: string, entry: { name: string; isSymbolicLink(): boolean }): boolean {
  const isFolder = () => statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false
  try {
    return entry.isSymbolicLink() && isFolder()
  } catch {
    // A link that leads in a circle leads nowhere.
    return false
  }
}

/** Paths that begin so; names that would steer the terminal are left out. */
export function pathsFrom(word: string): string[] {
  const begin = word.endsWith('/') || word === '' ? '' : basename(word)
  const folder = word.slice(0, word.length - begin.length)
  if (word === '~') return ['~/']
  try {
    return namesIn(toPath(folder) || '.')
      .filter(name => name.startsWith(begin) && printable(name) === name)
      .filter(name => begin.startsWith('.') || !name.startsWith('.'))
      .map(name => folder + name)
  } catch {
    // There is nothing to choose from in a folder that is not there.
    return []
  }
}

/** First word a path. */
export const completePath: Complete = (_session, before, word) => (before.length === 0 ? pathsFrom(word) : [])

/** First word a kind of plugin, second word a plugin of that kind. */
export const completePlugin: Complete = ({ stoq }, before) => {
  const [category = ''] = before
  if (before.length === 0) return pluginCategories
  if (before.length > 1 || !isPluginCategory(category)) return []
  return stoq.getPluginsOfCategory(category).map(({ name }) => name)
}
