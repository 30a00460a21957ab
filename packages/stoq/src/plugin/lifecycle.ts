import { errorText } from '../errors.ts'
import type { StoqPlugin } from './plugin.ts'

interface Alive {
  plugin: StoqPlugin
  stop: AbortController
  heartbeat: Promise<void>
}

/**
 * Every activated plugin of one stoQ: starts heartbeats, and ends all of them. A plugin's life: construct, options,
 * activate, heartbeat, work, deactivate; the last in reverse order of activation, always.
 */
export class PluginLifecycle {
  readonly #alive: Alive[] = []

  /** Takes charge of an activated plugin and starts its heartbeat, once, when it wants one. */
  add(plugin: StoqPlugin): void {
    const stop = new AbortController()
    const heartbeat = plugin.wants_heartbeat ? beat(plugin, stop.signal) : Promise.resolve()
    this.#alive.push({ plugin, stop, heartbeat })
  }

  /** Stops heartbeats and deactivates every plugin, last one first. A fault of one is logged and does not stop the rest. */
  async close(): Promise<void> {
    for (let entry = this.#alive.pop(); entry; entry = this.#alive.pop()) {
      entry.stop.abort()
      await endOf(entry.heartbeat, 1)
      try {
        const isOver = await endOf(Promise.resolve(entry.plugin.deactivate()), longestEnd)
        if (!isOver) entry.plugin.log.error(`${entry.plugin.id} did not deactivate within ${longestEnd} s`)
      } catch (error) {
        entry.plugin.log.error(`${entry.plugin.id} did not deactivate: ${errorText(error)}`, error)
      }
    }
  }
}

async function beat(plugin: StoqPlugin, signal: AbortSignal): Promise<void> {
  try {
    await plugin.heartbeat(signal)
  } catch (error) {
    if (!signal.aborted) plugin.log.error(`heartbeat of ${plugin.id} ended: ${errorText(error)}`, error)
  }
}

/** Seconds that a plugin may take to let go. */
const longestEnd = 5

/** Waits no longer than so many seconds; false when it was not over then. */
async function endOf(work: Promise<void>, seconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(resolve, seconds * 1000, false)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
