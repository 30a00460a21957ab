import { availableParallelism } from 'node:os'
import { StoqError } from '../errors.ts'
import type { ScanOutcome } from '../pipeline/environment.ts'
import { neededRights, type Right } from '../pipeline/rights.ts'
import { CallStatistics } from '../pipeline/statistics.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { CallRecord } from './call-record.ts'
import { depth, Fleet } from './fleet.ts'
import { mayRead } from './grants.ts'
import { afterDeath, afterDeathBeside, type Death, type Job, nameOf, newJob, scanMessage } from './job.ts'
import { type Launch, mayHaveMany, prepareLaunch } from './launch.ts'
import type { FromProcess } from './messages.ts'
import { newsOf, noteText } from './news.ts'
import { bareOutcome, receiveOutcome } from './outcome.ts'
import { bytesOf, quarantine } from './quarantine.ts'
import type { ScanProcess } from './scan-process.ts'
import type { InFlight, Kills, Scanner, ScanPlan, ScanRequest } from './scanner.ts'
import { Sharing } from './sharing.ts'
import { makeProcessFolder, removeAll, sweepFolders } from './temp.ts'
import { Watchdog } from './watchdog.ts'

/** How soon a process that did not come up is tried again. */
const retryMilliseconds = 100

/**
 * Scans in child processes, which may die: the payload that a process was at is scanned again without the call that ended
 * it, and every payload comes to an end.
 */
export class PoolScanner implements Scanner {
  readonly concurrency: number
  readonly statistics = new CallStatistics()
  readonly kills: Kills = {}
  faults = 0
  onFault: (() => unknown) | null = null
  readonly #worker: StoqWorkerPlugin
  readonly #plan: ScanPlan
  readonly #launch: Launch
  readonly #rights: readonly Right[]
  readonly #fleet: Fleet
  readonly #watchdog: Watchdog
  readonly #sharing: Sharing
  /** Folder of what scans have left for the archive. */
  readonly #keep: string
  readonly fetchFolder: string | null
  readonly #waiting: Job[] = []
  readonly #news: (message: FromProcess) => boolean
  readonly #ready = Promise.withResolvers<void>()
  readonly #closing = new AbortController()
  #again: NodeJS.Timeout | null = null
  #lastId = 0
  #isOpen = false
  /** Set once no process can be had. */
  #broken: StoqError | null = null

