import type { ScanOutcome, Skip } from '../pipeline/environment.ts'
import type { Right } from '../pipeline/rights.ts'
import type { CallRecord } from './call-record.ts'
import type { ScanMessage } from './messages.ts'
import type { ScanRequest } from './scanner.ts'

/** A payload is scanned at most so often; each time one call that ended a process is left out. */
const mostAttempts = 6
/** Seconds that an attempt gets in any case: without the call that is left out, the rest is quick or it is not. */
const leastSeconds = 5
/** A payload that was in so many processes that ended is scanned alone. */
const mostDeathsBeside = 3

/** One payload on its way through the pool, over as many scan processes as it takes. */
export interface Job {
  readonly id: number
  readonly request: ScanRequest
  readonly resolve: (outcome: ScanOutcome) => void
  readonly reject: (error: unknown) => void
  /** Rights that a plugin has asked for. */
  rights: readonly Right[]
  /** When a process first began it, in milliseconds since 1970; null: none has. */
  begun: number | null
  /** When this attempt has to be over, in milliseconds since 1970; null: it has not begun. */
  deadline: number | null
  attempts: number
  /** True: no other payload is in its process, so that it is known who is at fault. */
  isAlone: boolean
  skips: Skip[]
  /** How often a process ended because of it. */
  deaths: number
  /** How often a process ended that it waited in. */
  deathsBeside: number
  /** Why it is poisonous: it ended a second process. */
  poison: string | null
  isSettled: boolean
}

/** The end of a process that had begun a payload. */
export interface Death {
  /** The limit that it was killed for; null: it died by itself. */
  limit: string | null
  /** How it ended, for people. */
  how: string
  /** What the payload was at. */
  call: CallRecord
  /** True: it was the only payload that had begun. */
  isAlone: boolean
}

/** What becomes of a payload whose process has ended: scanned again, or given up. */
export function afterDeath(job: Job, { limit, how, call, isAlone }: Death): 'again' | 'given up' {
  job.attempts++
  if (!isAlone) {
    job.isAlone = true
    return job.attempts < mostAttempts ? 'again' : 'given up'
  }
  job.isAlone = true
  job.deaths++
  const { payload_id, plugin } = call
  const message = limit ? `${plugin} was stopped` : `${how} while ${plugin} worked on payload ${payload_id}`
  if (job.deaths > 1) job.poison ??= message
  // A process may die by accident: the first time the same is tried once more.
  if (limit === null && job.deaths === 1) return 'again'
  const isLeftOut = job.skips.some(skip => skip.payload_id === payload_id && skip.plugin === plugin)
  job.skips.push({ payload_id, plugin, limit, message })
  return isLeftOut || job.attempts >= mostAttempts ? 'given up' : 'again'
}

/** Another payload seems to be at fault: not for ever, because the record that says so may be forged. */
export function afterDeathBeside(job: Job): void {
  job.deathsBeside++
  if (job.deathsBeside >= mostDeathsBeside) job.isAlone = true
}

/** A payload that was just handed to the pool. */
export function newJob(id: number, request: ScanRequest, settle: Pick<Job, 'resolve' | 'reject'>): Job {
  const fresh = { rights: [], begun: null, deadline: null, attempts: 0, isAlone: false, skips: [] }
  return { id, request, ...settle, ...fresh, deaths: 0, deathsBeside: 0, poison: null, isSettled: false }
}

/** Seconds for the next attempt: what is left of the budget, and a little in any case. */
export function secondsFor({ begun }: Job, max_time: number): number {
  if (begun === null) return max_time
  return Math.max(max_time - (Date.now() - begun) / 1000, Math.min(leastSeconds, max_time))
}

/** What a process is told of a payload, beside the bytes where they go with it. */
export function scanMessage(job: Job, limit: number): ScanMessage {
  const { payload, ...task } = job.request
  const path = payload !== null && 'path' in payload ? payload.path : null
  const max_time = secondsFor(job, limit)
  return {
    kind: 'scan',
    id: job.id,
    path,
    hasPayload: payload !== null,
    task: { ...task, max_time, skips: job.skips },
  }
}

/** Where a payload came from, for people. */
export function nameOf({ request: { kwargs, payload } }: Job): string {
  const path = payload !== null && 'path' in payload ? payload.path : undefined
  return String(path ?? kwargs.path ?? kwargs['url'] ?? kwargs.filename ?? 'a payload without name')
}
