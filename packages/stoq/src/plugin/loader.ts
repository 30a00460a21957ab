import { pathToFileURL } from 'node:url'
import { applyOptions } from '../config/options.ts'
import { errorText, StoqError } from '../errors.ts'
import type { Stoq } from '../stoq.ts'
import type { PluginCategory } from './categories.ts'
import { type PluginOfKind, pluginKinds } from './kinds.ts'
import { isPython, type PluginManifest } from './manifest.ts'
import type { StoqPlugin } from './plugin.ts'
import { shareOwnClasses } from './resolve.ts'
import { isCompatible, version } from './version.ts'
import { within } from './within.ts'

/** What a load needs beside the manifest. */
export interface LoadOptions {
  /** Name of the worker that asks. */
  parentname?: string
  /** True: the module is read again from disk. */
  reload?: boolean
  /** Options that are stronger than all others; the plugin must have a field of each name. */
  overrides?: Record<string, string>
}

/** Imports, constructs, configures and activates a plugin. Throws a StoqError that names it; nothing stays half-loaded. */
export async function loadPlugin<C extends PluginCategory>(
  stoq: Stoq,
  manifest: PluginManifest & { category: C },
  options: LoadOptions = {},
): Promise<PluginOfKind<C>> {
  const plugin = await construct(manifest, options.reload ?? false)
  plugin.manifest = manifest
  plugin.log = stoq.log.child(`${manifest.category}.${manifest.name}`)
  plugin.parentname = options.parentname ?? null
  configure(stoq, plugin)
  override(plugin, options.overrides ?? {})
  await activate(stoq, plugin)
  return plugin as PluginOfKind<C>
}

async function construct(manifest: PluginManifest, reload: boolean): Promise<StoqPlugin> {
  const id = `${manifest.category}:${manifest.name}`
  const base: abstract new () => StoqPlugin = pluginKinds[manifest.category]
  try {
    if (isPython(manifest)) return (await import('../python/adapters.ts')).newPythonPlugin(manifest.category)
    shareOwnClasses()
    const url = pathToFileURL(manifest.module).href + (reload ? `?${Date.now()}` : '')
    const module: Record<string, unknown> = await import(url)
    const found = Object.keys(module)
      .sort()
      .map(key => module[key])
      .find(
        (value): value is new () => StoqPlugin =>
          typeof value === 'function' && value.prototype instanceof base,
      )
    if (found) return new found()
  } catch (error) {
    throw loadFault(id, error)
  }
  throw new StoqError('STOQ_PLUGIN_LOAD', [
    id,
    `${manifest.module} exports no class that extends ${base.name}`,
  ])
}

/** A package that is not installed gets a line that says how to install it. */
function loadFault(id: string, error: unknown): StoqError {
  if (error instanceof StoqError) return error
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(errorText(error))?.[1]
  if (isModuleNotFound(error) && missing && !/^[./]|^file:/.test(missing)) {
    return new StoqError('STOQ_PLUGIN_DEPENDENCY', [id, missing, missing], { cause: error })
  }
  return new StoqError('STOQ_PLUGIN_LOAD', [id, errorText(error)], { cause: error })
}

function isModuleNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /MODULE_NOT_FOUND$/.test(String(error.code))
}

/** plugin_options are stronger than the `.stoq` file, which is stronger than the defaults of the class. */
function configure(stoq: Stoq, plugin: StoqPlugin): void {
  const { options, config } = plugin.manifest
  applyOptions(plugin, options, { plugin: plugin.id, file: config })
  const given = stoq.settings.plugin_options[plugin.category]?.[plugin.name] ?? {}
  const said = Object.entries(given).filter(([, value]) => value != null)
  applyOptions(plugin, Object.fromEntries(said), { plugin: plugin.id, file: 'plugin_options' })
}

function override(plugin: StoqPlugin, overrides: Record<string, string>): void {
  for (const name of Object.keys(overrides)) {
    if (!Object.hasOwn(plugin, name)) {
      throw new StoqError('STOQ_CLI_USAGE', [`${plugin.id} has no option '${name}': leave --${name} out`])
    }
  }
  applyOptions(plugin, overrides, { plugin: plugin.id, file: 'the command line' })
}

async function activate(stoq: Stoq, plugin: StoqPlugin): Promise<void> {
  if (!isCompatible(plugin.min_stoq_version, plugin.max_stoq_version)) {
    plugin.incompatible_plugin = true
    const range = `${plugin.min_stoq_version || 'any'} to below ${plugin.max_stoq_version || 'any'}`
    plugin.log.warning(
      `${plugin.id} is made for stoQ ${range}, this is ${version}: results may be unpredictable`,
    )
  }
  let answer: unknown
  try {
    answer = await within(plugin.activate(stoq), stoq.settings.max_plugin_time, plugin.id)
  } catch (error) {
    await discard(plugin)
    throw error instanceof StoqError || !(error instanceof Error) || isHelp(error)
      ? error
      : loadFault(plugin.id, error)
  }
  if (answer === true) return
  await discard(plugin)
  throw new StoqError('STOQ_PLUGIN_ACTIVATE', [plugin.id, `activate returned ${String(answer)}, not true`])
}

/** `--help` of a worker is thrown through `activate`: it is no fault. */
function isHelp(error: Error): boolean {
  return error.name === 'StoqHelp'
}

/** A plugin that did not activate gets the chance to let go of what it opened. */
async function discard(plugin: StoqPlugin): Promise<void> {
  try {
    await within(plugin.deactivate(), 5, plugin.id)
  } catch (error) {
    plugin.log.debug(
      `${plugin.id} did not deactivate after its failed activation: ${errorText(error)}`,
      error,
    )
  }
}
