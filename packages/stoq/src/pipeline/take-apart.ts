import type { RuleHit } from '../dispatch/dispatcher.ts'
import type { PluginCall } from '../dispatch/plugin-meta.ts'
import { StoqError } from '../errors.ts'
import { hashPayload } from '../payload/hashes.ts'
import type { Extracted, Kwargs, Payload } from '../plugin/plugin.ts'
import type { ResultEntry } from '../results/types.ts'
import { describe, keywords, loadFor } from './ask-plugin.ts'
import { isThenable, PluginCallContext } from './call-plugin.ts'
import { eachWithinTime, isIterable, unwrap } from './collect.ts'
import { childEntry } from './entry.ts'
import { bookFault, type PayloadScan, runWorker } from './scan-payload.ts'
import { mayScan } from './tlp.ts'
import { takeTurns } from './turn.ts'

/** A payload that rules have plugins for. */
interface Node {
  entry: ResultEntry
  payload: Payload
  /** 0 for the root. */
  depth: number
  /** sha1 of this payload and of everything it came out of. */
  lineage: readonly string[]
  hits: readonly RuleHit[]
}

/** What is known of the whole document while it is taken apart. */
interface Walk {
  scan: PayloadScan
  waiting: Node[]
  /** sha1 -> entry that was scanned for it. */
  scanned: Map<string, ResultEntry>
  /** parent, plugin and sha1 of every child that was reported. */
  reported: Set<string>
}

