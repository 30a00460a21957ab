import type { RuleHit } from '../dispatch/dispatcher.ts'
import type { Payload } from '../plugin/plugin.ts'
import type { ResultEntry, ScanResult } from '../results/types.ts'
import { isThenable, PluginCallContext } from './call-plugin.ts'
import { unwrap } from './collect.ts'
import type { PluginRequest } from './environment.ts'
import { bookFault, type PayloadScan, runWorker } from './scan-payload.ts'
import { bookSkip } from './skip.ts'
import { callOne } from './take-apart.ts'
import { newWalk } from './walk.ts'

/**
 * Asks one plugin of one payload. What an extractor, carver or decoder finds is added to the document, what a worker or
 * reader says is given back. A fault is an error of the document.
 */
export async function askOnly(
  scan: PayloadScan,
  payload: Payload,
  root: ResultEntry,
  request: PluginRequest,
): Promise<ScanResult> {
  const { category, name, kwargs } = request
  if (category === 'reader') return askReader(scan, payload, request)
  if (category === 'worker') return askWorker(scan, payload, root, request)
  const walk = newWalk(scan, root, root.sha1 ?? '', true)
  const call = { category, name, id: `${category}:${name}` }
  const match = { rule: 'request', namespace: '', tags: [], meta: kwargs, strings: [] }
  const hit: RuleHit = { match, calls: [call], meta: kwargs, save: false }
  const node = { entry: root, payload, depth: 0, lineage: [root.sha1 ?? ''], handed: {}, hits: [hit] }
  await callOne(walk, node, hit, call)
  return null
}

async function askWorker(
  scan: PayloadScan,
  payload: Payload,
  { uuid, filename }: ResultEntry,
  { name, kwargs }: PluginRequest,
): Promise<ScanResult> {
  const { worker: primary } = scan.env
  const id = `worker:${name}`
  scan.onCall?.(0, id)
  try {
    const worker = name === primary.name ? primary : await primary.loadWorker(name)
    const own = { uuid, ...(filename !== undefined && { filename }) }
    const { elements } = await runWorker(scan, worker, payload, { ...kwargs, ...own }, 0)
    return unwrap(elements)
  } catch (error) {
    bookFault(scan, id, 0, error)
    return null
  }
}

async function askReader(
  scan: PayloadScan,
  payload: Payload,
  { name, kwargs }: PluginRequest,
): Promise<ScanResult> {
  const id = `reader:${name}`
  if (bookSkip(scan, 0, id)) return null
  const call = new PluginCallContext(scan, id, 0)
  call.book()
  try {
    const reader = await scan.env.worker.loadReader(name)
    const given = reader.read(payload, kwargs, call)
    return (isThenable(given) ? await call.withinTime(given) : given) ?? null
  } catch (error) {
    bookFault(scan, id, 0, error)
    return null
  }
}
