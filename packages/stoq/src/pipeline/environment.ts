import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { DispatchCategory } from '../dispatch/plugin-meta.ts'
import type { Trace } from '../dispatch/trace.ts'
import type { ArchiveFacts } from '../payload/archive-facts.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { ResultDocument } from '../results/types.ts'
import type { BudgetLimits } from './budget.ts'
import type { CallStatistics } from './statistics.ts'

/** What every payload of a run is scanned with. */
export interface ScanEnvironment {
  worker: StoqWorkerPlugin
  /** null: payloads are not taken apart. */
  dispatcher: Dispatcher | null
  limits: BudgetLimits
  /** True: every entry gets its MIME type. */
  magic: boolean
  /** Keeps a payload for the archive, in memory or in a file; null: nothing is archived. */
  leave: Leave | null
  /** True: every payload that is found is kept, not only those whose rule says so, and no facts are made for an archive. */
  keepsAll?: boolean
  /** Keeps a payload that waits in a file, where there is a place for it. */
  park?: (content: Uint8Array) => Parked
  /** `--metadata`: goes into the `source_meta` of every entry. */
  ingestMetadata: Readonly<Record<string, unknown>>
  /** Aborted when stoQ stops. */
  signal: AbortSignal
  trace?: Trace
  /** Is told of plugins that rules name and that are not installed. */
  onAbsent: (rule: string, plugin: string) => void
  statistics?: CallStatistics
}

/** Where bytes for the archive wait for the connector: in memory, in a file, or `given`: they came with the task. */
export type LeftBytes = Uint8Array | { file: string } | 'given'
type Leave = (content: Uint8Array) => LeftBytes

/** Bytes that wait in a file. */
export interface Parked {
  /** Gives them, once. */
  take(): Uint8Array
}

/** One payload to scan. */
export interface ScanTask {
  /** null for workers that produce data themselves. */
  payload: Uint8Array | null
  /** The message: names, lineage, metadata. */
  kwargs: Kwargs
  tlp: string
  /** True: the payload itself is for the archive too. */
  archive?: boolean
  /** The one plugin that is asked, instead of the worker and the dispatcher; null: none is. */
  only?: PluginRequest | null
  /** Calls that ended a scan process before: they are left out, and told. */
  skips?: readonly Skip[]
  /** Seconds for the payload, where less than the limit is left. */
  max_time?: number
  /** Is told which plugin works on which payload of the document from now on. */
  onCall?: (payloadId: number, plugin: string) => void
}

/** A plugin that a person asks for by name. */
export interface PluginRequest {
  category: DispatchCategory | 'reader'
  name: string
  /** Keywords of the call. */
  kwargs: Record<string, string>
}

/** A call of a plugin on one payload of a document that is left out, because it did not come back. */
export interface Skip {
  payload_id: number
  /** `category:name`, or `stoq:dispatch` for the dispatch rules. */
  plugin: string
  /** The limit that ended it; null: the scan process died, `message` says how. */
  limit: string | null
  message: string
}

/** What the dispatch rules are called where plugins are named. */
export const dispatchCall = 'stoq:dispatch'

/** A payload of the document that is to be archived. */
export interface ArchiveItem {
  payload_id: number
  content: LeftBytes
  facts: ArchiveFacts
}

/** What one payload led to. */
export interface ScanOutcome {
  /** Usually one; several when the worker gave several results, the first one then holds the children. */
  documents: ResultDocument[]
  archive: ArchiveItem[]
  /** Set when the payload ended scan processes: why. Its documents hold what was found all the same. */
  poison?: string
}