  private constructor(worker: StoqWorkerPlugin, plan: ScanPlan, processes: number) {
    const most = processes || availableParallelism()
    this.#worker = worker
    this.#plan = plan
    this.#launch = prepareLaunch(worker, plan)
    this.fetchFolder = this.#launch.fetchFolder
    this.#rights = neededRights(worker.manifest)
    this.#keep = makeProcessFolder(this.#launch.temp)
    this.#news = newsOf(worker, plan.trace, this.statistics, () => this.onFault?.())
    this.concurrency = most * depth
    this.#fleet = new Fleet(this.#launch, most, {
      message: (process, message) => this.#take(process, message),
      text: (process, text) => noteText(worker.stoq.log, process.pid, text),
      end: (process, how, calls) => this.#ended(process, how, calls),
    })
    this.#sharing = new Sharing(this.#fleet.processes)
    this.#watchdog = new Watchdog(
      plan.limits,
      () => this.#fleet.processes,
      () => this.#balance(),
    )
  }

  /** Starts the first processes. Throws when they cannot be opened. */
  static async open(worker: StoqWorkerPlugin, plan: ScanPlan, processes: number): Promise<PoolScanner> {
    const pool = new PoolScanner(worker, plan, processes)
    sweepFolders(pool.#launch.temp)
    const { signal } = worker.stoq.ending
    signal.addEventListener('abort', () => pool.#stop(), { once: true, signal: pool.#closing.signal })
    if (signal.aborted) pool.#stop()
    pool.#assign()
    // One file needs no second one, a folder will.
    if (mayHaveMany(worker)) pool.#fleet.startSecond(pool.#rights)
    try {
      await pool.#ready.promise
      return pool
    } catch (error) {
      await pool.close()
      throw error
    }
  }

  canRead(path: string): boolean {
    return mayRead(path, this.#launch.grants)
  }

  scan(request: ScanRequest): Promise<ScanOutcome> {
    return new Promise((resolve, reject) => {
      const job = newJob(++this.#lastId, request, { resolve, reject })
      job.rights = this.#rights
      this.#waiting.push(job)
      this.#assign()
    })
  }

  inFlight(): InFlight[] {
    return this.#fleet.inFlight()
  }

  async close(): Promise<void> {
    this.#watchdog.stop()
    this.#closing.abort()
    this.#broken ??= new StoqError('STOQ_RUN_STOPPED', ['its end'])
    await this.#fleet.close()
    removeAll(this.#keep)
    if (this.fetchFolder !== null) removeAll(this.fetchFolder)
  }

  /** Gives up everything that is under way: stoQ ends. */
  #stop(): void {
    this.#fail(new StoqError('STOQ_RUN_STOPPED', ['a signal']))
    for (const process of this.#fleet.processes) process.kill()
  }

  /** Starts what has to be started and hands out what waits, until nothing has to be looked after any more. */
  #assign(): void {
    try {
      if (!this.#isOpen && !this.#broken && this.#fleet.processes.size === 0) this.#fleet.start(this.#rights)
      this.#handOut()
    } catch (error) {
      this.#fail(error as StoqError)
    }
    if (this.#broken || (this.#isOpen && this.#waiting.length === 0)) return
    // Whatever keeps processes from coming up may be over then.
    this.#again ??= setTimeout(() => {
      this.#again = null
      this.#assign()
    }, retryMilliseconds)
  }

  /** Hands waiting payloads to processes, in order, as long as one can take them. */
  #handOut(): void {
    for (let index = 0; index < this.#waiting.length; ) {
      const job = this.#waiting[index] as Job
      if (this.#broken) {
        this.#fail(this.#broken)
        return
      }
      const process = this.#fleet.processFor(job)
      if (process) {
        this.#waiting.splice(index, 1)
        this.#give(process, job)
      } else if (job.isAlone || job.rights !== this.#rights) index++
      else return
    }
  }

  #give(process: ScanProcess, job: Job): void {
    const { payload } = job.request
    job.deadline = null
    process.jobs.set(job.id, job)
    const message = scanMessage(job, this.#plan.limits.max_time)
    process.send(message, payload instanceof Uint8Array ? payload : undefined)
    this.#watchdog.start()
  }

  #take(process: ScanProcess, message: FromProcess): void {
    if (this.#news(message)) return
    if (message.kind === 'ready') this.#isUp(process, message.faults)
    else if (message.kind === 'unusable') this.#unusable(process, message)
    else if (message.kind === 'revoked')
      this.#takeBack(this.#sharing.given(process, message.ask, message.ids))
    else if ('id' in message) this.#settle(process, message)
  }

  #isUp(process: ScanProcess, faults: number): void {
    this.#fleet.isUp(process)
    this.faults = faults
    this.#isOpen = true
    this.#ready.resolve()
  }

  /** The end of a payload, unless another process has come to it before. */
  #settle(process: ScanProcess, message: FromProcess & { id: number }): void {
    const job = process.jobs.get(message.id)
    if (!job) return
    if (message.kind === 'done') {
      const outcome = receiveOutcome(message, process.folder, this.#keep)
      job.resolve(job.poison === null ? outcome : { ...outcome, poison: job.poison })
    }
    if (message.kind === 'failed') job.reject(StoqError.received(message.code, message.message))
    if (message.kind === 'needs') this.#putBack(job, this.#widened(job, message.rights))
    process.jobs.delete(message.id)
    process.endIfDone()
    if (this.#waiting.length > 0) this.#assign()
    else if (process.jobs.size === 0) this.#sharing.ask(process)
  }

  /** Rights that a plugin which is there asks for, beside those of the job. Throws for any other wish. */
  #widened(job: Job, wanted: readonly Right[]): Right[] {
    const wider = [...new Set([...job.rights, ...wanted])].sort()
    if (wider.length > job.rights.length && this.#launch.mayNeed(wanted)) return wider
    throw new StoqError('STOQ_POOL_DIED', ['it asked for rights that no plugin needs'])
  }

  #putBack(job: Job, rights: readonly Right[] = job.rights): void {
    job.rights = rights
    this.#waiting.unshift(job)
  }

  /** What a process has not begun, or not told of, does not wait for what hangs in it. */
  #balance(): void {
    this.#takeBack(this.#sharing.overdue())
    if (this.#waiting.length > 0) return
    for (const each of this.#fleet.processes) if (each.jobs.size === 0) this.#sharing.ask(each)
  }

  #takeBack(jobs: readonly Job[]): void {
    for (const job of jobs) this.#putBack(job)
    if (jobs.length > 0) this.#assign()
  }

  #unusable(process: ScanProcess, { code, message }: FromProcess & { kind: 'unusable' }): void {
    this.#ready.reject(StoqError.received(code, message))
    this.#worker.stoq.log.debug(`scan process ${process.pid}: ${message}`)
    process.kill()
  }

  #ended(process: ScanProcess, how: string, calls: readonly CallRecord[]): void {
    const begun = this.#suspects(process, calls)
    const [first] = begun
    if (process.jobs.size > 0) this.#count(first?.plugin ?? 'stoq', process.killedFor ?? 'died')
    for (const call of begun) {
      const limit = calls.includes(call) ? process.killedFor : null
      this.#afterDeath(process, { limit, how, call, isAlone: begun.length === 1 })
    }
    for (const job of process.jobs.values()) {
      if (begun.some(({ id }) => id === job.id)) continue
      afterDeathBeside(job)
      this.#putBack(job)
    }
    process.jobs.clear()
    try {
      this.#sharing.forget(process)
      this.#fleet.remove(process, how)
    } catch (error) {
      this.#fail(error as StoqError)
    }
    this.#assign()
  }

  /** What a process was at when it ended; all that it could be at, where its record tells of none: it may be forged. */
  #suspects({ jobs, isReady }: ScanProcess, calls: readonly CallRecord[]): CallRecord[] {
    const begun = calls.filter(({ id }) => jobs.has(id))
    const wasElsewhere = calls.length > 0 && ![...jobs.values()].some(({ isAlone }) => isAlone)
    if (begun.length > 0 || wasElsewhere || !isReady) return begun
    return [...jobs.keys()].map(id => ({ id, payload_id: 0, plugin: this.#worker.id, since: 0 }))
  }

  #afterDeath(process: ScanProcess, death: Death): void {
    const { how, call } = death
    const job = process.jobs.get(call.id)
    if (!job) return
    if (this.#broken) {
      job.reject(this.#broken)
      return
    }
    const { log } = this.#worker.stoq
    const wasPoison = job.poison !== null
    const fate = afterDeath(job, death)
    log.warning(`scan process ${process.pid}: ${how} with ${nameOf(job)} (${call.plugin})`)
    if (job.poison !== null && !wasPoison) void quarantine(job, this.#worker.stoq)
    if (fate === 'again') this.#putBack(job)
    else void this.#giveUp(job)
  }

  async #giveUp(job: Job): Promise<void> {
    job.resolve(bareOutcome(job, this.#worker, await bytesOf(job, this.#worker.stoq).catch(() => null)))
  }

  #count(plugin: string, reason: string): void {
    const kills = this.kills[plugin] ?? {}
    this.kills[plugin] = kills
    kills[reason] = (kills[reason] ?? 0) + 1
  }

  #fail(error: StoqError): void {
    this.#broken ??= error
    this.#ready.reject(error)
    for (const job of this.#waiting.splice(0)) job.reject(error)
    for (const process of this.#fleet.processes) {
      for (const job of process.jobs.values()) job.reject(error)
      process.jobs.clear()
    }
  }
}
