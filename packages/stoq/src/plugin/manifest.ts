import type { PluginCategory } from './categories.ts'

/** What a `.stoq` file says of a plugin, before any of its code is loaded. */
export interface PluginManifest {
  name: string
  category: PluginCategory
  /** Absolute path of the module. */
  module: string
  /** Absolute path of the `.stoq` file. */
  config: string
  /** The folder that holds the `.stoq` file. */
  path: string
  /** The plugin directory that it was found under. */
  root: string
  author: string
  version: string
  website: string
  description: string
  /** Every option of every section but Core and Documentation, as written. */
  options: Record<string, string>
}

/** True for a plugin that a Python process runs. */
export function isPython({ module }: Pick<PluginManifest, 'module'>): boolean {
  return module.endsWith('.py')
}
