import { dirname, join } from 'node:path'
import { bundledPlugins, runsFromSource } from '../../config/bundled.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import { type GoldenSample, readGolden } from '../../testing/golden.ts'

/** Samples that a plugin is tried on at most: one that it finds anything in will do. */
const mostSamples = 5

/** The golden samples in which a plugin finds something; none for those of an installed stoQ, which are in its checkout. */
export function samplesOf({ root, path, category, name }: PluginManifest): GoldenSample[] {
  const isOwn = root === bundledPlugins
  if (isOwn && !runsFromSource) return []
  const folder = isOwn ? join(dirname(bundledPlugins), 'test/golden', category, name) : join(path, 'golden')
  return readGolden(folder).filter(hasFinding).slice(0, mostSamples)
}

function hasFinding({ expected }: GoldenSample): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === undefined
  return (
    !('found' in expected) ||
    (expected.found !== null && !('fault' in expected) && !('truncated' in expected))
  )
}
