import { errorText, StoqError } from '../errors.ts'
import { type Hashes, hashPayload } from '../payload/hashes.ts'
import { loadMagic, type Magic } from '../payload/magic.ts'
import type { Kwargs, Payload } from '../plugin/plugin.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { ResultDocument, ResultEntry } from '../results/types.ts'
import { Budget } from './budget.ts'
import { documentError, LimitReached, PluginCallContext } from './call-plugin.ts'
import { type Collected, collect } from './collect.ts'
import { inheritedMetadata, rootEntry, rootFilename, rootUuid } from './entry.ts'
import type {
  ArchiveItem,
  PluginRequest,
  ScanEnvironment,
  ScanOutcome,
  ScanTask,
  Skip,
} from './environment.ts'
import { NeedsRights } from './rights.ts'
import { bookSkip } from './skip.ts'
import { takeApart } from './take-apart.ts'

/** A payload and all its children on their way to a document. */
export interface PayloadScan {
  env: ScanEnvironment
  budget: Budget
  document: ResultDocument
  archive: ArchiveItem[]
  /** Metadata of the message, for the keywords of plugins. */
  messageMeta: Kwargs
  magic: Magic | null
  skips: readonly Skip[]
  onCall: ScanTask['onCall'] | undefined
}

/** Scans one payload, and with a dispatcher everything inside it. A plugin's fault is data; throws only when stoQ stops. */
export async function scanPayload(env: ScanEnvironment, task: ScanTask): Promise<ScanOutcome> {
  const { payload } = task
  const uuid = rootUuid(task.kwargs.uuid)
  const kwargs: Kwargs = { ...task.kwargs, uuid }
  if (payload) kwargs.filename = rootFilename(kwargs)
  delete kwargs['payload']
  const needed = payload && (env.worker.hashpayload || env.dispatcher)
  const hashes = needed ? hashPayload(payload) : undefined
  const magic = env.magic ? await loadMagic() : null
  const entry = rootEntry({
    worker: env.worker.name,
    kwargs,
    uuid,
    ...(payload && { size: payload.byteLength }),
    ...(hashes && env.worker.hashpayload && { hashes }),
    ...(payload && magic && { magic: magic.detect(payload) }),
    ingestMetadata: env.ingestMetadata,
  })
  const scan = openScan(env, task, entry, kwargs, magic)
  traceRoot(scan, entry, hashes)
  if (payload && task.archive) await leaveForArchive(scan, 0, payload)
  if (task.only !== undefined) return askOne(scan, payload, entry, task.only)
  const { elements, handled } = await runWorker(scan, env.worker, payload, kwargs, 0)
  if (handled) return { documents: [], archive: scan.archive }
  if (payload && hashes && env.dispatcher) await takeApart(scan, payload, entry, hashes.sha1)
  return { documents: finish(scan, elements), archive: scan.archive }
}

/** A request of a person, in the shell: other scans do not load what it takes. */
async function askOne(
  scan: PayloadScan,
  payload: Payload | null,
  entry: ResultEntry,
  only: PluginRequest | null,
): Promise<ScanOutcome> {
  const { askOnly } = await import('./ask-only.ts')
  const result = payload && only ? await askOnly(scan, payload, entry, only) : null
  return { documents: finish(scan, [result]), archive: scan.archive }
}

function openScan(
  env: ScanEnvironment,
  { tlp, max_time, skips = [], onCall }: ScanTask,
  entry: ResultEntry,
  kwargs: Kwargs,
  magic: Magic | null,
): PayloadScan {
  const budget = new Budget(max_time === undefined ? env.limits : { ...env.limits, max_time })
  const document: ResultDocument = {
    // The supervisor knows it.
    id: '',
    date: '',
    tlp,
    payloads: 1,
    plugins: { '0': env.worker.name },
    results: [entry],
    errors: [],
    truncated: budget.truncated,
  }
  const messageMeta = inheritedMetadata(kwargs)
  return { env, budget, document, archive: [], messageMeta, magic, skips, onCall }
}

/** Keeps bytes for the archive, with what only a scan process should find out about them. */
export async function leaveForArchive(
  scan: PayloadScan,
  payload_id: number,
  content: Payload,
): Promise<void> {
  const { leave, keepsAll } = scan.env
  if (!leave) return
  if (keepsAll) {
    scan.archive.push({ payload_id, content: leave(content), facts: { ssdeep: '', 'content-type': '' } })
    return
  }
  // Only runs that archive need libmagic and fuzzy hashes.
  const { archiveFacts } = await import('../payload/archive-facts.ts')
  const facts = await archiveFacts(content)
  scan.archive.push({ payload_id, content: leave(content), facts })
}

/** One scan of one payload by one worker; a fault becomes an error of the document. */
export async function runWorker(
  scan: PayloadScan,
  worker: StoqWorkerPlugin,
  payload: Payload | null,
  kwargs: Kwargs,
  payloadId: number,
): Promise<Collected> {
  const { env } = scan
  if (bookSkip(scan, payloadId, worker.id)) return { elements: [], handled: false }
  const call = new PluginCallContext(scan, worker.id, payloadId)
  const begin = performance.now()
  call.book()
  try {
    const collected = await collect(worker.scan(payload, kwargs, call), call, env.signal)
    if (collected.fault !== undefined) bookFault(scan, worker.id, payloadId, collected.fault)
    return collected
  } catch (error) {
    bookFault(scan, worker.id, payloadId, error)
    return { elements: [], handled: false }
  } finally {
    env.statistics?.add(worker.id, performance.now() - begin, payload?.byteLength ?? 0)
  }
}

/** A fault of a plugin becomes an error of the document; a limit becomes an entry of `truncated`. */
export function bookFault(scan: PayloadScan, plugin: string, payloadId: number, error: unknown): void {
  const { env, budget, document } = scan
  if (error instanceof NeedsRights) throw error
  if (env.signal.aborted) throw new StoqError('STOQ_RUN_STOPPED', ['a signal'])
  if (error instanceof LimitReached) {
    budget.payloadId = payloadId
    budget.cut(error.limit, `${plugin} was stopped`)
    env.trace?.({ kind: 'cut', payload_id: payloadId, limit: error.limit, detail: `${plugin} was stopped` })
    return
  }
  document.errors.push(documentError(plugin, payloadId, error))
  env.statistics?.fail(plugin)
  env.trace?.({ kind: 'error', payload_id: payloadId, plugin, message: errorText(error) })
  env.worker.log.debug(`${plugin} failed on payload ${payloadId}: ${errorText(error)}`, error)
}

function traceRoot(scan: PayloadScan, entry: ResultEntry, hashes: Hashes | undefined): void {
  const { filename = '', size = 0 } = entry
  scan.env.trace?.({
    kind: 'payload',
    payload_id: 0,
    parent_id: null,
    filename,
    size,
    sha1: hashes?.sha1 ?? '',
  })
}

/** One document for each result of the worker, at least one; children, errors and cuts stand in the first. */
function finish(scan: PayloadScan, elements: readonly unknown[]): ResultDocument[] {
  const { document } = scan
  const root = document.results[0]
  document.date = new Date().toISOString()
  document.payloads = document.results.length
  if (!root) return []
  const rest = elements.slice(1).map(element => ({
    ...document,
    payloads: 1,
    plugins: { '0': root.plugin },
    results: [{ ...root, uuid: [...root.uuid], source_meta: { ...root.source_meta }, scan: element }],
    errors: [],
    truncated: [],
  }))
  root.scan = elements[0] ?? null
  return [document, ...rest]
}
