import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { ResultDocument } from '../results/types.ts'

/**
 * Throws what the worker failed with where no document is saved that could tell it: what it did not do is not done, and the
 * source must not let go of the payload.
 */
export function throwUnsavedFault(worker: StoqWorkerPlugin, documents: readonly ResultDocument[]): void {
  if (worker.saveresults) return
  const fault = documents[0]?.errors.find(({ plugin }) => plugin === worker.id)
  if (fault) throw new Error(fault.message)
}
