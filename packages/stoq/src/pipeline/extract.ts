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
import { bookFault, leaveForArchive, runWorker } from './scan-payload.ts'
import { enqueue, type Node, type Walk } from './walk.ts'

/** One call of an extractor, carver or decoder. */
interface Opening {
  walk: Walk
  node: Node
  hit: RuleHit
  call: PluginCall
  context: PluginCallContext
}

/** Reads what an extractor, carver or decoder gives, child by child, until a limit is met. */
export async function extract(walk: Walk, node: Node, hit: RuleHit, call: PluginCall): Promise<number> {
  const { scan } = walk
  const context = new PluginCallContext(scan, call.id, node.entry.payload_id)
  const opening = { walk, node, hit, call, context }
  try {
    const result = await ask(opening)
    return result === null ? 0 : await readAll(opening, result)
  } finally {
    scan.env.statistics?.add(call.id, context.spent, node.payload.byteLength)
  }
}

type Items = Iterable<unknown> | AsyncIterable<unknown>

/** What the plugin gives for the payload: null, or something to read its findings from. Throws for anything else. */
async function ask({ walk: { scan }, node, hit, call, context }: Opening): Promise<Items | null> {
  const method = await loadFor(scan, call)
  const begin = performance.now()
  context.book()
  const given = method(node.payload, keywords(scan, node, hit), context)
  const result = isThenable(given) ? await context.withinTime(given) : given
  context.spent += performance.now() - begin
  if (result === null || result === undefined) return null
  if (typeof result === 'object' && isIterable(result)) return result
  throw new StoqError('STOQ_PLUGIN_RESULT', [call.id, describe(result), 'null or a list of [meta, content]'])
}

async function readAll(opening: Opening, items: Items): Promise<number> {
  const { context, walk } = opening
  let found = 0
  for await (const item of eachWithinTime<unknown>(items, context, walk.scan.env.signal)) {
    context.book()
    const extracted = readItem(opening, item)
    if (!extracted) continue
    const fate = await adopt(opening, extracted)
    if (fate === 'cut') break
    if (fate === 'taken') found++
  }
  return found
}

/** What became of a found payload. `cut`: a limit says that no more may come. */
type Fate = 'taken' | 'left out' | 'cut'

/** Makes an entry of one found payload, unless it is a repetition or a limit is met. */
async function adopt({ walk, node, hit, call }: Opening, [given, content]: Extracted): Promise<Fate> {
  const { kwargs, ...meta } = given
  const { scan } = walk
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
  const handed = { ...node.handed, ...(typeof kwargs === 'object' && kwargs) }
  await scanChild(walk, { ...node, handed }, entry, content, hashes.sha1)
  if (hit.save || scan.env.keepsAll) await leaveForArchive(scan, entry.payload_id, content)
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
  if (walk.isOneCall) return
  const { source_meta, uuid } = entry
  const { handed } = node
  const kwargs: Kwargs = { ...scan.messageMeta, ...handed, source_meta, filename, uuid, size }
  const { elements } = await runWorker(scan, scan.env.worker, content, kwargs, payload_id)
  entry.scan = unwrap(elements)
  enqueue(walk, { entry, payload: content, depth: node.depth + 1, lineage: [...node.lineage, sha1], handed })
}

/** One item that is no payload is a fault of its own; those after it are still read. */
function readItem({ walk: { scan }, node, call }: Opening, item: unknown): Extracted | null {
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
