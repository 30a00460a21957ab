import type { RuleHit } from '../dispatch/dispatcher.ts'
import type { PluginCall } from '../dispatch/plugin-meta.ts'
import { StoqError } from '../errors.ts'
import type { Payload } from '../plugin/plugin.ts'
import type { ResultEntry } from '../results/types.ts'
import { keywords } from './ask-plugin.ts'
import { unwrap } from './collect.ts'
import { extract } from './extract.ts'
import { bookFault, type PayloadScan, runWorker } from './scan-payload.ts'
import { bookSkip } from './skip.ts'
import { mayScan } from './tlp.ts'
import { takeTurns } from './turn.ts'
import { enqueue, type Node, newWalk, takeOut, type Walk } from './walk.ts'

/** Takes a payload apart, breadth first, every sibling; each distinct content is scanned and taken apart once. */
export async function takeApart(
  scan: PayloadScan,
  payload: Payload,
  root: ResultEntry,
  sha1: string,
): Promise<void> {
  const walk = newWalk(scan, root, sha1)
  enqueue(walk, { entry: root, payload, depth: 0, lineage: [sha1], handed: {} })
  for (let index = 0; index < walk.waiting.length; index++) {
    const next = walk.waiting[index]
    // Let go of the bytes: a wide tree would hold all of them to the end.
    delete walk.waiting[index]
    if (!next) continue
    scan.budget.payloadId = next.entry.payload_id
    if (!scan.budget.hasTime() || !scan.budget.hasChildren()) break
    await takeTurns(scan.env.signal)
    await dispatch(walk, takeOut(walk, next))
  }
  completeDuplicates(scan)
}

/** A duplicate may be met before its twin is dispatched to workers. */
function completeDuplicates({ document: { results } }: PayloadScan): void {
  for (const entry of results) {
    const twin = entry.duplicate_of === undefined ? undefined : results[entry.duplicate_of]
    if (twin?.workers) entry.workers = twin.workers
  }
}

/** Calls every plugin of every rule; the same plugin with the same keywords only once. */
async function dispatch(walk: Walk, node: Node): Promise<void> {
  const { env } = walk.scan
  const called = new Map<string, string>()
  for (const hit of node.hits) {
    for (const call of hit.calls) {
      const at = { payload_id: node.entry.payload_id, rule: hit.match.rule, plugin: call.id }
      const key = `${call.id} ${JSON.stringify(Object.entries({ ...hit.meta, plugin: '' }).sort())}`
      const earlier = called.get(key)
      if (earlier !== undefined) {
        env.trace?.({
          kind: 'skipped',
          ...at,
          reason: `rule ${earlier} chose it already with the same keywords`,
        })
        continue
      }
      called.set(key, hit.match.rule)
      env.trace?.({ kind: 'chosen', ...at })
      await callOne(walk, node, hit, call)
    }
  }
}

/** One plugin on one payload: its faults are data. */
export async function callOne(walk: Walk, node: Node, hit: RuleHit, call: PluginCall): Promise<void> {
  const { scan } = walk
  const { payload_id } = node.entry
  if (call.category !== 'worker' && bookSkip(scan, payload_id, call.id)) return
  // Loading a plugin runs its code too.
  scan.onCall?.(payload_id, call.id)
  try {
    const found =
      call.category === 'worker'
        ? await askWorker(scan, node, hit, call)
        : await extract(walk, node, hit, call)
    scan.env.trace?.({ kind: 'result', payload_id, plugin: call.id, found })
  } catch (error) {
    if (isAbsent(error)) skipAbsent(scan, hit, call, payload_id)
    else bookFault(scan, call.id, payload_id, error)
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof StoqError && error.code === 'STOQ_PLUGIN_UNKNOWN'
}

/** Rules may name plugins that are not installed here. */
function skipAbsent(scan: PayloadScan, hit: RuleHit, call: PluginCall, payload_id: number): void {
  const { env } = scan
  const rule = hit.match.rule
  env.trace?.({ kind: 'skipped', payload_id, rule, plugin: call.id, reason: 'it is not installed' })
  env.onAbsent(rule, call.id)
}

/** The worker must be allowed to see the payload; a second result of one worker stands beside the first. */
async function askWorker(scan: PayloadScan, node: Node, hit: RuleHit, call: PluginCall): Promise<number> {
  const worker = await scan.env.worker.loadWorker(call.name)
  const { entry, payload } = node
  if (!mayScan(scan.document.tlp, worker.max_tlp)) {
    const reason = `the payload is TLP ${scan.document.tlp}, the worker takes no more than ${worker.max_tlp}`
    const at = { payload_id: entry.payload_id, rule: hit.match.rule, plugin: call.id }
    scan.env.trace?.({ kind: 'skipped', ...at, reason })
    scan.env.worker.log.info(`${call.id} skipped: ${reason}`)
    return 0
  }
  const { elements } = await runWorker(scan, worker, payload, keywords(scan, node, hit), entry.payload_id)
  const isSecond = entry.workers !== undefined && Object.hasOwn(entry.workers, worker.name)
  const key = isSecond ? `${worker.name}@${hit.match.rule}` : worker.name
  entry.workers = { ...entry.workers, [key]: unwrap(elements) }
  return elements.length
}
