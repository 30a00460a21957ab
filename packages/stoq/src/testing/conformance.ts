import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { readGolden } from './golden.ts'
import { openPlugin, type PluginAnswer } from './run-plugin.ts'
import { goldenFolder, payloadKinds } from './samples-of.ts'

/** How strict the conformance tests are. */
export interface ConformanceOptions {
  /** True: a plugin must have tests and golden samples, and stand in `<kind>/<name>/<name>.stoq`, as those of stoQ do. */
  strict?: boolean
}

/** Makes a test of everything that each plugin below a folder must hold and stand, whatever its kind. */
export function conformance(folder: string, options: ConformanceOptions = {}): void {
  const { plugins, faults, notes } = discoverPlugins([resolve(folder)])
  test('every .stoq file is discovered, without a fault or a note', () => {
    assert.deepEqual(faults, [])
    assert.deepEqual(notes, [])
    assert.ok(plugins.length > 0, `there is no plugin below ${folder}`)
  })
  for (const manifest of plugins) {
    describe(`${manifest.category}:${manifest.name}`, () => {
      describes(manifest, options)
      lives(manifest)
      if (!payloadKinds.has(manifest.category) || isNotIsolated(manifest)) return
      standsAnything(manifest)
      findsSomething(manifest, options)
    })
  }
}

/** Whoever is not isolated hands payloads on, to servers: the tests with those servers call it. */
function isNotIsolated({ options }: PluginManifest): boolean {
  return /^(?:false|no|off|0)$/i.test(options['isolate'] ?? '')
}

function describes(manifest: PluginManifest, { strict = false }: ConformanceOptions): void {
  const { name, category, version, description, author, config, path } = manifest
  test('says its name, author, version and what it does', () => {
    const pattern = strict ? /^\d+\.\d+\.\d+$/ : /^\d+(?:\.\d+){1,2}(?:[-+.]\w[\w.+-]*)?$/
    assert.match(version, pattern, `${config}: Version must be like 1.0.0`)
    assert.ok(author, `${config}: Author is missing`)
    assert.ok(description.length > 10, `${config}: Description says too little`)
    if (strict) assert.ok(config.endsWith(join(category, name, `${name}.stoq`)))
  })

  if (!strict) return
  test('has tests of its own', () => {
    const isTest = (file: string) => /\.test\.[jt]s$/.test(file)
    assert.ok(readdirSync(path).some(isTest), `${path} has no test`)
  })
}

function lives({ path, name, category }: PluginManifest): void {
  test('is loaded by its configured name and activates twice', async () => {
    await using opened = await openPlugin(path, { name })
    const { plugin: first, scratch } = opened
    const second = await scratch.stoq.loadPlugin(name, category)
    assert.notEqual(first, second)
    assert.ok(first.is_activated && second.is_activated, 'activate must call super.activate')
    await first.deactivate()
    assert.equal(first.is_activated, false, 'deactivate must call super.deactivate')
  })
}

function standsAnything({ path, name }: PluginManifest): void {
  for (const [what, payload] of hostilePayloads()) {
    test(`stands ${what}: null, nothing found, or a clear fault`, async () => {
      await using opened = await openPlugin(path, { name })
      const before = Uint8Array.from(payload)
      await opened.run(payload, { filename: what })
      assert.deepEqual(Uint8Array.from(payload), before, 'the payload was changed')
    })
  }
}

function findsSomething(manifest: PluginManifest, { strict = false }: ConformanceOptions): void {
  const { path, name } = manifest
  const folder = goldenFolder(manifest)
  const samples = readGolden(folder)
  for (const { name: filename, payload, kwargs, expected } of samples) {
    // The golden test compares these with what is kept, which may be that nothing is found.
    if (expected !== undefined) continue
    test(`yields something on its golden sample ${filename}`, async () => {
      await using opened = await openPlugin(path, { name })
      const answer = await opened.run(payload, { filename, ...kwargs })
      assert.ok(
        countOf(answer) > 0,
        `${name} found nothing in ${filename}: ${answer.fault?.message ?? 'null'}`,
      )
    })
  }

  if (!strict && samples.length === 0) return
  test('has a golden sample that it finds something in', () =>
    assert.ok(
      samples.some(({ expected }) => expected === undefined || isFound(expected)),
      `${folder} has none`,
    ))
}

function countOf({ found, results }: PluginAnswer): number {
  return found.length + results.length
}

function isFound(expected: unknown): boolean {
  const { found, results } = expected as { found?: unknown[] | string | null; results?: unknown[] }
  return (found?.length ?? 0) > 0 || (results?.length ?? 0) > 0
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
