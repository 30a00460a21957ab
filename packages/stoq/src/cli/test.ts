import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { delimiter, dirname, extname, resolve } from 'node:path'
import { runsFromSource } from '../config/bundled.ts'
import { loadSettings, pluginFolders } from '../config/settings.ts'
import { StoqError } from '../errors.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { printable } from '../results/printable.ts'
import { type CommandUsage, readFlags, usageFault } from './flags.ts'
import { exitStatus } from './main.ts'
import { nearest } from './nearest.ts'

export const testUsage: CommandUsage = {
  call: 'test PLUGIN...',
  about: `Runs the tests of plugins (*.test.ts, *.test.js beside them) and what every plugin must hold and stand.
PLUGIN is a folder, a name, kind:name, or 'all'. Exit status 1 when a test fails.`,
  flags: { update: { help: 'Keep the answers to the golden samples as they are now' } },
}

/** `stoq test PLUGIN...`: own tests and conformance tests of plugins. */
export async function test(words: string[]): Promise<number> {
  const said = readFlags(testUsage, words)
  if (!said) return exitStatus.ok
  if (said.words.length === 0)
    throw usageFault('test needs a plugin: stoq test FOLDER, NAME, KIND:NAME or all')
  const units = new Map(said.words.flatMap(findPlugins).map(plugin => [plugin.path, plugin]))
  const failed: string[] = []
  for (const { category, name, path } of units.values()) {
    process.stdout.write(`${printable(`${category}:${name}`)}\n`)
    const isGood = await runTests(path, said.flags['update'] === true)
    if (!isGood) failed.push(`${category}:${name}`)
  }
  const sum = failed.length
    ? `failed: ${failed.join(', ')}`
    : `all well: ${[...units.values()].map(idOf).join(', ')}`
  process.stdout.write(`${printable(sum)}\n`)
  return failed.length ? exitStatus.trouble : exitStatus.ok
}

function idOf({ category, name }: PluginManifest): string {
  return `${category}:${name}`
}

/** The plugins that a word means. Throws when it means none, or one whose `.stoq` file is wrong. */
function findPlugins(word: string): PluginManifest[] {
  if (/[/\\]|^\.+$/.test(word)) return inFolder(resolve(word))
  const { plugins } = discoverPlugins(pluginFolders(loadSettings().settings))
  const found = plugins.filter(plugin => word === 'all' || word === plugin.name || word === idOf(plugin))
  if (found.length > 0) return found
  if (existsSync(resolve(word))) return inFolder(resolve(word))
  const near = nearest(word, [...plugins.map(plugin => plugin.name), ...plugins.map(idOf)])
  throw usageFault(`no folder and no plugin is named '${word}'${near}; 'stoq list' shows all`)
}

function inFolder(folder: string): PluginManifest[] {
  const { plugins, faults, notes } = discoverPlugins([folder])
  const [fault] = [...faults, ...notes]
  if (fault !== undefined) throw new StoqError('STOQ_PLUGIN_LOAD', [folder, fault])
  if (plugins.length === 0) throw usageFault(`there is no plugin (no .stoq file) in ${folder}`)
  return plugins
}

/** Where plugins are that the one under test may load. */
function foldersOfUser(): readonly string[] {
  try {
    return loadSettings().settings.plugin_dir_list
  } catch {
    // A folder is tested whatever the settings are.
    return []
  }
}

/** Runs tests in a process of their own; true when all passed. */
async function runTests(folder: string, isUpdate: boolean): Promise<boolean> {
  const kit = (name: string) => new URL(`../testing/${name}${extname(import.meta.url)}`, import.meta.url)
  const own = globSync('**/*.test.{ts,js,mjs}', { cwd: folder, exclude: name => name === 'node_modules' })
  if (own.length === 0) process.stdout.write('  - no tests of its own\n')
  const flags = [
    ...(runsFromSource ? ['-C', 'dev'] : []),
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
    `--import=${kit('register').href}`,
    '--test',
    // One file after the other: what is printed has an order.
    '--test-concurrency=1',
    `--test-reporter=${kit('reporter').href}`,
    '--test-timeout=300000',
  ]
  const files = [...own.sort().map(file => resolve(folder, file)), kit('entry').pathname]
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    STOQ_TEST_FOLDER: folder,
    STOQ_TEST_PLUGINS: foldersOfUser().join(delimiter),
  }
  delete env['NODE_TEST_CONTEXT']
  if (isUpdate) env['UPDATE_GOLDEN'] = '1'
  const child = spawn(process.execPath, [...flags, ...files], {
    cwd: dirname(folder),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', text => process.stdout.write(text))
  const status = await new Promise<number | null>(done => child.on('close', done))
  return status === 0
}
