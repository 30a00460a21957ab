import type { RuleHit } from '../dispatch/dispatcher.ts'
import type { PluginCall } from '../dispatch/plugin-meta.ts'
import { errorText } from '../errors.ts'
import type { Kwargs, Payload } from '../plugin/plugin.ts'
import type { ResultEntry } from '../results/types.ts'
import { dispatchCall, type Parked } from './environment.ts'
import { bookFault, type PayloadScan } from './scan-payload.ts'
import { bookSkip } from './skip.ts'

/** A payload that rules have plugins for. */
export interface Node {
  entry: ResultEntry
  payload: Payload
  /** 0 for the root. */
  depth: number
  /** sha1 of this payload and of everything it came out of. */
  lineage: readonly string[]
  /** Keywords that the plugins which found it, and those above, hand down. */
  handed: Kwargs
  hits: readonly RuleHit[]
}

/** A payload that waits for its turn, its bytes in memory or in a file. */
export interface Waiting extends Omit<Node, 'payload'> {
  content: Payload | Parked
}

/** What is known of the whole document while it is taken apart. */
export interface Walk {
  scan: PayloadScan
  waiting: Waiting[]
  /** Bytes of waiting payloads that are in memory. */
  held: number
  /** sha1 -> entry that was scanned for it. */
  scanned: Map<string, ResultEntry>
  /** parent, plugin and sha1 of every child that was reported. */
  reported: Set<string>
  /** True: what is found is listed, but neither scanned nor taken apart. */
  isOneCall: boolean
}

/** What is known at the beginning: the root payload. */
export function newWalk(scan: PayloadScan, root: ResultEntry, sha1: string, isOneCall = false): Walk {
  return { scan, waiting: [], held: 0, scanned: new Map([[sha1, root]]), reported: new Set(), isOneCall }
}

/** Only payloads that a rule has plugins for are kept, and only down to the depth limit. */
export function enqueue(walk: Walk, candidate: Omit<Node, 'hits'>): void {
  const { env, budget } = walk.scan
  const { payload, ...rest } = candidate
  const { entry, depth } = rest
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
  if (kept.length > 0) walk.waiting.push({ ...rest, hits: kept, content: keep(walk, payload) })
  if (!isDeep || hits.every(({ calls }) => calls.every(isWorkerCall))) return
  const detail = `not taken apart at depth ${depth}`
  budget.payloadId = entry.payload_id
  budget.cut('max_recursion', detail)
  env.trace?.({ kind: 'cut', payload_id: entry.payload_id, limit: 'max_recursion', detail })
}

/** So many bytes wait in memory: breadth first, a wide tree would hold all of its leaves. */
const mostHeld = 64 * 2 ** 20

function keep(walk: Walk, payload: Payload): Payload | Parked {
  const { park, worker } = walk.scan.env
  if (park && walk.held + payload.byteLength > mostHeld) {
    try {
      return park(payload)
    } catch (error) {
      worker.log.debug(`a waiting payload stays in memory: ${errorText(error)}`, error)
    }
  }
  walk.held += payload.byteLength
  return payload
}

/** A payload whose turn has come, with its bytes. */
export function takeOut(walk: Walk, { content, ...node }: Waiting): Node {
  if (!(content instanceof Uint8Array)) return { ...node, payload: content.take() }
  walk.held -= content.byteLength
  return { ...node, payload: content }
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
  const { env, onCall } = scan
  if (bookSkip(scan, entry.payload_id, dispatchCall)) return []
  onCall?.(entry.payload_id, dispatchCall)
  const begin = performance.now()
  try {
    return env.dispatcher?.select(payload) ?? []
  } catch (error) {
    bookFault(scan, 'stoq', entry.payload_id, error)
    return []
  } finally {
    env.statistics?.add(dispatchCall, performance.now() - begin, payload.byteLength)
  }
}
