import { performance } from 'node:perf_hooks'
import { slots } from './call-record.ts'

/** How long payloads that have begun may be waited for before it is looked whether they only wait. */
const lookMilliseconds = 2
/** Part of the time that the process works; below this its payloads wait for something else. */
const busy = 0.5

/** The payloads of a scan process: one after the other, several at once only while the begun ones wait for something. */
export class ChildQueue<T extends { id: number }> {
  readonly #run: (item: T) => Promise<void>
  readonly #onPause: () => void
  #waiting: T[] = []
  #running = 0
  #timer: NodeJS.Timeout | null = null

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

  /** Drops payloads that have not begun. */
  revoke(ids: readonly number[]): void {
    this.#waiting = this.#waiting.filter(({ id }) => !ids.includes(id))
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
      const before = this.#running
      this.#pump()
      if (this.#running === before) this.#onPause()
    })
  }
}
