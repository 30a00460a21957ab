import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { goldenAnswers, mask, type SampleSources } from 'stoq/testing'
import { optionsOfPlugins } from './options.ts'

/** The answers of extractors, carvers and decoders to their golden samples, as kept in `<file>.expected.json`. */
const golden = fileURLToPath(new URL('.', import.meta.url))
const plugins = fileURLToPath(new URL('../../plugins', import.meta.url))

goldenAnswers(plugins, { kinds: ['extractor', 'carver', 'decoder'], options: optionsOfPlugins })

for (const file of globSync('*/*/*.samples.ts', { cwd: plugins })) {
  test(`the samples that ${file} makes are those in the folder`, async () => {
    const { samples }: { samples: SampleSources } = await import(join(plugins, file))
    const [kind = '', name = ''] = file.split('/')
    for (const [sample, made] of Object.entries(samples)) {
      const content = made instanceof Uint8Array ? made : made.content
      const kept = readFileSync(join(golden, kind, name, sample))
      const wanted = sample.endsWith('.masked') ? mask(content) : content
      assert.ok(kept.equals(wanted), `${sample} is another: npm run samples -- ${kind}/${name}`)
    }
  })
}
