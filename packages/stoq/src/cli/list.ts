import { loadSettings, pluginFolders } from '../config/settings.ts'
import { pluginCategories } from '../plugin/categories.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { coversNetwork } from '../pool/permissions.ts'
import { printable } from '../results/printable.ts'
import { exitStatus } from './main.ts'

const openNetwork = `Node ${process.versions.node} does not keep scan processes from the network, Node 25 does`

/** `stoq list`: every plugin by kind. Plugins that are left out are told, and in the exit status. */
export async function list(): Promise<number> {
  const { settings } = loadSettings()
  const { plugins, faults } = discoverPlugins(pluginFolders(settings))
  process.stdout.write(`${listing(plugins).join('\n')}\n`)
  if (!coversNetwork) process.stderr.write(`stoq: ${openNetwork}\n`)
  for (const fault of faults) process.stderr.write(`stoq: ${printable(fault)}\n`)
  return faults.length ? exitStatus.trouble : exitStatus.ok
}

/** The plugins by kind, as lines for people. */
export function listing(plugins: readonly PluginManifest[]): string[] {
  const lines = ['Available Plugins:']
  for (const category of pluginCategories) {
    lines.push(` ${category}s`)
    for (const { name, version, description } of plugins.filter(plugin => plugin.category === category)) {
      lines.push(printable(`   - ${name.padEnd(20)}v${version.padEnd(7)}${description}`.trimEnd()))
    }
  }
  return lines
}
