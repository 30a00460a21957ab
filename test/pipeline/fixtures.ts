import { fileURLToPath } from 'node:url'
import type { Kwargs, ResultDocument, StoqConnectorPlugin, StoqWorkerPlugin } from 'stoq'
import { openScratch, type Scratch } from 'stoq/testing'

export const fixturePlugins = fileURLToPath(new URL('../fixtures/plugins', import.meta.url))
export const fixtureRules = fileURLToPath(new URL('../fixtures/dispatcher.yar', import.meta.url))

/** The connector of the fixtures: keeps what is saved. */
export type MemoryConnector = StoqConnectorPlugin & {
  documents: ResultDocument[]
  archived: Map<string, Uint8Array>
  kwargs: Record<string, unknown>[]
}

export type FormsWorker = StoqWorkerPlugin & { calls: { text: string; kwargs: Kwargs }[] }

/** A scratch Stoq with the fixture plugins and the worker `forms`, dispatching, saving to memory. */
export async function openForms(options: Partial<FormsWorker> = {}, settings: object = {}) {
  const scratch = openScratch({
    bundled_plugins: false,
    plugin_dir_list: [fixturePlugins],
    dispatch_rules: [fixtureRules],
    default_connector: 'memory',
    default_source: 'messages',
    ...settings,
  })
  const worker = (await scratch.stoq.loadPlugin('forms', 'worker')) as FormsWorker
  Object.assign(worker, { dispatch: true, ...options })
  return { scratch, worker, scan: (text: string, kwargs: Kwargs = {}) => scanOne(worker, text, kwargs) }
}

/** The one document that a text leads to. */
async function scanOne(worker: StoqWorkerPlugin, text: string, kwargs: Kwargs): Promise<ResultDocument> {
  const [document] = await worker.start(Buffer.from(text, 'latin1'), kwargs)
  if (!document) throw new Error('no document')
  return document
}

export async function memoryOf(scratch: Scratch): Promise<MemoryConnector> {
  return (await scratch.stoq.worker.loadConnector('memory')) as MemoryConnector
}
