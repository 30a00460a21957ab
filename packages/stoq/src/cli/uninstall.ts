import { resolve } from 'node:path'
import { loadSettings } from '../config/settings.ts'
import { uninstallPlugin } from '../install/uninstall.ts'
import { type CommandUsage, readFlags, usageFault } from './flags.ts'
import { patience, tell } from './install.ts'
import { exitStatus } from './main.ts'
import { untilSignal } from './until-signal.ts'

export const uninstallUsage: CommandUsage = {
  call: 'uninstall KIND:NAME...',
  about:
    'Removes plugins that were installed. Files that you have changed or added are not removed without --force.',
  flags: {
    'plugin-dir': { short: 'P', value: 'DIR', help: 'Look there, not in plugin_dir_list' },
    force: { help: 'Remove also what is yours' },
  },
}

/** `stoq uninstall KIND:NAME...`: removes installed plugins. */
export async function uninstall(words: string[]): Promise<number> {
  const said = readFlags(uninstallUsage, words)
  if (!said) return exitStatus.ok
  const [first] = said.words
  if (first === undefined || !said.words.every(word => /^[a-z]+:[\w.-]+$/.test(word)))
    throw usageFault("uninstall needs kind and name, as in 'stoq uninstall decoder:mine'")
  const dir = said.flags['plugin-dir']
  const roots = typeof dir === 'string' ? [resolve(dir)] : loadSettings().settings.plugin_dir_list
  const force = said.flags['force'] === true
  return untilSignal(async signal => {
    for (const id of said.words) {
      const folder = await uninstallPlugin(id, { roots, force, signal, patience, tell })
      tell(`${id}: removed from ${folder}`)
    }
  })
}
