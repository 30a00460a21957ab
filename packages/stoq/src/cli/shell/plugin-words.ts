import { isPluginCategory, type PluginCategory, pluginCategories } from '../../plugin/categories.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import { nearest } from '../nearest.ts'
import type { Call } from './command.ts'
import { mistake } from './faults.ts'

/** The plugin that the first two words of a command name. Throws what is wrong with them. */
export function namedPlugin({ session, words }: Call, usage: string): PluginManifest {
  const [category = '', name = ''] = words
  if (!category || !name) throw mistake(`Usage: ${usage}`)
  return session.stoq.getPlugin(name, toCategory(category))
}

function toCategory(word: string): PluginCategory {
  const category = word.toLowerCase()
  if (isPluginCategory(category)) return category
  const hint = nearest(category, pluginCategories) || ` (one of ${pluginCategories.join(', ')})`
  throw mistake(`there is no kind of plugin '${word}'${hint}`)
}
