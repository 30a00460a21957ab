import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openScratch, readGoldenSample } from 'stoq/testing'
import { optionsOfPlugins } from '../golden/options.ts'
import { root, textOf } from './markdown.ts'

/** A row of a table of the page that says which plugin opens a format. */
interface Row {
  format: string
  plugin: string
  samples: string[]
}

const yara = { dispatch: true, saveresults: false, reload: false }
const plugin_options = { ...optionsOfPlugins, worker: { yara } }
const scratch = openScratch({ log_level: 'critical', plugin_options })
after(() => scratch[Symbol.asyncDispose]())

const page = textOf('docs/reference/formats.md')
const code = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '')
const rows = page.split('\n').flatMap((line): Row[] => {
  const [format = '', plugin = '', , tested] = line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim())
  return tested === undefined || !plugin.startsWith('`')
    ? []
    : [{ format, plugin: code(plugin)[0] ?? '', samples: code(tested) }]
})

test('every row names a plugin that is there, and samples', () => {
  assert.ok(rows.length > 20)
  for (const { format, plugin, samples } of rows) {
    assert.ok(existsSync(join(root, 'plugins', plugin.replace(':', '/'))), `${format}: no ${plugin}`)
    assert.ok(samples.length > 0, `${format}: no sample`)
  }
})

test('every extractor, carver and decoder has a row', () => {
  const kinds = ['extractor', 'carver', 'decoder']
  const plugins = kinds.flatMap(kind =>
    readdirSync(join(root, 'plugins', kind)).map(name => `${kind}:${name}`),
  )
  const named = new Set(rows.map(({ plugin }) => plugin))
  assert.deepEqual(
    plugins.filter(plugin => !named.has(plugin)),
    [],
  )
})

for (const { plugin, samples } of rows) {
  for (const sample of samples) {
    test(`${sample} has children from ${plugin}`, async () => {
      assert.ok((await dispatchersOf(plugin, sample)).has(plugin))
    })
  }
}

/** Which plugins gave children when a golden sample was scanned; of a packed image those of the image. */
async function dispatchersOf(plugin: string, sample: string): Promise<Set<string | undefined>> {
  const folder = join(root, 'test/golden', plugin.replace(':', '/'))
  const file = [sample, `${sample}.masked`].find(name => existsSync(join(folder, name)))
  assert.ok(file, `${plugin} has no sample ${sample}`)
  const { payload, kwargs } = readGoldenSample(join(folder, file), file)
  const worker = await scratch.stoq.loadPlugin('yara', 'worker')
  const [document] = await worker.start(payload, { filename: sample, ...kwargs })
  const isPacked = /\.(img|iso|vhdx?|vmdk|vdi|qcow2)\.(gz|xz|zst)$/.test(sample)
  const entries = document?.results.filter(entry => (entry.parent_id ?? -1) >= (isPacked ? 1 : 0)) ?? []
  return new Set(entries.map(({ dispatcher }) => dispatcher))
}
