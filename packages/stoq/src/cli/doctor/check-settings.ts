import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { bundledPlugins } from '../../config/bundled.ts'
import { defaultHome, type LoadedSettings, type Settings, settingNames } from '../../config/settings.ts'
import { isPluginCategory } from '../../plugin/categories.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import { coversNetwork } from '../../pool/permissions.ts'
import { nearest } from '../nearest.ts'
import { broken, type Finding, ok, warning } from './finding.ts'
import { secretsOf } from './secrets.ts'

/** What this Node can keep scan processes from. */
export function checkNode(version = process.versions.node, network = coversNetwork): Finding[] {
  if (network)
    return [ok('node', `Node ${version} keeps scan processes from files, programs and the network`)]
  const what = `Node ${version} keeps scan processes from files and programs, but not from the network`
  return [warning('node', what, 'take Node 25 or newer')]
}

/** The file of settings: what it says that nobody reads, and who may read it. */
export function checkSettings(
  { settings, extra }: LoadedSettings,
  plugins: readonly PluginManifest[],
): Finding[] {
  const file = resolve(defaultHome(), 'stoq.cfg')
  const said = existsSync(file) ? `${file} is read` : `there is no ${file}: everything is at its default`
  return [
    ok('settings', said),
    ...Object.keys(extra).map(unknownKey),
    ...unknownPlugins(settings.plugin_options, plugins),
    ...plugins.flatMap(plugin => unknownOptions(settings.plugin_options, plugin)),
    ...(secretsOf({ ...extra, ...settings.plugin_options }).length > 0 ? checkRights(file) : []),
    ...plugins
      .filter(({ root, options }) => root !== bundledPlugins && secretsOf(options).length > 0)
      .flatMap(({ config }) => checkRights(config)),
    ...defaultPlugins(settings, plugins),
  ]
}

function unknownKey(key: string): Finding {
  const near = nearest(key, settingNames())
  const what = `stoq.cfg: there is no setting '${key}'${near}`
  return warning('settings', what, 'mend its name, or leave it when a plugin of yours reads it')
}

function unknownPlugins(options: object, plugins: readonly PluginManifest[]): Finding[] {
  return Object.entries(options).flatMap(([category, given]) => {
    if (!isPluginCategory(category))
      return [warning('settings', `plugin_options: there is no category '${category}'`, 'mend its name')]
    const known = plugins.filter(plugin => plugin.category === category).map(({ name }) => name)
    return Object.keys(given)
      .filter(name => !known.includes(name))
      .map(name => {
        const what = `plugin_options: no ${category} is named '${name}'${nearest(name, known)}`
        return warning('settings', what, 'mend its name, or install it')
      })
  })
}

/** Options that stand in no `.stoq`: the plugin may know them all the same. */
function unknownOptions(
  given: Settings['plugin_options'],
  { category, name, options }: PluginManifest,
): Finding[] {
  const known = Object.keys(options)
  return Object.keys(given[category]?.[name] ?? {})
    .filter(option => !known.includes(option))
    .map(option => {
      const what = `plugin_options: ${category}:${name} has no option '${option}'${nearest(option, known)}`
      return warning('settings', what, 'mend its name, or leave it when the plugin reads it')
    })
}

/** A file with credentials is for its owner and perhaps a group, not for everybody. */
function checkRights(file: string): Finding[] {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0
  if (process.platform === 'win32' || (mode & 0o007) === 0) return []
  return [broken('settings', `${file} holds credentials, and every user may read it`, `chmod 600 ${file}`)]
}

function defaultPlugins(settings: LoadedSettings['settings'], plugins: readonly PluginManifest[]): Finding[] {
  return (['source', 'connector'] as const).flatMap(category => {
    const name = settings[`default_${category}`]
    const known = plugins.filter(plugin => plugin.category === category).map(plugin => plugin.name)
    if (known.some(each => each.toLowerCase() === name.toLowerCase())) return []
    const what = `default_${category}: no ${category} is named '${name}'${nearest(name, known)}`
    return [broken('settings', what, 'mend its name in stoq.cfg, or install it')]
  })
}
