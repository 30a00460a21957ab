import { setImmediate as nextTurn } from 'node:timers/promises'
import { StoqError } from '../errors.ts'

/** Synchronous plugins in a row keep timers and signals waiting; after this long they get their turn. */
const turnMilliseconds = 15
let lastTurn = 0

/** Called between pieces of work: lets timers and signals have their turn. Throws STOQ_RUN_STOPPED when stoQ ends. */
export async function takeTurns(ending: AbortSignal): Promise<void> {
  if (performance.now() - lastTurn > turnMilliseconds) {
    await nextTurn()
    lastTurn = performance.now()
  }
  if (ending.aborted) throw new StoqError('STOQ_RUN_STOPPED', ['a signal'])
}

/** Resolves when `signal` is aborted; forgotten when `until` is. */
export function aborted(signal: AbortSignal, until: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: until })
  })
}
