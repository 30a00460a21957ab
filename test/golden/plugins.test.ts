import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mask, openScratch, readGolden, type SampleSources } from 'stoq/testing'
import { type Answer, askPlugin, type Call, optionsOfPlugins } from './answer.ts'

/** The answers of extractors, carvers and decoders to their golden samples, as kept in `<file>.expected.json`. */
const golden = fileURLToPath(new URL('.', import.meta.url))
const plugins = fileURLToPath(new URL('../../plugins', import.meta.url))
const methods = { extractor: 'extract', carver: 'carve', decoder: 'decode' } as const
const limits = { max_children: 1000, max_bytes: 2 ** 26 }
const isUpdate = process.env['UPDATE_GOLDEN'] !== undefined

for (const kind of Object.keys(methods) as (keyof typeof methods)[]) {
  for (const name of readdirSync(join(golden, kind))) {
    test(`${kind}:${name} gives what is kept for each of its golden samples`, () => compareAll(kind, name))
  }
}

async function compareAll(kind: keyof typeof methods, name: string): Promise<void> {
  const folder = join(golden, kind, name)
  for (const { name: filename, payload, kwargs, expected } of readGolden(folder)) {
    if (expected === undefined && !isUpdate) continue
    await using scratch = openScratch({ log_level: 'critical', plugin_options: optionsOfPlugins })
    const plugin = await scratch.stoq.loadPlugin(name, kind)
    const method = (plugin as unknown as Record<string, Call>)[methods[kind]]?.bind(plugin)
    assert.ok(method)
    const answer = await askPlugin(method, payload, { filename, ...kwargs }, limits)
    if (isUpdate) keep(folder, filename, answer)
    else assert.deepEqual(JSON.parse(JSON.stringify(answer)), expected, `${filename}: UPDATE_GOLDEN=1 keeps it`)
  }
}

function keep(folder: string, filename: string, answer: Answer): void {
  const file = readdirSync(folder).find(found => found === filename || found === `${filename}.masked`)
  writeFileSync(join(folder, `${file}.expected.json`), `${JSON.stringify(answer, null, 2)}\n`)
}

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
