import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Budget, type Kwargs, type PluginContext, type PluginManifest, Stoq, type StoqPlugin } from 'stoq'
import { openScratch, readGolden } from 'stoq/testing'

/** What every plugin folder must hold and stand, whatever its kind. */
const plugins = fileURLToPath(new URL('../../plugins', import.meta.url))
const golden = fileURLToPath(new URL('../golden', import.meta.url))
const found = new Stoq({ bundled_plugins: false, plugin_dir_list: [plugins], log_level: 'critical' })
  .discovery

/** The folders that hold a `.stoq` file on disk: none may be left out of the discovery. */
const folders = readdirSync(plugins).flatMap(kind =>
  readdirSync(join(plugins, kind)).map(name => `${kind}/${name}`),
)

type Call = (plugin: never, payload: Uint8Array, kwargs: Kwargs, context: PluginContext) => Promise<unknown[]>

/** How a plugin of a kind is called on a payload, and what counts as something found. */
const calls: Partial<Record<PluginManifest['category'], Call>> = {
  worker: async (plugin: { scan: CallableFunction }, ...args) => settle(await plugin.scan(...args)),
  reader: async (plugin: { read: CallableFunction }, ...args) => settle(await plugin.read(...args)),
  extractor: async (plugin: { extract: CallableFunction }, ...args) => settle(await plugin.extract(...args)),
  carver: async (plugin: { carve: CallableFunction }, ...args) => settle(await plugin.carve(...args)),
  decoder: async (plugin: { decode: CallableFunction }, ...args) => settle(await plugin.decode(...args)),
}

test('every plugin folder is discovered, without a fault or a note', () => {
  assert.deepEqual(found.faults, [])
  assert.deepEqual(found.notes, [])
  assert.deepEqual(found.plugins.map(({ category, name }) => `${category}/${name}`).sort(), folders.sort())
})

for (const manifest of found.plugins) {
  describe(`${manifest.category}:${manifest.name}`, () => conforms(manifest))
}

function conforms(manifest: PluginManifest): void {
  test('says its name, version and what it does; folder, file and Name agree', () => {
    const { name, version, description, author, config } = manifest
    assert.match(version, /^\d+\.\d+\.\d+$/)
    assert.ok(author && description.length > 10)
    assert.ok(config.endsWith(join(manifest.category, name, `${name}.stoq`)))
  })

  test('has tests of its own', () => {
    assert.ok(
      readdirSync(manifest.path).some(name => name.endsWith('.test.ts')),
      `${manifest.path} has no test`,
    )
  })

  test('is loaded by its configured name and activates twice', async () => {
    await using scratch = openPlugins()
    const first = await scratch.stoq.loadPlugin(manifest.name, manifest.category)
    const second = await scratch.stoq.loadPlugin(manifest.name, manifest.category)
    assert.notEqual(first, second)
    assert.ok(first.is_activated && second.is_activated)
    await first.deactivate()
    assert.equal(first.is_activated, false)
  })

  const call = calls[manifest.category]
  // Whoever is not isolated hands payloads on, to servers: the service tests call it.
  if (!call || manifest.options['isolate'] === 'False') return
  for (const [what, payload] of hostilePayloads()) {
    test(`stands ${what}: null, nothing found, or a clear fault`, async () => {
      await using scratch = openPlugins()
      const plugin = await loadWithPrimary(scratch.stoq, manifest)
      try {
        await call(plugin, payload, { filename: what }, context())
      } catch (error) {
        assert.equal((error as Error).name, 'StoqError', String((error as Error).stack))
      }
    })
  }

  const samples = readGolden(join(golden, manifest.category, manifest.name))
  for (const { name, payload, kwargs, expected } of samples) {
    // The golden test compares these with what is kept, which may be that nothing is found.
    if (expected !== undefined) continue
    test(`yields something on its golden sample ${name}`, async () => {
      await using scratch = openPlugins()
      const plugin = await loadWithPrimary(scratch.stoq, manifest)
      const result = await call(plugin, payload, { filename: name, ...kwargs }, context())
      assert.ok(result.length > 0, `${manifest.name} found nothing in ${name}`)
    })
  }

  test('has a golden sample that it finds something in', () =>
    assert.ok(
      samples.some(({ expected }) => expected === undefined || findsSomething(expected)),
      `test/golden/${manifest.category}/${manifest.name} has none`,
    ))
}

function findsSomething(expected: unknown): boolean {
  return ((expected as { found?: unknown[] }).found ?? []).length > 0
}

async function settle(result: unknown): Promise<unknown[]> {
  if (result === null || result === undefined || result === false || result === '') return []
  if (typeof result === 'object' && (Symbol.asyncIterator in result || Symbol.iterator in result)) {
    const items: unknown[] = []
    for await (const item of result as AsyncIterable<unknown>) items.push(item)
    return items
  }
  return [result]
}

function openPlugins() {
  return openScratch({ bundled_plugins: false, plugin_dir_list: [plugins], log_level: 'critical' })
}

/** Plugins may ask their primary worker for others. */
async function loadWithPrimary(stoq: Stoq, manifest: PluginManifest): Promise<never> {
  if (manifest.category !== 'worker') await stoq.loadPlugin('yara', 'worker')
  return (await stoq.loadPlugin(manifest.name, manifest.category)) as StoqPlugin as never
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

function hostilePayloads(): [string, Uint8Array][] {
  const noise = Buffer.alloc(4096)
  let state = 1
  for (let index = 0; index < noise.length; index++) {
    state = Math.imul(state, 1103515245) + 12345
    noise[index] = state >>> 16
  }
  return [
    ['an empty payload', new Uint8Array(0)],
    ['one byte', Buffer.from('M')],
    ['noise', noise],
    ['zeros', Buffer.alloc(4096)],
    ['text', Buffer.from('no format at all\r\n'.repeat(20))],
  ]
}
