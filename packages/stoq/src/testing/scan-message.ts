import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from '../ingest/message.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { ResultDocument } from '../results/types.ts'
import { locatePlugin } from './locate.ts'
import type { RunOptions } from './run-plugin.ts'
import { openScratch } from './scratch.ts'
import { standIn } from './stand-in.ts'

/** What a message is scanned with. */
export interface ScanOptions extends Pick<RunOptions, 'options' | 'name'> {
  /** YARA rules that take the payload apart, as text: `rule r { meta: plugin = "decoder:mine" condition: true }`. */
  rules?: string
}

/**
 * The documents that stoQ makes of a message: fetched, scanned by the plugin where it is a worker, taken apart where there
 * are rules. Nothing is saved. `place` as in `runPlugin`.
 */
export async function scanMessage(
  place: string,
  message: Message,
  { rules, options = {}, name: wanted }: ScanOptions = {},
): Promise<ResultDocument[]> {
  const { manifest, found } = locatePlugin(place, wanted)
  const { category, name } = manifest
  const plugin_options = { [category]: { [name]: options } }
  await using scratch = openScratch({ found, plugin_options, dispatch_rules: ['rules.yar'] })
  const { stoq, home } = scratch
  const worker = category === 'worker' ? await stoq.loadPlugin(name, 'worker') : await standIn(stoq)
  worker.saveresults = false
  worker.dispatch = rules !== undefined
  if (rules !== undefined) writeFileSync(join(home, 'rules.yar'), rules)
  if (message.path === undefined) return await worker.start(null, message as Kwargs)
  stoq.grantPath(message.path)
  return await worker.start(null, { archive: 'file', ...message } as Kwargs)
}
