import { errorText, StoqError } from '../errors.ts'
import type { Right } from '../pipeline/rights.ts'
import { takeEarly } from './early-start.ts'
import { type Job, nameOf } from './job.ts'
import type { Launch } from './launch.ts'
import { Reaper } from './reaper.ts'
import { type ProcessEvents, ScanProcess } from './scan-process.ts'
import type { InFlight } from './scanner.ts'

/** Payloads that a process has at once: it answers sixteen together, and has the next sixteen then. */
export const depth = 32
/** So many processes in a row that do not come up mean that none will. */
const mostFailures = 6
/** How long closing processes may take. */
const closeMilliseconds = 1500

/** The scan processes: started when there is work for them, replaced when they end. */
export class Fleet {
  readonly processes = new Set<ScanProcess>()
  /** Processes of the same rights at most. */
  readonly #most: number
  readonly #launch: Launch
  readonly #events: ProcessEvents
  readonly #reaper = process.platform === 'win32' ? null : new Reaper()
  #started = 0
  #failures = 0
  #pauseUntil = 0
  #isClosing = false

  constructor(launch: Launch, most: number, events: ProcessEvents) {
    this.#launch = launch
    this.#most = most
    this.#events = events
  }

  /** The process for a payload, started if need be; null when all that could take it are full. */
  processFor(job: Job): ScanProcess | null {
    const same = alike(this.processes, job.rights)
    const open = same.filter(each => canTake(each, job))
    const least = open.sort((a, b) => a.jobs.size - b.jobs.size)[0]
    const isWanted = !least || least.jobs.size > 0
    const mayStart = same.length < this.#most && performance.now() >= this.#pauseUntil
    if (isWanted && mayStart) return this.start(job.rights) ?? least ?? null
    return least ?? null
  }

  /** Starts another process beside the first, where there may be one. */
  startSecond(rights: readonly Right[]): void {
    if (this.processes.size === 1 && this.#most > 1) this.start(rights)
  }

  /** null: it cannot be started now. Throws when that was so too often. */
  start(rights: readonly Right[]): ScanProcess | null {
    const { grants, temp, max_memory, open } = this.#launch
    const options = { grants, temp, max_memory, rights }
    let process: ScanProcess
    try {
      process = takeEarly(options) ?? new ScanProcess(options)
    } catch (error) {
      // No room for its folder, no memory, no descriptors.
      this.#noteFailure(errorText(error))
      return null
    }
    process.attach(this.#events)
    this.processes.add(process)
    if (process.pid > 0) this.#reaper?.add(process.pid)
    process.send(open(process.folder, rights, this.#started++ === 0))
    return process
  }

  /** What the processes are at. */
  inFlight(): InFlight[] {
    const now = Date.now()
    return [...this.processes].flatMap(({ pid, jobs, calls }) =>
      calls().flatMap(({ id, plugin, payload_id, since }) => {
        const job = jobs.get(id)
        return job ? [{ name: nameOf(job), pid, plugin, payload_id, seconds: (now - since) / 1000 }] : []
      }),
    )
  }

  /** Books that a process is up. */
  isUp(process: ScanProcess): void {
    process.isReady = true
    this.#failures = 0
  }

  /** Takes a process that has ended off the list. Throws when processes do not come up at all. */
  remove(process: ScanProcess, how: string): void {
    this.processes.delete(process)
    this.#reaper?.remove(process.pid)
    if (!process.isReady && !this.#isClosing) this.#noteFailure(how)
  }

  #noteFailure(how: string): void {
    this.#failures++
    this.#pauseUntil = performance.now() + 100 * this.#failures
    if (this.#failures >= mostFailures) throw new StoqError('STOQ_POOL_START', [how])
  }

  /** Ends all processes: idle ones in order, the others at once. */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const each of this.processes) if (each.jobs.size > 0) each.kill()
    for (const each of this.processes) each.end()
    const end = performance.now() + closeMilliseconds
    for (const each of this.processes) await each.closed(Math.max(0, end - performance.now()))
    for (const each of this.processes) {
      each.kill()
      each.remove()
    }
    this.#reaper?.close()
  }
}

/** The processes that have these rights and no others. */
export function alike(processes: Iterable<ScanProcess>, rights: readonly Right[]): ScanProcess[] {
  return [...processes].filter(
    each => each.rights.length === rights.length && rights.every(right => each.rights.includes(right)),
  )
}

function canTake(process: ScanProcess, job: Job): boolean {
  if (!process.isAlive || process.isRetiring) return false
  // It may have begun the payload before that was taken from it.
  if (job.isAlone) return process.jobs.size === 0 && !process.calls().some(({ id }) => id === job.id)
  return process.jobs.size < depth && ![...process.jobs.values()].some(other => other.isAlone)
}
