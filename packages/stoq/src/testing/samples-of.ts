import { join, resolve } from 'node:path'
import { bundledPlugins, runsFromSource } from '../config/bundled.ts'
import type { PluginManifest } from '../plugin/manifest.ts'

/** The kinds that are called with a payload. */
export const payloadKinds: ReadonlySet<string> = new Set([
  'worker',
  'reader',
  'extractor',
  'carver',
  'decoder',
])

/** Where the golden samples of a plugin are: in its folder `golden`; those of the plugins in a checkout of stoQ in `test/golden`. */
export function goldenFolder({
  path,
  category,
  name,
}: Pick<PluginManifest, 'path' | 'category' | 'name'>): string {
  const isOurs = runsFromSource && path === join(bundledPlugins, category, name)
  return isOurs ? resolve(bundledPlugins, '../test/golden', category, name) : join(path, 'golden')
}
