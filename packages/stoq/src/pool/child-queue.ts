import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { slots } from './call-record.ts'

/** How long payloads that have begun may be waited for before it is looked whether they only wait. */
const lookMilliseconds = 2
/** Part of the time that the process works; below this its payloads wait for something else. */
const busy = 0.5

/** How long payloads may follow each other without a look at what has been said meanwhile: some may be for others now. */
const turnMilliseconds = 1

/** The payloads of a scan process: one after the other, several at once only while the begun ones wait for something. */
export class ChildQueue<T extends { id: number }> {
  readonly #run: (item: T) => Promise<void>
  readonly #onPause: () => void
  #waiting: T[] = []
  #running = 0
  #timer: NodeJS.Timeout | null = null
  #lastTurn = 0

  /** `run` must not reject. `onPause` is called when one has ended and none can begin in its place. */
  constructor(run: (item: T) => Promise<void>, onPause: () => void) {
    this.#run = run
    this.#onPause = onPause
  }

  /** True when none waits. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** True when no more than one payload is under way. */
  get isAlone(): boolean {
    return this.#running <= 1
  }

  push(item: T): void {
    this.#waiting.push(item)
    this.#pump()
  }

  /** Drops payloads that have not begun; gives those that it has dropped. */
  revoke(ids: readonly number[]): number[] {
    const dropped = this.#waiting.filter(({ id }) => ids.includes(id))
    this.#waiting = this.#waiting.filter(({ id }) => !ids.includes(id))
    return dropped.map(({ id }) => id)
  }

  #pump(): void {
    if (this.#running === 0) this.#start()
    if (this.#waiting.length === 0 || this.#running >= slots || this.#timer) return
    const before = performance.eventLoopUtilization()
    this.#timer = setTimeout(() => {
      this.#timer = null
      const { utilization } = performance.eventLoopUtilization(before)
      if (utilization < busy && this.#running < slots) this.#start()
      this.#pump()
    }, lookMilliseconds)
  }

  #start(): void {
    const item = this.#waiting.shift()
    if (!item) return
    this.#running++
    void this.#run(item).finally(() => {
      this.#running--
      if (performance.now() - this.#lastTurn < turnMilliseconds) this.#next()
      else void this.#listen()
    })
  }

  async #listen(): Promise<void> {
    await hasListened()
    this.#lastTurn = performance.now()
    this.#next()
  }

  #next(): void {
    const before = this.#running
    this.#pump()
    if (this.#running === before) this.#onPause()
  }
}

/** Resolves when everything was read that has been said until now: the second turn comes after a look at all sockets. */
export async function hasListened(): Promise<void> {
  await turn()
  await turn()
}
