import type { Truncation } from '../results/types.ts'

/** What one root payload and all its children may use together. */
export interface BudgetLimits {
  /** Payloads down to this depth are dispatched (root: 0); entries exist one level deeper. */
  max_recursion: number
  /** Children of one root payload. */
  max_children: number
  /** Bytes that extractors, carvers and decoders may produce together. */
  max_bytes: number
  /** Seconds for the root payload and all its children. */
  max_time: number
  /** Seconds for one call of a plugin. */
  max_plugin_time: number
}

/** The limits of scans: the budget, and what only the one who looks after a scan process can see to. */
export interface ScanLimits extends BudgetLimits {
  /** Bytes of memory of a scan process, the programs that it starts included. */
  max_memory: number
}

/** The one budget of a root payload, counted on what is really produced. What it cuts is told in `truncated`. */
export class Budget {
  readonly limits: BudgetLimits
  readonly truncated: Truncation[] = []
  /** The payload that is being taken apart now; cuts are booked on it. */
  payloadId = 0
  readonly #deadline: number
  readonly #told = new Set<string>()
  #bytes = 0
  #children = 0

  constructor(limits: BudgetLimits, now: number = performance.now()) {
    this.limits = limits
    this.#deadline = now + limits.max_time * 1000
  }

  /** Bytes that may still be produced: a plugin stops before it goes over, and says so with `cut`. */
  get remainingBytes(): number {
    return Math.max(0, this.limits.max_bytes - this.#bytes)
  }

  /** Children that may still be produced. */
  get remainingChildren(): number {
    return Math.max(0, this.limits.max_children - this.#children)
  }

  /** Milliseconds left for the whole payload. */
  get remainingTime(): number {
    return Math.max(0, this.#deadline - performance.now())
  }

  /** Books one child of `size` bytes; false, and told in `truncated`, when that is more than is left. */
  takeChild(size: number): boolean {
    if (this.remainingChildren === 0)
      return this.cut('max_children', `more than ${this.limits.max_children} children`)
    if (size > this.remainingBytes)
      return this.cut('max_bytes', `more than ${this.limits.max_bytes} bytes produced`)
    this.#children++
    this.#bytes += size
    return true
  }

  /** False, and told in `truncated`, when no more children may come. */
  hasChildren(): boolean {
    return (
      this.remainingChildren > 0 || this.cut('max_children', `more than ${this.limits.max_children} children`)
    )
  }

  /** False, and told in `truncated`, when the time of the payload is up. */
  hasTime(): boolean {
    return this.remainingTime > 0 || this.cut('max_time', `longer than ${this.limits.max_time} s`)
  }

  /** Tells, once for each limit, payload and detail, that something was left out. Gives false, for use in a return. */
  cut(limit: string, detail: string): false {
    const key = `${this.payloadId} ${limit} ${detail}`
    if (!this.#told.has(key)) this.truncated.push({ limit, payload_id: this.payloadId, detail })
    this.#told.add(key)
    return false
  }
}
