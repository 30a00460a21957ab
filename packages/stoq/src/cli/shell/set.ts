import { applyOptions } from '../../config/options.ts'
import { readSetting, type Settings, settingNames } from '../../config/settings.ts'
import { isPluginCategory, type PluginCategory } from '../../plugin/categories.ts'
import { nearest } from '../nearest.ts'
import type { Call, Complete, ShellCommand } from './command.ts'
import { brief } from './facts.ts'
import { mistake } from './faults.ts'
import { isSecret, masked } from './secrets.ts'
import type { Session } from './session.ts'

const usage = 'set [NAME [VALUE]]'
const where = 'set'

/** Shown by the plugins that they belong to. */
const hidden = new Set(['plugin_options'])
/** Fields of a plugin that are no options. */
const inner = new Set([
  ...['manifest', 'stoq', 'log', 'parentname', 'is_activated', 'incompatible_plugin', 'wants_heartbeat'],
  ...['needs_list', 'min_stoq_version', 'max_stoq_version'],
])

const complete: Complete = ({ stoq }, before, word) => {
  if (before.length > 0) return []
  const settings = namesOfSettings().map(name => `stoq.${name}`)
  if (!word.includes('.')) return settings
  const options = stoq.discovery.plugins.flatMap(({ category, name, options }) =>
    Object.keys(options).map(option => `${category}.${name}.${option}`),
  )
  return [...settings, ...options]
}

/** `set`, `set stoq.max_recursion 7`, `set decoder.xor.key 65`. */
export const set: ShellCommand = {
  usage,
  summary: 'Show settings and the options of loaded plugins, or change one',
  details:
    'stoq.NAME is a setting of stoq.cfg, CATEGORY.PLUGIN.NAME an option of a plugin. It holds until the shell ends.',
  complete,
  async run(call) {
    const [name, ...values] = call.words
    if (name === undefined) await call.voice.lines(await everything(call.session))
    else if (values.length === 0) await showOne(call, name)
    else await change(call, name, values.join(' '))
  },
}

function namesOfSettings(): string[] {
  return settingNames()
    .filter(name => !hidden.has(name))
    .sort()
}

async function everything(session: Session): Promise<string[]> {
  const { settings } = session.stoq
  const own = namesOfSettings().map(name => shown(`stoq.${name}`, settings[name as keyof Settings], ' = '))
  const plugins: string[] = []
  for (const id of [...session.loaded].sort()) {
    for (const [option, value] of await optionsOf(session, id)) plugins.push(shown(option, value, ' = '))
  }
  return [...own, ...plugins]
}

/** Options of a plugin that is loaded, with the whole name that set knows them by. */
async function optionsOf(session: Session, id: string): Promise<[string, unknown][]> {
  const [category = '', name = ''] = id.split(':')
  const plugin = await session.plugin(category as PluginCategory, name)
  return Object.keys(plugin)
    .filter(option => !inner.has(option) && isValue(Reflect.get(plugin, option)))
    .map(option => [`${category}.${name}.${option}`, Reflect.get(plugin, option)])
}

/** What can be written in a `.stoq` file. */
function isValue(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  return (
    Array.isArray(value) || (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
  )
}

async function showOne({ session, voice }: Call, name: string): Promise<void> {
  const value = await currentValue(session, name)
  voice.line(shown(name, value, ' = '))
}

async function currentValue(session: Session, name: string): Promise<unknown> {
  const setting = settingOf(name)
  if (setting !== null) return session.stoq.settings[setting as keyof Settings]
  const { category, plugin } = pluginOf(session, name)
  const options = await optionsOf(session, `${category}:${plugin}`)
  const known = options.find(([option]) => option === name)
  if (known) return known[1]
  const hint = nearest(
    name,
    options.map(([option]) => option),
  )
  throw mistake(`there is no option '${name}'${hint}`)
}

/** The name of a setting; null: it is the option of a plugin. Throws when there is no such setting. */
function settingOf(name: string): string | null {
  if (!name.startsWith('stoq.') && name.split('.').length >= 3) return null
  const setting = name.replace(/^stoq\./, '')
  if (name.startsWith('stoq.') && namesOfSettings().includes(setting)) return setting
  throw mistake(
    `there is no setting '${name}'${nearest(
      name,
      namesOfSettings().map(each => `stoq.${each}`),
    )}`,
  )
}

function pluginOf(
  { stoq }: Session,
  name: string,
): { category: PluginCategory; plugin: string; option: string } {
  const [category = '', plugin = '', ...rest] = name.split('.')
  if (!isPluginCategory(category)) throw mistake(`there is no kind of plugin '${category}'`)
  return { category, plugin: stoq.getPlugin(plugin, category).name, option: rest.join('.') }
}

async function change(call: Call, name: string, text: string): Promise<void> {
  const { session, voice } = call
  await currentValue(session, name)
  const setting = settingOf(name)
  if (setting !== null) await session.change(readSetting(setting, text, where))
  else await changeOption(session, name, text)
  voice.line(shown(name, await currentValue(session, name), ' -> '))
}

/** The option is tried on the plugin that is loaded; scan processes get it when they are opened again. */
async function changeOption(session: Session, name: string, text: string): Promise<void> {
  const { category, plugin, option } = pluginOf(session, name)
  const loaded = await session.plugin(category, plugin)
  applyOptions(loaded, { [option]: text }, { plugin: loaded.id, file: where })
  const all = session.stoq.settings.plugin_options
  const own = { ...all[category]?.[plugin], [option]: text }
  await session.change({ plugin_options: { ...all, [category]: { ...all[category], [plugin]: own } } })
}

function shown(name: string, value: unknown, between: string): string {
  return `${name}${between}${isSecret(name) ? masked(value) : withoutPassword(brief(value))}`
}

/** An address may hold a password. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^/@\s:]{0,200}:)[^/@\s]{1,200}@/g, '$1****@')
}
