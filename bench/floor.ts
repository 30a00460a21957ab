/** The least that a scan can cost: read, four hashes, the same rules of dispatcher and worker, in a bare loop. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledRules } from '../packages/stoq/src/config/bundled.ts'
import { findXorSearches, searchXor } from '../packages/stoq/src/dispatch/xor-search.ts'
import { compileRuleFiles, loadRuleFiles } from '../packages/stoq/src/dispatch/yara/load.ts'
import { hashPayload } from '../packages/stoq/src/payload/hashes.ts'

const [folder = '.', engine = 'auto'] = process.argv.slice(2)
const workerRules = new URL('../plugins/worker/yara/rules/stoq.yar', import.meta.url).pathname
const choice = engine as 'auto' | 'native' | 'wasm'
const rules = await compileRuleFiles([bundledRules, workerRules], choice)
const searches = findXorSearches(loadRuleFiles([bundledRules]).sources)

let found = 0
for (const name of readdirSync(folder)) {
  const payload = readFileSync(join(folder, name))
  hashPayload(payload)
  found += rules.scan(payload).length
  found += searchXor(payload, searches).length
}
process.stdout.write(`${found}\n`)
