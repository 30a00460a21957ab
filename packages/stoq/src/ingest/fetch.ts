import { StoqError } from '../errors.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { type Message, messageName } from './message.ts'

/** A payload: its bytes, or where a scanner can read them by itself. */
export type Fetched = Uint8Array | { path: string } | null

/**
 * The bytes that a message carries or names, or their path where `canRead` says that the scanner reads that itself; null
 * when it names none. Throws when they cannot be had.
 */
export async function fetchPayload(
  worker: StoqWorkerPlugin,
  message: Message,
  canRead: (path: string) => boolean,
): Promise<Fetched> {
  if (message.payload !== undefined) return inlineBytes(message.payload)
  if (message.archive === undefined) return null
  const place = messageName(message)
  const connector = await worker.loadConnector(message.archive)
  if (!connector.getFile) {
    throw new StoqError('STOQ_PAYLOAD_MISSING', [place, `${connector.id} cannot fetch payloads`])
  }
  const { archive: _archive, ...kwargs } = message
  const path = await connector.getPath?.(kwargs as Kwargs)
  if (typeof path === 'string' && canRead(path)) return { path }
  const payload = await connector.getFile(kwargs as Kwargs)
  if (payload) return payload
  throw new StoqError('STOQ_PAYLOAD_MISSING', [place, `${connector.id} has none`])
}

function inlineBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  throw new StoqError('STOQ_SOURCE_MESSAGE', [`payload must be bytes, got ${typeof payload}`])
}
