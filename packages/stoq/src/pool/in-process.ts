import { Dispatcher } from '../dispatch/dispatcher.ts'
import type { LeftBytes, ScanEnvironment, ScanOutcome, ScanTask } from '../pipeline/environment.ts'
import { scanPayload } from '../pipeline/scan-payload.ts'
import { CallStatistics } from '../pipeline/statistics.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { InFlight, Kills, Scanner, ScanPlan, ScanRequest } from './scanner.ts'

/** Payloads in flight when nothing else is said: workers that wait for an answer overlap, memory stays small. */
const defaultConcurrency = 4

/** Scans in this process: for library use, the shell, tests and workers that do not parse what they are given. */
export class InProcessScanner implements Scanner {
  readonly concurrency: number
  readonly statistics: CallStatistics
  readonly kills: Kills = {}
  onFault: (() => unknown) | null = null
  readonly #env: ScanEnvironment
  readonly #inFlight = new Map<ScanTask, InFlight & { since: number }>()

  constructor(env: ScanEnvironment, concurrency = 0) {
    this.#env = env
    this.statistics = env.statistics ?? new CallStatistics()
    this.concurrency = concurrency || defaultConcurrency
  }

  /** Compiles the dispatch rules where the worker asks for them. Throws when none is left. */
  static async open(worker: StoqWorkerPlugin, plan: ScanPlan, concurrency = 0): Promise<InProcessScanner> {
    return new InProcessScanner(await openEnvironment(worker, plan, content => content), concurrency)
  }

  get faults(): number {
    return this.#env.dispatcher?.faults ?? 0
  }

  readonly fetchFolder = null

  canRead(): boolean {
    return false
  }

  async scan(request: ScanRequest): Promise<ScanOutcome> {
    const { payload } = request
    const isPath = payload !== null && 'path' in payload
    const bytes = isPath ? await this.#env.worker.stoq.getFile(payload.path) : payload
    const task: ScanTask = { ...request, payload: bytes }
    const state = {
      name: String(task.kwargs.path ?? task.kwargs.filename ?? ''),
      pid: process.pid,
      plugin: '',
    }
    const place = { ...state, payload_id: 0, seconds: 0, since: performance.now() }
    task.onCall = (payload_id, plugin) =>
      Object.assign(place, { payload_id, plugin, since: performance.now() })
    this.#inFlight.set(task, place)
    try {
      return await scanPayload(this.#env, task)
    } finally {
      this.#inFlight.delete(task)
    }
  }

  inFlight(): InFlight[] {
    const now = performance.now()
    return [...this.#inFlight.values()].map(({ since, ...place }) => ({
      ...place,
      seconds: (now - since) / 1000,
    }))
  }

  async close(): Promise<void> {
    this.#env.dispatcher?.close()
  }
}

/** What every payload is scanned with, in whatever process. Throws when no dispatch rules are left. */
export async function openEnvironment(
  worker: StoqWorkerPlugin,
  { limits, magic, archiving, keepsAll = false, ingestMetadata, trace }: ScanPlan,
  leave: (content: Uint8Array) => LeftBytes,
): Promise<ScanEnvironment> {
  const { settings, ending, log } = worker.stoq
  const { dispatch_rules: files, yara_engine: engine } = settings
  return {
    worker,
    dispatcher: worker.dispatch ? await Dispatcher.load({ files, engine, log }) : null,
    limits,
    magic,
    leave: archiving || keepsAll ? leave : null,
    keepsAll,
    ingestMetadata,
    signal: ending.signal,
    onAbsent: tellOnce(worker),
    statistics: new CallStatistics(),
    ...(trace && { trace }),
  }
}

/** So many plugins are told: a scan process that was taken over could think of ever new ones. */
const mostAbsent = 1000

/** Plugins that rules name and that are not installed: each is told once. */
export function tellOnce({ stoq }: StoqWorkerPlugin): (rule: string, plugin: string) => void {
  const told = new Set<string>()
  return (rule, plugin) => {
    if (told.has(plugin) || told.size >= mostAbsent) return
    told.add(plugin)
    stoq.log.warning(`dispatch rule ${rule} names ${plugin}, which is not installed`)
  }
}
