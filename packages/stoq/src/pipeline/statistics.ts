/** What is counted of the calls of one plugin. Times are milliseconds of work of the plugin, bytes those it was given. */
export interface PluginStatistics {
  calls: number
  time: number
  bytes: number
  errors: number
  /** Calls by time: bucket `n` counts those of up to 2^(n/4) microseconds. */
  buckets: Record<number, number>
}

const bucketsPerDoubling = 4

/** Calls of plugins, counted where they happen and added up over scan processes. */
export class CallStatistics {
  readonly #plugins = new Map<string, PluginStatistics>()

  /** Books a call of a plugin: its time in milliseconds and the bytes it worked on. */
  add(plugin: string, milliseconds: number, bytes: number): void {
    const counted = this.#of(plugin)
    const bucket = Math.max(0, Math.ceil(Math.log2(milliseconds * 1000) * bucketsPerDoubling))
    counted.calls++
    counted.time += milliseconds
    counted.bytes += bytes
    counted.buckets[bucket] = (counted.buckets[bucket] ?? 0) + 1
  }

  /** Books a fault of a plugin. */
  fail(plugin: string): void {
    this.#of(plugin).errors++
  }

  /** What was counted since the last time; the count begins anew. */
  take(): Record<string, PluginStatistics> {
    const taken = Object.fromEntries(this.#plugins)
    this.#plugins.clear()
    return taken
  }

  /** Adds what another process has counted. */
  merge(others: Record<string, PluginStatistics>): void {
    for (const [plugin, { calls, time, bytes, errors, buckets }] of Object.entries(others)) {
      const counted = this.#of(plugin)
      counted.calls += calls
      counted.time += time
      counted.bytes += bytes
      counted.errors += errors
      for (const [bucket, count] of Object.entries(buckets)) {
        counted.buckets[Number(bucket)] = (counted.buckets[Number(bucket)] ?? 0) + count
      }
    }
  }

  /** Every plugin that was called, the one that took most time first. */
  all(): [plugin: string, counted: PluginStatistics][] {
    return [...this.#plugins].sort(([, a], [, b]) => b.time - a.time)
  }

  #of(plugin: string): PluginStatistics {
    let counted = this.#plugins.get(plugin)
    if (!counted) {
      counted = { calls: 0, time: 0, bytes: 0, errors: 0, buckets: {} }
      this.#plugins.set(plugin, counted)
    }
    return counted
  }
}

/** Milliseconds that so great a part of the calls (0 to 1) took at most, to a fifth; 0 without calls. */
export function percentile({ calls, buckets }: PluginStatistics, part: number): number {
  let left = calls * part
  for (const [bucket, count] of Object.entries(buckets)) {
    left -= count
    if (left <= 0) return 2 ** (Number(bucket) / bucketsPerDoubling) / 1000
  }
  return 0
}
