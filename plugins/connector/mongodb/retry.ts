import { setTimeout as sleep } from 'node:timers/promises'
import { isAway } from './connection.ts'

/** How long a server that is away is waited for. */
export interface Patience {
  seconds: number
  /** Ends the wait. */
  signal: AbortSignal
  /** Told once for each outage that a call met. */
  onAway(error: unknown): void
}

/** Calls again, later and later up to every 5 s, while the server is away. Throws what the last call threw. */
export async function whileAway<T>(
  call: () => Promise<T>,
  { seconds, signal, onAway }: Patience,
): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (let tries = 0; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const pause = Math.min(250 * 2 ** tries, 5000)
      if (!isAway(error) || signal.aborted || performance.now() + pause > end) throw error
      if (tries === 0) onAway(error)
      await sleep(pause, null, { signal }).catch(() => {
        throw error
      })
    }
  }
}
