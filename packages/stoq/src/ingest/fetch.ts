import { existsSync } from 'node:fs'
import { StoqError } from '../errors.ts'
import type { StoqConnectorPlugin } from '../plugin/connector.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { Scanner } from '../pool/scanner.ts'
import type { ByteGate } from './byte-gate.ts'
import { fetchStream } from './fetch-stream.ts'
import { type Message, messageName } from './message.ts'

/** A payload: its bytes, or where a scanner can read them by itself, until it is let go. */
export interface Fetched {
  payload: Uint8Array | { path: string } | null
  release(): void
}

/** How payloads are fetched. */
export interface FetchOptions {
  /** Says what the scanner reads by itself. */
  scanner: Pick<Scanner, 'canRead' | 'fetchFolder'>
  /** Bounds the bytes that are held. */
  gate: ByteGate
}

/**
 * The bytes that a message carries or names, or their path where the scanner reads that itself; null when it names none.
 * Throws when they cannot be had.
 */
export async function fetchPayload(
  worker: StoqWorkerPlugin,
  message: Message,
  { scanner, gate }: FetchOptions,
): Promise<Fetched> {
  if (message.payload !== undefined) {
    const payload = inlineBytes(message.payload)
    const hold = await gate.enter(payload.byteLength)
    return { payload, release: () => hold.leave() }
  }
  if (message.archive === undefined || !worker.fetches) return { payload: null, release: () => {} }
  const connector = await worker.loadConnector(message.archive)
  const { archive: _archive, ...kwargs } = message
  const path = await connector.getPath?.(kwargs as Kwargs)
  if (typeof path === 'string' && scanner.canRead(path)) return { payload: { path }, release: () => {} }
  const folder = scanner.fetchFolder
  const stream = folder === null ? null : await connector.getStream?.(kwargs as Kwargs)
  if (stream && folder !== null)
    return fetchStream(stream, folder, message, worker.stoq.settings.max_payload_size)
  const hold = await gate.enter()
  try {
    const payload = await ask(connector, message, kwargs as Kwargs)
    hold.settle(payload.byteLength)
    return { payload, release: () => hold.leave() }
  } catch (error) {
    hold.leave()
    throw error
  }
}

/** True when a payload could not be read because its file is not there any more. */
export function isGone({ path }: Message, error: unknown): boolean {
  if (!(error instanceof StoqError) || path === undefined) return false
  return /^STOQ_SOURCE_(UNREADABLE|FORBIDDEN)$/.test(error.code) && !existsSync(path)
}

async function ask(connector: StoqConnectorPlugin, message: Message, kwargs: Kwargs): Promise<Uint8Array> {
  const place = messageName(message)
  if (!connector.getFile) {
    throw new StoqError('STOQ_PAYLOAD_MISSING', [place, `${connector.id} cannot fetch payloads`])
  }
  const payload = await connector.getFile(kwargs)
  if (payload) return payload
  throw new StoqError('STOQ_PAYLOAD_MISSING', [place, `${connector.id} has none`])
}

function inlineBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  throw new StoqError('STOQ_SOURCE_MESSAGE', [`payload must be bytes, got ${typeof payload}`])
}
