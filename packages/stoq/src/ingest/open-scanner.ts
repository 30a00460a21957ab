import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { Scanner, ScanPlan } from '../pool/scanner.ts'
import { readCount } from './options.ts'

/** Opens what payloads are scanned with: this process, or scan processes where stoQ and the worker say so. */
export async function openScanner(worker: StoqWorkerPlugin, plan: ScanPlan): Promise<Scanner> {
  const processes = readCount(worker, 'max_processes')
  if (!worker.scansHere) {
    const { PoolScanner } = await import('../pool/pool.ts')
    return PoolScanner.open(worker, plan, processes)
  }
  if (worker.stoq.isolates) (await import('../pool/early-start.ts')).dropEarly()
  const { InProcessScanner } = await import('../pool/in-process.ts')
  return InProcessScanner.open(worker, plan, processes)
}
