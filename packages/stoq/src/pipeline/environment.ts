import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { Trace } from '../dispatch/trace.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { ResultDocument } from '../results/types.ts'
import type { BudgetLimits } from './budget.ts'

/** What every payload of a run is scanned with. */
export interface ScanEnvironment {
  worker: StoqWorkerPlugin
  /** null: payloads are not taken apart. */
  dispatcher: Dispatcher | null
  limits: BudgetLimits
  /** True: every entry gets its MIME type. */
  magic: boolean
  /** True: children whose rule says `save` are given back for the archive. */
  archiving: boolean
  /** `--metadata`: goes into the `source_meta` of every entry. */
  ingestMetadata: Readonly<Record<string, unknown>>
  /** Aborted when stoQ stops. */
  signal: AbortSignal
  trace?: Trace
  /** Plugins that rules name and that are not installed: each is told once. */
  absent: Set<string>
}

/** One payload to scan. */
export interface ScanTask {
  /** null for workers that produce data themselves. */
  payload: Uint8Array | null
  /** The message: names, lineage, metadata. */
  kwargs: Kwargs
  tlp: string
}

/** A child that is to be archived. */
export interface ArchiveItem {
  payload_id: number
  content: Uint8Array
}

/** What one payload led to. */
export interface ScanOutcome {
  /** Usually one; several when the worker gave several results, the first one then holds the children. */
  documents: ResultDocument[]
  archive: ArchiveItem[]
}
