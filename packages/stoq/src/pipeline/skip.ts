import { StoqError } from '../errors.ts'
import { documentError } from './call-plugin.ts'
import type { PayloadScan } from './scan-payload.ts'

/** True when this call ended a scan process before: it is left out now, and the document says why. */
export function bookSkip(scan: PayloadScan, payloadId: number, plugin: string): boolean {
  const skip = scan.skips.find(known => known.payload_id === payloadId && known.plugin === plugin)
  if (!skip) return false
  const { budget, document, env } = scan
  if (skip.limit !== null) {
    budget.payloadId = payloadId
    budget.cut(skip.limit, skip.message)
    env.trace?.({ kind: 'cut', payload_id: payloadId, limit: skip.limit, detail: skip.message })
    return true
  }
  document.errors.push(documentError(plugin, payloadId, new StoqError('STOQ_POOL_DIED', [skip.message])))
  env.trace?.({ kind: 'error', payload_id: payloadId, plugin, message: skip.message })
  return true
}
