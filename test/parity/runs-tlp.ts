import { StoqError } from 'stoq'
import { openScratch } from 'stoq/testing'
import { readSample } from './records.ts'
import { type Difference, unlike } from './runs-compare.ts'
import type { RunRecord } from './runs-records.ts'

type Answers = NonNullable<RunRecord['max_tlp']>

/** How what becomes of a payload differs from v1, for each `max_tlp` of the worker and each `--tlp`. */
export async function unlikeTlp(wanted: Answers): Promise<Difference[]> {
  const found: Difference[] = []
  for (const [max_tlp, row] of Object.entries(wanted)) {
    for (const [tlp, answer] of Object.entries(row)) {
      const { document, tlp: tag } = answer
      found.push(...unlike(await scan(max_tlp, tlp), { document, tlp: tag }, `${max_tlp} ${tlp}`))
    }
  }
  return found
}

/** A word that is no TLP must keep the worker from being loaded. */
async function scan(max_tlp: string, default_tlp: string): Promise<Answers[string][string] | string> {
  const yara = { max_tlp, default_tlp, saveresults: false, reload: false }
  await using scratch = openScratch({ plugin_options: { worker: { yara } } })
  try {
    const worker = await scratch.stoq.loadPlugin('yara', 'worker')
    const [document] = await worker.start(readSample('pe32.exe'))
    return { document: document !== undefined, tlp: document?.tlp ?? null }
  } catch (error) {
    if (error instanceof StoqError) return error.code
    throw error
  }
}
