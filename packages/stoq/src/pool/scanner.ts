import type { ScanOutcome, ScanTask } from '../pipeline/environment.ts'

/** Scans payloads: in this process, or in others. The pipeline is the same in both. */
export interface Scanner {
  /** Payloads that may be scanned at once. */
  readonly concurrency: number
  /** Scans one payload with all its children. Rejects only when it could not be scanned at all. */
  scan(task: ScanTask): Promise<ScanOutcome>
  close(): Promise<void>
}
