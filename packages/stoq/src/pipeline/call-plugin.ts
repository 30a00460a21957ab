import { errorText, StoqError } from '../errors.ts'
import type { PluginContext } from '../plugin/plugin.ts'
import { longestTimer } from '../plugin/within.ts'
import type { DocumentError } from '../results/types.ts'
import type { Budget } from './budget.ts'

/** A limit that ended a plugin call; told in `truncated`, not as an error. */
export class LimitReached extends StoqError {
  readonly limit: string

  constructor(limit: string) {
    super('STOQ_BUDGET', [limit])
    this.limit = limit
  }
}

/** How often a call that waits for its turn says that it is alive. */
const waitMilliseconds = 200

/** The scan that a call belongs to. */
interface CallScope {
  env: { signal: AbortSignal }
  budget: Budget
  onCall: ((payloadId: number, plugin: string) => void) | undefined
}

/** One call of a plugin on one payload. */
export class PluginCallContext implements PluginContext {
  readonly budget: Budget
  /** Milliseconds that the plugin has worked. */
  spent = 0
  readonly #ending: AbortSignal
  readonly #payloadId: number
  readonly #enter: () => void
  #isOver = false
  #controller: AbortController | null = null
  #signal: AbortSignal | null = null
  /** Begins the time of the call anew. */
  #restart: () => void = () => {}

  constructor({ env, budget, onCall }: CallScope, plugin: string, payloadId: number) {
    this.budget = budget
    this.#ending = env.signal
    this.#payloadId = payloadId
    this.#enter = () => onCall?.(payloadId, plugin)
  }

  /** Follows the run's; made only when a plugin looks at it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort()
    this.#signal ??= AbortSignal.any([this.#controller.signal, this.#ending])
    return this.#signal
  }

  /** The plugin works from now on: cuts belong to the payload of this call, and so does what happens to the process. */
  book(): void {
    this.budget.payloadId = this.#payloadId
    this.#enter()
  }

  /** Waits for the plugin, no longer than one call may take and the payload has left. Throws LimitReached. */
  async withinTime<T>(work: PromiseLike<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const end = (error: StoqError) => {
      // Rejected first: what the plugin says to its abort is not the reason.
      reject(error)
      this.#isOver = true
      this.#controller?.abort()
    }
    const stop = () => end(new StoqError('STOQ_RUN_STOPPED', ['a signal']))
    let timer: NodeJS.Timeout | undefined
    this.#restart = () => {
      clearTimeout(timer)
      const [limit, milliseconds] = this.#limit()
      timer = setTimeout(() => end(new LimitReached(limit)), Math.min(milliseconds, longestTimer))
    }
    this.#restart()
    this.#ending.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([work, late])
    } finally {
      this.#restart = () => {}
      clearTimeout(timer)
      this.#ending.removeEventListener('abort', stop)
    }
  }

  /** Waits for a turn; whoever looks at the process meanwhile must not take the call for one that hangs. */
  async shared<T>(turn: PromiseLike<T>): Promise<T> {
    const begin = () => {
      this.book()
      this.#restart()
    }
    const timer = setInterval(begin, waitMilliseconds)
    try {
      return await turn
    } finally {
      clearInterval(timer)
      begin()
    }
  }

  /** What ends the call first, and in how many milliseconds. */
  #limit(): [limit: string, milliseconds: number] {
    const own = this.budget.limits.max_plugin_time * 1000
    const left = this.budget.remainingTime
    return own <= left ? ['max_plugin_time', own] : ['max_time', left]
  }
}

/** True for promises and everything that acts like one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** A plugin's fault as data. */
export function documentError(plugin: string, payloadId: number, error: unknown): DocumentError {
  const known = error instanceof StoqError
  return {
    plugin,
    code: known ? error.code : 'STOQ_PLUGIN_FAILED',
    message: errorText(error) || 'failed without a word',
    payload_id: payloadId,
  }
}
