import type { ScanLimits } from '../pipeline/budget.ts'
import type { CallRecord } from './call-record.ts'
import { secondsFor } from './job.ts'
import { memoryOf, memoryOfTree } from './process-tree.ts'
import type { ScanProcess } from './scan-process.ts'

/** How often processes that work are looked at. */
const lookMilliseconds = 40
/** A process may take so long to start on a machine that has much else to do. */
const startSeconds = 30
/** A process ends its calls itself when it can; so much later it is clear that it cannot. */
const graceMilliseconds = 500

/** Looks after scan processes from outside: one that goes over a limit is killed, whatever it does. */
export class Watchdog {
  readonly #limits: ScanLimits
  readonly #processes: () => Iterable<ScanProcess>
  readonly #onLook: () => void
  #timer: NodeJS.Timeout | null = null

  /** `onLook` is called each time after all processes were looked at. */
  constructor(limits: ScanLimits, processes: () => Iterable<ScanProcess>, onLook: () => void = () => {}) {
    this.#limits = limits
    this.#processes = processes
    this.#onLook = onLook
  }

  /** Called when there is something to look after; looks until there is not. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), lookMilliseconds).unref()
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  #look(): void {
    let isNeeded = false
    for (const process of this.#processes()) {
      if (!process.isAlive) continue
      const calls = process.calls()
      if (process.jobs.size > 0 || calls.length > 0) isNeeded = true
      const limit = this.#exceeded(process, calls)
      if (limit !== null) process.kill(limit)
      if (this.#isStuck(process, calls)) process.giveUp('it did not begin what it was given')
      process.endIfDone()
    }
    this.#onLook()
    if (!isNeeded) this.stop()
  }

  /** True for one that has had payloads as long as a call may take and is at none: it hangs, or its record is forged. */
  #isStuck(process: ScanProcess, calls: readonly CallRecord[]): boolean {
    const { jobs } = process
    const isAtWork = jobs.size === 0 || calls.some(({ id }) => jobs.has(id))
    if (isAtWork) process.idleSince = null
    else process.idleSince ??= Date.now()
    const { idleSince: since, isReady } = process
    const seconds = Math.max(this.#limits.max_plugin_time, isReady ? 0 : startSeconds)
    return since !== null && isLate({ since }, Date.now(), seconds)
  }

  #exceeded(process: ScanProcess, calls: readonly CallRecord[]): string | null {
    const { max_memory, max_plugin_time, max_time } = this.#limits
    const memory = process.rights.includes('subprocess') ? memoryOfTree(process.pid) : memoryOf(process.pid)
    if (memory > max_memory) return 'max_memory'
    // What one payload has left behind must not count for the next one.
    if (memory > max_memory / 2) process.isRetiring = true
    const now = Date.now()
    for (const call of calls) {
      if (isLate(call, now, max_plugin_time)) return 'max_plugin_time'
      // None: it was given to another process in the moment in which it began here.
      const job = process.jobs.get(call.id)
      if (!job) continue
      job.deadline ??= now + secondsFor(job, max_time) * 1000
      job.begun ??= now
      if (now > job.deadline + graceMilliseconds) return 'max_time'
    }
    return null
  }
}

function isLate({ since }: Pick<CallRecord, 'since'>, now: number, seconds: number): boolean {
  return now - since > seconds * 1000 + graceMilliseconds
}
