import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { type Answer, answerOf } from './answer.ts'
import { readGolden } from './golden.ts'
import { openPlugin } from './run-plugin.ts'
import { goldenFolder, payloadKinds } from './samples-of.ts'

/** What is compared. */
export interface GoldenOptions {
  /** The kinds of plugin; absent: all that take payloads. */
  kinds?: readonly string[]
  /** True: the answers are kept as they are now. Absent: as UPDATE_GOLDEN says, which `stoq test --update` sets. */
  update?: boolean
  /** Options of plugins that their samples are made for, by kind and name. */
  options?: Record<string, Record<string, Record<string, unknown>>>
}

/**
 * Makes a test for each plugin below a folder: it gives for each of its golden samples what is kept beside it in
 * `<file>.expected.json`. Samples without such a file are left out.
 */
export function goldenAnswers(folder: string, options: GoldenOptions = {}): void {
  const { kinds = [...payloadKinds], update = process.env['UPDATE_GOLDEN'] !== undefined } = options
  for (const manifest of discoverPlugins([resolve(folder)]).plugins) {
    const samples = kinds.includes(manifest.category) ? readGolden(goldenFolder(manifest)) : []
    if (!update && samples.every(({ expected }) => expected === undefined)) continue
    if (samples.length === 0) continue
    const title = `${manifest.category}:${manifest.name} gives what is kept for each of its golden samples`
    const own = options.options?.[manifest.category]?.[manifest.name] ?? {}
    test(title, () => compareAll(manifest, own, update))
  }
}

async function compareAll(
  manifest: PluginManifest,
  options: Record<string, unknown>,
  isUpdate: boolean,
): Promise<void> {
  const folder = goldenFolder(manifest)
  for (const { name: filename, payload, kwargs, expected } of readGolden(folder)) {
    if (expected === undefined && !isUpdate) continue
    await using opened = await openPlugin(manifest.path, { name: manifest.name, options })
    const answer = answerOf(await opened.run(payload, { filename, ...kwargs }))
    if (isUpdate) keep(folder, filename, answer)
    else assert.deepEqual(JSON.parse(JSON.stringify(answer)), expected, `${filename}: --update keeps it`)
  }
}

function keep(folder: string, filename: string, answer: Answer): void {
  const file = readdirSync(folder).find(found => found === filename || found === `${filename}.masked`)
  writeFileSync(join(folder, `${file}.expected.json`), `${JSON.stringify(answer, null, 2)}\n`)
}
