import { resolve } from 'node:path'
import { bundledPlugins } from '../config/bundled.ts'
import { loadSettings } from '../config/settings.ts'
import { type Installed, installPackage } from '../install/install.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import { printable } from '../results/printable.ts'
import { type CommandUsage, readFlags, usageFault } from './flags.ts'
import { exitStatus } from './main.ts'
import { untilSignal } from './until-signal.ts'

export const installUsage: CommandUsage = {
  call: 'install SOURCE...',
  about: `Installs the plugins of a package: a folder, a .tgz or .tar file, a git URL (#BRANCH behind it if you like) or an
npm name. Nothing is overwritten without --upgrade, and never what you have changed.`,
  flags: {
    upgrade: { short: 'u', help: 'Replace plugins that were installed before' },
    'plugin-dir': { short: 'P', value: 'DIR', help: 'Install there, not into plugin_dir_list' },
    'allow-scripts': { help: 'Run the install scripts of the packages that a plugin needs' },
  },
}

/** Milliseconds that another install is waited for. */
export const patience = 60_000

/** `stoq install SOURCE...`: installs plugins. */
export async function install(words: string[]): Promise<number> {
  const said = readFlags(installUsage, words)
  if (!said) return exitStatus.ok
  if (said.words.length === 0)
    throw usageFault('install needs a folder, a .tgz file, a git URL or an npm name')
  const root = pluginFolder(said.flags['plugin-dir'])
  const upgrade = said.flags['upgrade'] === true
  const scripts = said.flags['allow-scripts'] === true
  return untilSignal(async signal => {
    for (const source of said.words) {
      const installed = await installPackage(source, { root, upgrade, scripts, signal, patience, tell })
      for (const each of installed) report(each)
    }
  })
}

/** The one folder that plugins are installed into. Throws STOQ_CLI_USAGE when there are several. */
function pluginFolder(said: string | true | undefined): string {
  if (typeof said === 'string') return resolve(said)
  const { plugin_dir_list } = loadSettings().settings
  const [folder, ...others] = plugin_dir_list
  if (folder !== undefined && others.length === 0) return folder
  throw usageFault(`plugin_dir_list names ${plugin_dir_list.length} folders: say which with --plugin-dir`)
}

/** A line for people. */
export function tell(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

function report({ manifest, before, kept, beside, unrun, folder }: Installed): void {
  const { category, name, version } = manifest
  const isOurs = discoverPlugins([bundledPlugins]).plugins.some(
    each => each.category === category && each.name.toLowerCase() === name.toLowerCase(),
  )
  for (const file of kept) {
    const isBeside = beside.includes(file)
    tell(`  ${file} is yours and stays${isBeside ? `; the new one is ${file}.new` : ''}`)
  }
  if (unrun.length > 0)
    tell(`  install scripts were not run (--allow-scripts runs them): ${unrun.join(', ')}`)
  if (isOurs) tell(`  it is used instead of the ${category}:${name} that comes with stoQ`)
  if (manifest.module.endsWith('.py'))
    tell(`  packages for Python: pip install -r ${folder}/requirements.txt, where there is one`)
  const from = before === null ? '' : `, was ${before}`
  tell(`${category}:${name} ${version}${from}: installed`)
}
