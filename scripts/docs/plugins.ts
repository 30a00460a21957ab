import { readFileSync } from 'node:fs'
import { bundledPlugins } from '../../packages/stoq/src/config/bundled.ts'
import { pluginCategories } from '../../packages/stoq/src/plugin/categories.ts'
import { discoverPlugins } from '../../packages/stoq/src/plugin/discovery.ts'
import type { PluginManifest } from '../../packages/stoq/src/plugin/manifest.ts'
import { type Field, readFields } from './fields.ts'
import { code, table } from './page.ts'
import { resultKeys } from './result-keys.ts'
import { budgetFields, flagHelp, flagsOf, source } from './settings.ts'

/** The catalogue, and the options that plugins of a kind share. */
export async function pluginBlocks(): Promise<Map<string, string>> {
  const { plugins } = discoverPlugins([bundledPlugins])
  const keys = await resultKeys(plugins)
  const sections = pluginCategories.map(category => {
    const own = plugins.filter(plugin => plugin.category === category)
    const cards = own.map(plugin => card(plugin, keys.get(plugin.config) ?? []))
    return [`## ${category}s`, ...(cards.length ? cards : ['None yet.'])].join('\n\n')
  })
  return new Map([
    ['worker-options', optionTable(sharedOptions('worker'))],
    ['catalogue', sections.join('\n\n')],
  ])
}

function card(plugin: PluginManifest, keys: readonly string[]): string {
  const { name, version, description, options } = plugin
  const parts = [`### ${name}`, `Version ${version}. ${description}.`]
  if (Object.keys(options).length) parts.push(optionsOf(plugin))
  if (keys.length) parts.push(`Result keys: ${keys.map(code).join(', ')}.`)
  return parts.join('\n\n')
}

function optionsOf(plugin: PluginManifest): string {
  const comments = readComments(readFileSync(plugin.config, 'utf8'))
  const shared = sharedOptions(plugin.category)
  const rows = Object.entries(plugin.options).map(([name, value]) => {
    const comment = comments.get(name) ?? shared.find(field => field.name === name)?.comment
    if (!comment) throw new Error(`${plugin.config}: option ${name} has no comment above it`)
    return [code(name), code(value), comment]
  })
  return table(['option', 'value', 'meaning'], rows)
}

/** Options that the classes declare for every plugin of a kind. */
function sharedOptions(category: PluginManifest['category']): Field[] {
  const name = `Stoq${category[0]?.toUpperCase()}${category.slice(1)}Plugin`
  const limits = budgetFields()
  return readFields(source(`plugin/${category}.ts`), name).map(field => {
    const comment =
      field.comment || limits.find(limit => limit.name === field.name)?.comment || flagHelp(field.name)
    return { ...field, comment }
  })
}

function optionTable(fields: readonly Field[]): string {
  const rows = fields
    .filter(({ value, comment }) => value && comment)
    .map(({ name, value, comment }) => [code(name), code(iniValue(value)), flagsOf(name), comment])
  return table(['option', 'default', 'flag', 'meaning'], rows)
}

/** A default of the class as a `.stoq` file would say it; null is nothing. */
function iniValue(value: string): string {
  return value === 'null' || value === "''" || value === '[]' ? '' : value.replace(/^'(.*)'$/, '$1')
}

/** The comment lines above each option of a `.stoq` file. */
function readComments(text: string): Map<string, string> {
  const comments = new Map<string, string>()
  let comment: string[] = []
  for (const line of text.split('\n')) {
    const option = /^(\w+)\s*[=:]/.exec(line)?.[1]
    if (option && comment.length) comments.set(option.toLowerCase(), comment.join(' '))
    const said = /^[#;]\s*(.*)$/.exec(line)?.[1]
    comment = said === undefined ? [] : [...comment, said]
  }
  return comments
}
