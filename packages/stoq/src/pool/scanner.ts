import type { Trace } from '../dispatch/trace.ts'
import type { ScanLimits } from '../pipeline/budget.ts'
import type { ScanOutcome, ScanTask } from '../pipeline/environment.ts'
import type { CallStatistics } from '../pipeline/statistics.ts'

/** A payload on its way to a scanner: its bytes, or the path of a file that the scanner reads by itself. */
export type ScanRequest = ScanTask | (Omit<ScanTask, 'payload'> & { payload: { path: string } })

/** What a payload that is being scanned is at. */
export interface InFlight {
  /** Where it came from. */
  name: string
  /** Process that scans it. */
  pid: number
  /** `category:name` of the plugin that works. */
  plugin: string
  /** Payload of the document that the plugin works on. */
  payload_id: number
  /** Seconds since the plugin was called. */
  seconds: number
}

/** How often scan processes ended before their time, by the plugin that worked, then by the limit, or `died`. */
export type Kills = Record<string, Record<string, number>>

/** Scans payloads: in this process, or in others. The pipeline is the same in both. */
export interface Scanner {
  /** Payloads that may be under way at once. */
  readonly concurrency: number
  /** Number of rule files that were left out. */
  readonly faults: number
  readonly statistics: CallStatistics
  readonly kills: Kills
  /** Called when a plugin leaves a failure behind that belongs to no payload. */
  onFault: (() => unknown) | null
  /** True: the scanner can read a file by itself, so that only its path has to be handed over. */
  canRead(path: string): boolean
  /** Folder that files may be put in for the scanner to read; null: it takes bytes only. */
  readonly fetchFolder: string | null
  /** Scans one payload with all its children. Rejects only when it could not be scanned at all. */
  scan(request: ScanRequest): Promise<ScanOutcome>
  /** The payloads under way. */
  inFlight(): InFlight[]
  close(): Promise<void>
}

/** What a run scans with, whichever scanner it has. */
export interface ScanPlan {
  limits: ScanLimits
  magic: boolean
  archiving: boolean
  /** True: the bytes of every payload that is found are left for whoever asked for the scan, as if for an archive. */
  keepsAll?: boolean
  ingestMetadata: Readonly<Record<string, unknown>>
  trace: Trace | null
}
