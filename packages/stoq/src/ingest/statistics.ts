import { percentile } from '../pipeline/statistics.ts'
import type { Run } from './run.ts'
import type { RunTotals } from './totals.ts'

/** What `--stats` writes: totals of a run, and of every plugin its calls. Times of the run in seconds, of calls in milliseconds. */
export interface RunStatistics {
  date: string
  seconds: number
  totals: RunTotals
  /** Scan processes that ended before their time. */
  kills: number
  plugins: Record<
    string,
    {
      calls: number
      /** Time of all calls, in seconds. */
      seconds: number
      p50_ms: number
      p99_ms: number
      /** Bytes that it was given. */
      bytes: number
      errors: number
      /** Scan processes that ended while it worked, by the limit, or `died`. */
      kills: Record<string, number>
    }
  >
}

/** The statistics of a run that began so many seconds ago. */
export function runStatistics({ totals, scanner }: Run, seconds: number): RunStatistics {
  const kills = scanner?.kills ?? {}
  const counted = new Map(scanner?.statistics.all() ?? [])
  const none = { calls: 0, time: 0, bytes: 0, errors: 0, buckets: {} }
  const names = [...new Set([...counted.keys(), ...Object.keys(kills)])]
  const plugins = names.map(name => {
    const calls = counted.get(name) ?? none
    return [
      name,
      {
        calls: calls.calls,
        seconds: rounded(calls.time / 1000),
        p50_ms: rounded(percentile(calls, 0.5)),
        p99_ms: rounded(percentile(calls, 0.99)),
        bytes: calls.bytes,
        errors: calls.errors,
        kills: kills[name] ?? {},
      },
    ] as const
  })
  return {
    date: new Date().toISOString(),
    seconds: rounded(seconds),
    totals,
    kills: countKills(scanner?.kills ?? {}),
    plugins: Object.fromEntries(plugins),
  }
}

/** How many scan processes ended before their time. */
export function countKills(kills: Record<string, Record<string, number>>): number {
  return Object.values(kills)
    .flatMap(reasons => Object.values(reasons))
    .reduce((sum, count) => sum + count, 0)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
