import { workerFlags } from '../cli/worker-flags.ts'
import { version } from '../plugin/version.ts'
import type { PythonPlugin } from './session.ts'

/** Part of `max_memory` that the data of a Python process may take: the scan process that it belongs to has the rest. */
const memoryShare = 0.75

/** The first message to a Python process: what plugin it runs, and what that has to know. No options of other plugins. */
export function startMessage(plugin: PythonPlugin, mark: string, argv: readonly string[]): object {
  const { manifest, stoq, parentname } = plugin
  const { plugin_options, ...settings } = stoq.settings
  const { name, category, module, config, path, root, author, version: own, website, description } = manifest
  return {
    mark,
    module,
    category,
    version,
    argv,
    level: stoq.logLevel,
    memory: Math.floor(settings.max_memory * memoryShare),
    settings,
    attributes: {
      ...{ name, category, module, config, root, author, version: own, website, description },
      plugin_path: path,
      parentname,
      incompatible_plugin: plugin.incompatible_plugin,
    },
    options: optionsOf(plugin),
    flags: workerFlags.map(({ parse, ...flag }) => ({ ...flag, number: parse !== undefined })),
  }
}

/** Every option that the `.stoq` file, `plugin_options` or the command line has given, as it was typed. */
function optionsOf(plugin: PythonPlugin): Record<string, unknown> {
  const { manifest, stoq } = plugin
  const given = stoq.settings.plugin_options[manifest.category]?.[manifest.name] ?? {}
  const keys = new Set([...Object.keys(manifest.options), ...Object.keys(given)])
  return Object.fromEntries([...keys].map(key => [key, Reflect.get(plugin, key)]))
}
