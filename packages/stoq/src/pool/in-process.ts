import type { ScanEnvironment, ScanOutcome, ScanTask } from '../pipeline/environment.ts'
import { scanPayload } from '../pipeline/scan-payload.ts'
import type { Scanner } from './scanner.ts'

/** Payloads in flight when nothing else is said: workers that wait for an answer overlap, memory stays small. */
const defaultConcurrency = 4

/** Scans in this process: for library use, the shell, tests and single files. */
export class InProcessScanner implements Scanner {
  readonly concurrency: number
  readonly #env: ScanEnvironment

  constructor(env: ScanEnvironment, concurrency = 0) {
    this.#env = env
    this.concurrency = concurrency || defaultConcurrency
  }

  scan(task: ScanTask): Promise<ScanOutcome> {
    return scanPayload(this.#env, task)
  }

  async close(): Promise<void> {
    this.#env.dispatcher?.close()
  }
}
