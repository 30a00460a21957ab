import { closeSync, constants, createReadStream, fstatSync, openSync, readFileSync, rmSync } from 'node:fs'
import { StoqError } from '../errors.ts'
import { hashPayload, hashStream } from '../payload/hashes.ts'
import type { ArchiveItem, ScanOutcome } from '../pipeline/environment.ts'
import type { ByteStream, SaveKwargs, StoqConnectorPlugin } from '../plugin/connector.ts'
import type { Message } from './message.ts'

/** How payloads are archived. */
export interface ArchiveOptions {
  connector: StoqConnectorPlugin
  durable: boolean
  /** The root payload, where its bytes are here. */
  given: Uint8Array | null
}

/** Archives what a scan has left for it; the entries tell where: `conn_id` is what the connector finds the bytes by. */
export async function archivePayloads(outcome: ScanOutcome, options: ArchiveOptions): Promise<void> {
  const { documents, archive } = outcome
  try {
    for (const item of archive) {
      const facts = await archiveOne(item, options)
      const entries = item.payload_id === 0 ? documents.map(({ results }) => results[0]) : []
      for (const entry of [documents[0]?.results[item.payload_id], ...entries])
        if (entry) Object.assign(entry, facts)
    }
  } finally {
    for (const { content } of archive)
      if (typeof content === 'object' && 'file' in content) rmSync(content.file, { force: true })
  }
}

/** Hashes are made here, of the bytes that are saved: a name in the archive must be true. */
async function archiveOne({ content, facts }: ArchiveItem, options: ArchiveOptions): Promise<object> {
  const { connector, durable, given } = options
  const kwargs = { archive: true, ...facts, ...(durable && { durable }) }
  const bytes = content === 'given' ? given : content instanceof Uint8Array ? content : null
  if (!bytes && typeof content === 'string')
    throw new StoqError('STOQ_PAYLOAD_MISSING', ['the archive', 'its bytes are gone'])
  const id = bytes
    ? await connector.save(bytes, { ...kwargs, ...hashPayload(bytes) })
    : await archiveLeft(connector, (content as { file: string }).file, kwargs)
  return typeof id === 'string' ? { ...facts, conn_id: id } : facts
}

/** A file that a scan process left: as a stream where the connector takes one. */
async function archiveLeft(connector: StoqConnectorPlugin, file: string, kwargs: SaveKwargs) {
  if (!connector.saveStream) {
    const bytes = readLeft(file)
    return connector.save(bytes, { ...kwargs, ...hashPayload(bytes) })
  }
  const hashes = await hashStream(streamLeft(file).stream)
  return connector.saveStream(streamLeft(file), { ...kwargs, ...hashes })
}

/** A scan process may have been taken over by what it scans: no link is followed, no pipe waited for. */
function openLeft(file: string): { descriptor: number; size: number } {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const descriptor = openSync(file, flags)
  const stats = fstatSync(descriptor)
  if (stats.isFile()) return { descriptor, size: stats.size }
  closeSync(descriptor)
  throw new StoqError('STOQ_SOURCE_UNREADABLE', [file, 'it is no file'])
}

/** The bytes of a file that a scan process left. */
export function readLeft(file: string): Uint8Array {
  const { descriptor } = openLeft(file)
  try {
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function streamLeft(file: string): ByteStream {
  const { descriptor, size } = openLeft(file)
  return { size, stream: createReadStream('', { fd: descriptor }) }
}

/** A payload that came out of the archive by its hash is in it already. */
export function isNewTo(archive: StoqConnectorPlugin, message: Message): boolean {
  const place = message.path ?? message.url ?? message.payload
  return message.archive !== archive.name || place !== undefined
}
