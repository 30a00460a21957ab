import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { bundledPlugins } from '../config/bundled.ts'
import { StoqError } from '../errors.ts'
import { isPluginCategory } from '../plugin/categories.ts'
import { type Discovery, discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'

/** A plugin under test, and everything that may be loaded beside it. */
export interface Located {
  manifest: PluginManifest
  found: Discovery
}

let bundled: Discovery | null = null

/**
 * Finds a plugin by its folder (`import.meta.dirname` in a test beside it), or as `kind:name` among those that come with
 * stoQ; the name chooses where a folder holds several. Throws a StoqError that says what is wrong.
 */
export function locatePlugin(place: string, name?: string): Located {
  bundled ??= discoverPlugins([bundledPlugins])
  const [kind = '', word = ''] = place.split(':')
  if (isPluginCategory(kind) && !existsSync(place))
    return { manifest: byName(kind, word), found: quiet(bundled) }
  const own = discoverPlugins([resolve(place)])
  const [fault] = own.faults
  if (fault !== undefined) throw new StoqError('STOQ_PLUGIN_LOAD', [place, fault])
  return { manifest: choose(own.plugins, place, name), found: quiet(bundled, ofUser(), own) }
}

/** Plugins of the user, which the one under test may load: `stoq test` says where they are. */
function ofUser(): Discovery {
  return discoverPlugins((process.env['STOQ_TEST_PLUGINS'] ?? '').split(delimiter).filter(Boolean))
}

function byName(kind: string, name: string): PluginManifest {
  const found = bundled?.plugins.find(plugin => plugin.category === kind && plugin.name === name)
  if (found) return found
  throw new StoqError('STOQ_PLUGIN_UNKNOWN', [kind, name, ' among those that come with stoQ'])
}

function choose(plugins: readonly PluginManifest[], place: string, name?: string): PluginManifest {
  const [first, ...others] = name === undefined ? plugins : plugins.filter(plugin => plugin.name === name)
  if (!first)
    throw new StoqError('STOQ_PLUGIN_LOAD', [place, 'there is no .stoq file of that plugin below it'])
  if (others.length === 0) return first
  const names = plugins.map(plugin => plugin.name).join(', ')
  throw new StoqError('STOQ_PLUGIN_LOAD', [place, `it holds several plugins, say which name: ${names}`])
}

/** Plugins of the folder are stronger than those of the same name that come with stoQ, and nobody needs to be told. */
function quiet(...searches: Discovery[]): Discovery {
  const known = new Map<string, PluginManifest>()
  for (const { plugins } of searches)
    for (const plugin of plugins) known.set(`${plugin.category}:${plugin.name.toLowerCase()}`, plugin)
  return { plugins: [...known.values()], faults: [], notes: [] }
}
