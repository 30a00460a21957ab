import { hashPayload } from '../payload/hashes.ts'
import type { ArchiveItem } from '../pipeline/environment.ts'
import type { StoqConnectorPlugin } from '../plugin/connector.ts'
import type { ResultDocument } from '../results/types.ts'

/** What an entry gets when its payload is archived. */
export interface ArchiveFacts {
  ssdeep: string
  'content-type': string
  conn_id?: string
}

/** Archives the bytes with their hashes, fuzzy hash and type; `conn_id` is what the connector finds them by. */
export async function archivePayload(
  connector: StoqConnectorPlugin,
  payload: Uint8Array,
  durable: boolean,
): Promise<ArchiveFacts> {
  // Only runs that archive need these.
  const [{ getMagic }, { getSsdeep }] = await Promise.all([
    import('../payload/magic.ts'),
    import('../payload/ssdeep.ts'),
  ])
  const ssdeep = getSsdeep(payload)
  const type = (await getMagic(payload)) ?? 'application/octet-stream'
  const facts = { ssdeep, 'content-type': type }
  const id = await connector.save(payload, {
    archive: true,
    ...hashPayload(payload),
    ...facts,
    ...(durable && { durable }),
  })
  return typeof id === 'string' ? { ...facts, conn_id: id } : facts
}

/** Archives the children that rules want saved; their entries tell where. */
export async function archiveChildren(
  connector: StoqConnectorPlugin,
  documents: readonly ResultDocument[],
  items: readonly ArchiveItem[],
  durable: boolean,
): Promise<void> {
  for (const { payload_id, content } of items) {
    const entry = documents[0]?.results[payload_id]
    if (entry) Object.assign(entry, await archivePayload(connector, content, durable))
  }
}
