import { setTimeout as sleepFor } from 'node:timers/promises'
import { StoqError } from '../errors.ts'

/** So many starts in so many seconds. */
export interface Rate {
  count: number
  seconds: number
}

/** Reads `count/seconds`, such as `10/60`: two whole numbers from 1 to 999999. `source` says in the error where it was written. */
export function parseRateLimit(text: string, source = 'stoq'): Rate {
  const [, count, seconds] = /^\s{0,9}([0-9]{1,6})\s{0,9}\/\s{0,9}([0-9]{1,6})\s{0,9}$/.exec(text) ?? []
  const rate = { count: Number(count), seconds: Number(seconds) }
  if (rate.count > 0 && rate.seconds > 0) return rate
  throw new StoqError('STOQ_CONFIG_VALUE', [
    source,
    'ratelimit',
    'count/seconds, such as 10/60',
    text.slice(0, 80),
  ])
}

/** Where the limit takes the time from; milliseconds. Tests bring their own. */
export interface Clock {
  now(): number
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/**
 * One limit for all who share it: a start every `seconds / count` seconds, in the order in which they asked.
 * Nobody who was idle or late may catch up: two starts are never closer than nine tenths of that.
 */
export class RateLimit {
  readonly #gap: number
  readonly #clock: Clock
  /** When the next start is due. */
  #due = Number.NEGATIVE_INFINITY
  #last: Promise<void> = Promise.resolve()

  constructor(rate: Rate, clock: Clock = systemClock) {
    this.#gap = (rate.seconds * 1000) / rate.count
    this.#clock = clock
  }

  /** Resolves when the caller may start. Rejects with the reason of `signal` as soon as that is aborted, and takes no turn then. */
  wait(signal: AbortSignal): Promise<void> {
    const turn = this.#last.then(() => this.#takeTurn(signal))
    this.#last = turn.catch(() => {
      // Whoever gave up has been told by its own promise; the next one's turn comes now.
    })
    return untilAborted(turn, signal)
  }

  async #takeTurn(signal: AbortSignal): Promise<void> {
    let hasSlept = false
    for (let now = this.#clock.now(); now < this.#due; now = this.#clock.now()) {
      await this.#clock.sleep(Math.min(this.#due - now, maxSleep), signal)
      hasSlept = true
    }
    signal.throwIfAborted()
    const now = this.#clock.now()
    // A timer is always a little late. Counting on from when it was due keeps that from adding up.
    const isOnTime = hasSlept && now - this.#due < this.#gap / 10
    this.#due = (isOnTime ? this.#due : now) + this.#gap
  }
}

/** A timer of Node that is set for longer goes off at once. */
const maxSleep = 2 ** 31 - 1

const systemClock: Clock = {
  now: () => performance.now(),
  // Node's timers may be a part of a millisecond early.
  sleep: (milliseconds, signal) => sleepFor(Math.ceil(milliseconds), undefined, { signal }),
}

function untilAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
