/** Writes the golden samples that `plugins/<kind>/<name>/<name>.samples.ts` make: `npm run samples [-- kind/name]`. */
import { globSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SampleSources, writeGolden } from 'stoq/testing'

const root = fileURLToPath(new URL('..', import.meta.url))
const [wanted = ''] = process.argv.slice(2)

for (const file of globSync('*/*/*.samples.ts', { cwd: join(root, 'plugins') })) {
  if (!file.startsWith(wanted)) continue
  const { samples }: { samples: SampleSources } = await import(join(root, 'plugins', file))
  const folder = join(root, 'test/golden', dirname(file))
  mkdirSync(folder, { recursive: true })
  for (const path of writeGolden(folder, samples)) process.stdout.write(`${path.slice(root.length)}\n`)
}
