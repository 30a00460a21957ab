import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ResultDocument, Stoq, TraceEvent } from 'stoq'
import { openScratch } from 'stoq/testing'
import { readSample } from './records.ts'
import { type Difference, unlike } from './runs-compare.ts'
import { type Scanned, unlikePayloads } from './runs-payloads.ts'
import { type Json, type RunRecord, valuesOf } from './runs-records.ts'

/** Our dispatch rules. */
export const dispatchRules = fileURLToPath(
  new URL('../../packages/stoq/rules/dispatcher.yar', import.meta.url),
)

const here = fileURLToPath(new URL('.', import.meta.url))
const emptyRoot = '(no filename: empty payload)'

/** How what our rules and plugins find in the samples of a dispatching run differs from what v1 found. */
export async function unlikeRoots(record: RunRecord): Promise<Difference[]> {
  const { roots = {}, better = {} } = record
  await using scratch = openScratch({
    log_level: 'critical',
    plugin_options: { worker: { yara: optionsOf(record) } },
  })
  const scan = await openScan(scratch.stoq)
  const found: Difference[] = []
  for (const sample of samplesOf(record)) {
    const scanned = await scan(sample)
    const right = better[sample] ?? (better['deepest'] && better)
    const wanted = roots[sample] ?? (readSample(sample).length === 0 ? roots[emptyRoot] : undefined)
    const differences = right
      ? unlike(countsOf(scanned.document, Object.keys(right)), right, 'better')
      : wanted
        ? unlikePayloads(wanted, scanned)
        : unlikeName(scanned.document, sample)
    found.push(...differences.map(({ path, what }) => ({ path: `${sample} ${path}`, what })))
  }
  return found
}

function optionsOf(record: RunRecord): Json {
  const [rules] = valuesOf(record, '-r')
  const [max_recursion] = valuesOf(record, '--max-recursion')
  return {
    yararules: rules ? here + rules : dispatchRules,
    ...(max_recursion && { max_recursion }),
    dispatch: true,
    saveresults: false,
    reload: false,
  }
}

/** The samples that the command names: one, or the folder. */
function samplesOf(record: RunRecord): string[] {
  const [path = ''] = valuesOf(record, '-F')
  return path === 'samples' ? readdirSync(here + path).sort() : [path.replace('samples/', '')]
}

async function openScan(stoq: Stoq): Promise<(sample: string) => Promise<Scanned>> {
  const events: TraceEvent[] = []
  const worker = await stoq.loadPlugin('yara', 'worker')
  const run = await worker.openRun()
  run.trace = event => void events.push(event)
  return async sample => {
    events.length = 0
    const [document] = await worker.start(readSample(sample), { filename: sample })
    assert.ok(document, `${sample} has no document`)
    const chosen = events.filter(event => event.kind === 'chosen' || event.kind === 'skipped')
    return {
      document,
      chosenBy: (payloadId, plugin) =>
        chosen
          .filter(event => event.payload_id === payloadId && event.plugin === plugin)
          .map(event => event.rule),
    }
  }
}

/** v1 gave no document where its worker had no hit; ours is there and tells of the sample. */
function unlikeName(document: ResultDocument, sample: string): Difference[] {
  return unlike(document.results[0]?.filename, sample, 'filename')
}

/** The facts of a tree that `better` speaks of. */
function countsOf({ payloads, results }: ResultDocument, keys: string[]): Json {
  const deepest = Math.max(...results.map(entry => entry.uuid.length - 1))
  const facts: Json = { payloads, children: payloads - 1, deepest }
  return Object.fromEntries(keys.map(key => [key, facts[key]]))
}
