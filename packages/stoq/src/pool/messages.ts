import type { LogLevel } from '../config/logger.ts'
import type { Settings } from '../config/settings.ts'
import type { TraceEvent } from '../dispatch/trace.ts'
import type { ArchiveItem, ScanTask } from '../pipeline/environment.ts'
import type { Right } from '../pipeline/rights.ts'
import type { PluginStatistics } from '../pipeline/statistics.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import type { ResultDocument } from '../results/types.ts'
import type { ScanPlan } from './scanner.ts'

/** The first message to a scan process: what it works for. */
export interface OpenMessage {
  kind: 'open'
  /** Name of the worker, and the command line that it reads its flags from. */
  worker: string
  argv: string[]
  /** Fields of the worker that may be set by something else than its flags. */
  fields: { dispatch: boolean; hashpayload: boolean }
  settings: Settings
  plugins: PluginManifest[]
  rights: readonly Right[]
  /** Paths that a person named. */
  granted: readonly string[]
  plan: Omit<ScanPlan, 'trace'>
  trace: boolean
  /** True: another process has told already what is wrong with the rules. */
  quiet: boolean
}

/** A payload to scan: its bytes are the body of the frame, unless `path` says where they are. */
export interface ScanMessage {
  kind: 'scan'
  id: number
  path: string | null
  hasPayload: boolean
  task: Omit<ScanTask, 'payload' | 'onCall'>
}

/** What a scan process is told, as lists in the form of `v8.serialize`: it trusts who started it. Bytes belong to the last of a list. */
export type ToProcess =
  | OpenMessage
  | ScanMessage
  /** Payloads that another process scans now: what has not begun is dropped. */
  | { kind: 'revoke'; ask: number; ids: number[] }

/** What a scan process says, as JSON, alone or as lists: whoever listens does not trust it. */
export type FromProcess =
  | { kind: 'ready'; faults: number }
  /** It could not be opened. */
  | { kind: 'unusable'; code: string; message: string }
  | { kind: 'done'; id: number; documents: ResultDocument[]; archive: ArchiveItem[] }
  | { kind: 'failed'; id: number; code: string; message: string }
  /** A plugin that the payload needs may not run there. */
  | { kind: 'needs'; id: number; rights: Right[] }
  | { kind: 'log'; level: LogLevel; name: string; message: string; stack?: string }
  | { kind: 'trace'; event: TraceEvent }
  | { kind: 'absent'; rule: string; plugin: string }
  /** A plugin left a promise behind that was rejected. */
  | { kind: 'stray'; message: string; stack?: string }
  /** What it has let go of, of what it was asked to give up. */
  | { kind: 'revoked'; ask: number; ids: number[] }
  /** Its plugins have let go of what they held: it may be killed. */
  | { kind: 'closed' }
  | { kind: 'statistics'; plugins: Record<string, PluginStatistics> }
