import { fileURLToPath } from 'node:url'
import {
  type Kwargs,
  type Payload,
  type PluginContext,
  type PluginManifest,
  Stoq,
  type StoqOptions,
  type StoqPlugin,
} from 'stoq'
import { coreTargets } from './core-targets.ts'
import { type SampleSets, samplesOf } from './samples.ts'

/** What is called with hostile bytes. */
export type Call = (payload: Payload, kwargs: Kwargs, context: PluginContext) => unknown

/** What a call is expected to give. */
export type Shape = 'payloads' | 'anything'

/** Something that can be fuzzed: a plugin, or a part of the core that reads bytes of strangers. */
export interface Target {
  /** `kind/name`, as the folder of the plugin; `core/name`. */
  id: string
  shape: Shape
  samples(): SampleSets
  /** Gives the function that is called, once for a process. */
  open(stoq: Stoq): Promise<Call>
}

const bundled = fileURLToPath(new URL('../../plugins', import.meta.url))

/** A Stoq that knows the plugins of a folder and no others. */
export function pluginOptions(folder = bundled): StoqOptions {
  return { bundled_plugins: false, plugin_dir_list: [folder], log_level: 'critical' }
}

/** Every plugin below `folder` that takes payloads; without a folder those of the checkout, and the core. */
export function findTargets(folder?: string): Target[] {
  const { plugins } = new Stoq(pluginOptions(folder)).discovery
  const targets = plugins.flatMap(manifest => toTarget(manifest) ?? [])
  return [...targets, ...(folder === undefined ? coreTargets : [])].sort((a, b) => a.id.localeCompare(b.id))
}

type Method = 'scan' | 'read' | 'extract' | 'carve' | 'decode'

const methods: Partial<Record<PluginManifest['category'], [Method, Shape]>> = {
  worker: ['scan', 'anything'],
  reader: ['read', 'anything'],
  extractor: ['extract', 'payloads'],
  carver: ['carve', 'payloads'],
  decoder: ['decode', 'payloads'],
}

function toTarget({ category, name, options }: PluginManifest): Target | null {
  const [method, shape] = methods[category] ?? []
  // Whoever is not isolated hands payloads on and reads none.
  if (!method || !shape || options['isolate'] === 'False') return null
  const id = `${category}/${name}`
  return {
    id,
    shape,
    samples: () => samplesOf(id),
    async open(stoq) {
      // Plugins may ask their primary worker for others.
      if (category !== 'worker' && stoq.discovery.plugins.some(plugin => plugin.name === 'yara'))
        await stoq.loadPlugin('yara', 'worker')
      const plugin = (await stoq.loadPlugin(name, category)) as StoqPlugin as unknown as Record<Method, Call>
      return (...words) => plugin[method](...words)
    },
  }
}
