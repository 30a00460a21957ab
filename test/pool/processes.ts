import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Processes that a process has started. */
export function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').map(Number).filter(Boolean)
  } catch {
    // It has just ended.
    return []
  }
}

/** True for a process that is there and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    // There is none of that number.
    return false
  }
}

/** Waits for something to become true; throws when it does not within 10 seconds. */
export async function waitUntil(isTrue: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !isTrue(); await sleep(20)) {
    if (performance.now() > end) throw new Error(`waited too long until ${isTrue}`)
  }
}
