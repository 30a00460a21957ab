import { readdirSync } from 'node:fs'
import { bundledPlugins, templateFolders } from '../config/bundled.ts'
import { defaultHome, loadSettings, pluginFolders } from '../config/settings.ts'
import { isInside } from '../ingest/read-file.ts'
import { isPluginCategory, type PluginCategory } from '../plugin/categories.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { printable } from '../results/printable.ts'
import { StoqHelp } from './args.ts'
import { type CommandText, commands } from './command-table.ts'
import { commandNames } from './main.ts'
import { type Argument, workerFlags } from './worker-flags.ts'

/** A word that may stand under the cursor, and what it is. */
type Suggestion = readonly [word: string, help: string]

const files = ':files'
type Answer = readonly Suggestion[] | ':files' | ':folders'

/**
 * What may stand for the last of the words after `stoq`: lines of `word<TAB>what it is` or of a word alone, or `:files`, `:folders`. Settings or
 * plugins that cannot be read are worth nothing here: what is known without them is suggested.
 */
export async function suggest(words: readonly string[]): Promise<string[]> {
  const current = words.at(-1) ?? ''
  const [flag = '', value] = /^--[^=]+=/.test(current) ? splitOnce(current) : ['', undefined]
  const before = value === undefined ? words.slice(0, -1) : [...words.slice(0, -1), flag]
  const answer = await answerFor(before, value ?? current)
  if (typeof answer === 'string') return [answer]
  const prefix = value === undefined ? '' : `${flag}=`
  const lines = answer
    .filter(([word]) => word.startsWith(value ?? current))
    .map(([word, help]) => prefix + word + (help && `\t${printable(help)}`))
  return [...new Set(lines)]
}

function splitOnce(word: string): [string, string] {
  const index = word.indexOf('=')
  return [word.slice(0, index), word.slice(index + 1)]
}

async function answerFor([name, ...before]: readonly string[], current: string): Promise<Answer> {
  if (name === undefined) return firstWords()
  const command = commands.find(each => each.name === name)
  if (command && command.flags !== 'worker') return wordsOf(command, current)
  if (!command && commandNames().includes(name)) return files
  const worker = command ? scanWorker() : name
  const flags = await flagsOf(worker)
  const last = before.at(-1) ?? ''
  const asked = before.includes('--') ? undefined : flags.find(({ flags: names }) => names.includes(last))
  if (asked?.metavar !== undefined) return valuesOf(asked, worker)
  if (current.startsWith('-') && !before.includes('--')) return flags.flatMap(toSuggestions)
  return command?.takes === 'paths' ? files : []
}

function firstWords(): Suggestion[] {
  const known = commandNames().map(name => [name, helpOf(name)] as const)
  const flags = [
    ['--help', 'What stoQ is and how it is called'],
    ['--version', 'The version'],
  ] as const
  return [...known, ...pluginNames('worker'), ...flags]
}

function helpOf(name: string): string {
  return commands.find(each => each.name === name)?.help[0] ?? ''
}

function wordsOf({ takes, flags }: CommandText, current: string): Answer {
  if (current.startsWith('-'))
    return Array.isArray(flags) ? flags.map(({ flag, help }) => [flag, help] as const) : []
  if (takes === 'paths') return files
  if (takes === 'folders') return ':folders'
  if (takes === 'installed') {
    const own = discovered().filter(({ path }) => !isInside(path, bundledPlugins))
    return own.map(toId)
  }
  if (takes === 'plugins') return discovered().map(current.includes(':') ? toId : toName)
  return (takes ?? []).map(word => [word, ''] as const)
}

function toId({ category, name, description }: PluginManifest): Suggestion {
  return [`${category}:${name}`, description]
}

function toName({ name, description }: PluginManifest): Suggestion {
  return [name, description]
}

function toSuggestions({ flags, help }: Argument): Suggestion[] {
  return flags.map(flag => [flag, help] as const)
}

function valuesOf({ choices, completes = 'files' }: Argument, worker: string): Answer {
  if (choices) return choices.map(word => [word, ''] as const)
  if (typeof completes !== 'string') return completes.map(word => [word, ''] as const)
  if (completes === 'template') return templates(worker).map(word => [word, ''] as const)
  if (isPluginCategory(completes)) return pluginNames(completes)
  return files
}

/** Those that all workers share, and those that a worker tells of in its help. */
async function flagsOf(worker: string): Promise<readonly Argument[]> {
  const help: Argument = { flags: ['-h', '--help'], dest: 'help', help: 'Show the flags', group: '' }
  try {
    const { Stoq } = await import('../stoq.ts')
    const stoq = new Stoq({ argv: ['stoq', worker, '--help'], stderr: () => {}, log_level: 'critical' })
    try {
      await stoq.loadPlugin(worker, 'worker')
    } catch (error) {
      if (error instanceof StoqHelp) return [...error.flags, help]
    } finally {
      await stoq.close()
    }
  } catch {
    // Settings that cannot be read: the shared flags are the same all the same.
  }
  return [...workerFlags, help]
}

function pluginNames(category: PluginCategory): Suggestion[] {
  return discovered()
    .filter(plugin => plugin.category === category)
    .map(toName)
}

function discovered(): readonly PluginManifest[] {
  try {
    return discoverPlugins(pluginFolders(loadSettings().settings)).plugins
  } catch {
    // Settings that cannot be read name no plugins.
    return []
  }
}

function scanWorker(): string {
  try {
    return loadSettings().scan['worker'] || 'yara'
  } catch {
    // As above.
    return 'yara'
  }
}

function baseFolder(): string {
  try {
    return loadSettings().settings.base_dir
  } catch {
    // As above.
    return defaultHome()
  }
}

function templates(worker: string): string[] {
  const plugin = discovered().find(({ category, name }) => category === 'worker' && name === worker)
  return templateFolders(plugin?.path ?? null, baseFolder()).flatMap(folder => {
    try {
      return readdirSync(folder).filter(name => name.endsWith('.tpl'))
    } catch {
      // Most workers have none of their own.
      return []
    }
  })
}
