import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StoqError } from '../../packages/stoq/src/errors.ts'
import { Budget } from '../../packages/stoq/src/pipeline/budget.ts'
import type { StoqDecoratorPlugin } from '../../packages/stoq/src/plugin/decorator.ts'
import type { PluginManifest } from '../../packages/stoq/src/plugin/manifest.ts'
import type { PluginContext } from '../../packages/stoq/src/plugin/plugin.ts'
import { Stoq } from '../../packages/stoq/src/stoq.ts'
import { readGolden } from '../../packages/stoq/src/testing/golden.ts'

const golden = fileURLToPath(new URL('../../test/golden', import.meta.url))

/** The method that gives results, for the kinds that give any. */
const methods: Partial<Record<PluginManifest['category'], string>> = {
  worker: 'scan',
  reader: 'read',
  extractor: 'extract',
  carver: 'carve',
  decoder: 'decode',
}

/** The keys of what each plugin says of its golden samples, sorted, by the path of its `.stoq` file. */
export async function resultKeys(plugins: readonly PluginManifest[]): Promise<Map<string, string[]>> {
  const home = mkdtempSync(join(tmpdir(), 'stoq-docs-'))
  const stoq = new Stoq({ base_dir: home, log_level: 'critical' })
  const keys = new Map<string, string[]>()
  try {
    await stoq.loadPlugin('yara', 'worker')
    for (const manifest of plugins) keys.set(manifest.config, await keysOf(stoq, manifest))
  } finally {
    await stoq.close()
    rmSync(home, { recursive: true, force: true })
  }
  return keys
}

async function keysOf(stoq: Stoq, manifest: PluginManifest): Promise<string[]> {
  const { name, category } = manifest
  if (category === 'decorator') return addedKeys(await stoq.loadPlugin(name, category))
  const method = methods[category]
  const folder = join(golden, category, name)
  if (!method) return []
  const plugin: unknown = await stoq.loadPlugin(name, category)
  const keys = new Set<string>()
  for (const { name: filename, payload, kwargs } of readGolden(folder)) {
    const call = (plugin as Record<string, (...given: unknown[]) => unknown>)[method]
    try {
      await collect(await call?.call(plugin, payload, { filename, ...kwargs }, context()), keys)
    } catch (error) {
      // A damaged sample: what came before the fault counts.
      if (!(error instanceof StoqError)) throw error
    }
  }
  // Keywords for the plugins below are no result.
  keys.delete('kwargs')
  return [...keys].sort()
}

/** What a decorator adds to a document. */
async function addedKeys(decorator: StoqDecoratorPlugin): Promise<string[]> {
  const document = {
    id: '',
    date: '',
    tlp: 'white',
    payloads: 0,
    plugins: {},
    results: [],
    errors: [],
    truncated: [],
  }
  const decorated = await decorator.decorate({ ...document })
  return Object.keys(decorated).filter(key => !Object.hasOwn(document, key))
}

function context(): PluginContext {
  const limits = {
    max_recursion: 3,
    max_children: 1000,
    max_bytes: 2 ** 26,
    max_time: 60,
    max_plugin_time: 30,
  }
  return { budget: new Budget(limits), signal: new AbortController().signal }
}

/** Keys of the objects in a result, however deep its lists are; the metadata of `[meta, content]`. */
async function collect(result: unknown, keys: Set<string>): Promise<void> {
  if (typeof result !== 'object' || result === null || result instanceof Uint8Array) return
  if (Symbol.iterator in result || Symbol.asyncIterator in result) {
    for await (const item of result as AsyncIterable<unknown>) await collect(item, keys)
    return
  }
  for (const key of Object.keys(result)) keys.add(key)
}