/** Takes a payload apart, breadth first, every sibling; each distinct content is scanned and taken apart once. */
export async function takeApart(
  scan: PayloadScan,
  payload: Payload,
  root: ResultEntry,
  sha1: string,
): Promise<void> {
  const walk: Walk = { scan, waiting: [], scanned: new Map([[sha1, root]]), reported: new Set() }
  enqueue(walk, { entry: root, payload, depth: 0, lineage: [sha1] })
  for (let index = 0; index < walk.waiting.length; index++) {
    const node = walk.waiting[index]
    // Let go of the bytes: a wide tree would hold all of them to the end.
    delete walk.waiting[index]
    if (!node) continue
    scan.budget.payloadId = node.entry.payload_id
    if (!scan.budget.hasTime() || !scan.budget.hasChildren()) break
    await takeTurns(scan.env.signal)
    await dispatch(walk, node)
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

/** Only payloads that a rule has plugins for are kept, and only down to the depth limit. */
function enqueue(walk: Walk, candidate: Omit<Node, 'hits'>): void {
  const { env, budget } = walk.scan
  const { entry, payload, depth } = candidate
  const hits = matchingRules(walk.scan, entry, payload)
  for (const { match } of hits) {
    const plugin = String(match.meta['plugin'])
    env.trace?.({
      kind: 'rule',
      payload_id: entry.payload_id,
      rule: match.rule,
      plugin,
      strings: match.strings,
    })
  }
  if (hits.length === 0) env.trace?.({ kind: 'unmatched', payload_id: entry.payload_id })
  const isDeep = depth > budget.limits.max_recursion
  const kept = isDeep ? withoutTakingApart(hits) : hits
  if (kept.length > 0) walk.waiting.push({ ...candidate, hits: kept })
  if (!isDeep || hits.every(({ calls }) => calls.every(isWorkerCall))) return
  const detail = `not taken apart at depth ${depth}`
  budget.payloadId = entry.payload_id
  budget.cut('max_recursion', detail)
  env.trace?.({ kind: 'cut', payload_id: entry.payload_id, limit: 'max_recursion', detail })
}

/** Workers that a rule names see a payload at any depth. */
function withoutTakingApart(hits: readonly RuleHit[]): RuleHit[] {
  return hits
    .map(hit => ({ ...hit, calls: hit.calls.filter(isWorkerCall) }))
    .filter(({ calls }) => calls.length > 0)
}

function isWorkerCall({ category }: PluginCall): boolean {
  return category === 'worker'
}

/** Rules that fail on a payload are a fault of that payload. */
function matchingRules(scan: PayloadScan, entry: ResultEntry, payload: Payload): RuleHit[] {
  try {
    return scan.env.dispatcher?.select(payload) ?? []
  } catch (error) {
    bookFault(scan, 'stoq', entry.payload_id, error)
    return []
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

async function callOne(walk: Walk, node: Node, hit: RuleHit, call: PluginCall): Promise<void> {
  const { scan } = walk
  const { payload_id } = node.entry
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

/** Rules may name plugins that are not installed here: said once in the log, and by `stoq explain` each time. */
function skipAbsent(scan: PayloadScan, hit: RuleHit, call: PluginCall, payload_id: number): void {
  const { env } = scan
  const rule = hit.match.rule
  env.trace?.({ kind: 'skipped', payload_id, rule, plugin: call.id, reason: 'it is not installed' })
  if (env.absent.has(call.id)) return
  env.absent.add(call.id)
  env.worker.stoq.log.warning(`dispatch rule ${rule} names ${call.id}, which is not installed`)
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
  const { elements } = await runWorker(scan, worker, payload, keywords(scan, entry, hit), entry.payload_id)
  const isSecond = entry.workers !== undefined && Object.hasOwn(entry.workers, worker.name)
  const key = isSecond ? `${worker.name}@${hit.match.rule}` : worker.name
  entry.workers = { ...entry.workers, [key]: unwrap(elements) }
  return elements.length
}

/** Reads what an extractor, carver or decoder gives, child by child, until a limit is met. */
async function extract(walk: Walk, node: Node, hit: RuleHit, call: PluginCall): Promise<number> {
  const { scan } = walk
  const { budget, env } = scan
  const opened = new PluginCallContext(budget, env.signal, node.entry.payload_id)
  const ask = await loadFor(scan, call)
  opened.book()
  const given = ask(node.payload, keywords(scan, node.entry, hit), opened)
  const result = isThenable(given) ? await opened.withinTime(given) : given
  if (result === null || result === undefined) return 0
  if (typeof result !== 'object' || !isIterable(result)) {
    throw new StoqError('STOQ_PLUGIN_RESULT', [
      call.id,
      describe(result),
      'null or a list of [meta, content]',
    ])
  }
  let found = 0
  for await (const item of eachWithinTime<unknown>(result, opened, env.signal)) {
    opened.book()
    const extracted = readItem(scan, node, call, item)
    if (!extracted) continue
    const fate = await adopt(walk, node, hit, call, extracted)
    if (fate === 'cut') break
    if (fate === 'taken') found++
  }
  return found
}

/** What became of a found payload. `cut`: a limit says that no more may come. */
type Fate = 'taken' | 'left out' | 'cut'

/** Makes an entry of one found payload, unless it is a repetition or a limit is met. */
async function adopt(walk: Walk, node: Node, hit: RuleHit, call: PluginCall, item: Extracted): Promise<Fate> {
  const { scan } = walk
  const [meta, content] = item
  const hashes = hashPayload(content)
  const repeated = repetition(walk, node, call, hashes.sha1)
  if (repeated) {
    const filename = String(meta['filename'] ?? '')
    const at = { payload_id: node.entry.payload_id, plugin: call.id, filename, sha1: hashes.sha1 }
    scan.env.trace?.({ kind: 'duplicate', ...at, reason: repeated })
    return 'left out'
  }
  if (!scan.budget.takeChild(content.byteLength)) {
    const cut = scan.budget.truncated.at(-1)
    if (cut) scan.env.trace?.({ kind: 'cut', ...cut })
    return 'cut'
  }
  const entry = childEntry({
    worker: scan.env.worker.name,
    payload_id: scan.document.results.length,
    parent: node.entry,
    hit,
    dispatcher: call.id,
    meta,
    content,
    hashes,
    ...(scan.magic && { magic: scan.magic.detect(content) }),
    ingestMetadata: scan.env.ingestMetadata,
  })
  scan.document.results.push(entry)
  scan.document.plugins[String(entry.payload_id)] = call.id
  await scanChild(walk, node, entry, content, hashes.sha1)
  if (hit.save && scan.env.archiving) scan.archive.push({ payload_id: entry.payload_id, content })
  return 'taken'
}

/** Why a child is not reported: it was already, or it is the payload that it came out of. */
function repetition(walk: Walk, node: Node, call: PluginCall, sha1: string): string | null {
  if (node.lineage.includes(sha1)) return 'the same bytes as a payload that it came out of'
  const key = `${node.entry.payload_id} ${call.id} ${sha1}`
  if (walk.reported.has(key)) return 'the same bytes from the same plugin are reported already'
  walk.reported.add(key)
  return null
}

async function scanChild(
  walk: Walk,
  node: Node,
  entry: ResultEntry,
  content: Payload,
  sha1: string,
): Promise<void> {
  const { scan } = walk
  const { payload_id, parent_id, filename = '', size = 0 } = entry
  scan.env.trace?.({ kind: 'payload', payload_id, parent_id, filename, size, sha1 })
  const twin = walk.scanned.get(sha1)
  if (twin) {
    entry.scan = twin.scan
    entry.duplicate_of = twin.payload_id
    return
  }
  walk.scanned.set(sha1, entry)
  const { source_meta, uuid } = entry
  const kwargs: Kwargs = { ...scan.messageMeta, source_meta, filename, uuid, size }
  const { elements } = await runWorker(scan, scan.env.worker, content, kwargs, payload_id)
  entry.scan = unwrap(elements)
  enqueue(walk, { entry, payload: content, depth: node.depth + 1, lineage: [...node.lineage, sha1] })
}

/** One item that is no payload is a fault of its own; those after it are still read. */
function readItem(scan: PayloadScan, node: Node, call: PluginCall, item: unknown): Extracted | null {
  const [meta, content] = Array.isArray(item) ? item : []
  if (typeof meta === 'object' && meta !== null && content instanceof Uint8Array) return [meta, content]
  const fault = new StoqError('STOQ_PLUGIN_RESULT', [
    call.id,
    describe(item),
    '[meta, content] with content as bytes',
  ])
  bookFault(scan, call.id, node.entry.payload_id, fault)
  return null
}
