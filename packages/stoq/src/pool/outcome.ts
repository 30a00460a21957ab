import { mkdirSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StoqError } from '../errors.ts'
import { hashPayload } from '../payload/hashes.ts'
import { rootEntry, rootUuid } from '../pipeline/entry.ts'
import type { ArchiveItem, ScanOutcome } from '../pipeline/environment.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { ResultDocument } from '../results/types.ts'
import type { Job } from './job.ts'
import type { FromProcess } from './messages.ts'
import { leftPrefix } from './temp.ts'

type Done = FromProcess & { kind: 'done' }

/** The outcome that a scan process tells of, with what it left for the archive moved to `keep`. Throws when it is none. */
export function receiveOutcome({ documents, archive }: Done, folder: string, keep: string): ScanOutcome {
  return { documents, archive: archive.map(item => keepItem(item, folder, keep)) }
}

/** Moved out of its reach: a process that was taken over cannot change it any more, and its folder may go. */
function keepItem({ payload_id, content, facts }: ArchiveItem, folder: string, keep: string): ArchiveItem {
  // Whatever else it says must not reach the connector.
  const item = { payload_id, facts: { ssdeep: facts.ssdeep, 'content-type': facts['content-type'] } }
  if (content === 'given') return { ...item, content }
  const file = content instanceof Uint8Array ? '' : content.file
  if (dirname(file) !== folder || !basename(file).startsWith(leftPrefix)) {
    throw new StoqError('STOQ_POOL_DIED', ['what it left for the archive is not in its folder'])
  }
  mkdirSync(keep, { recursive: true })
  const kept = join(keep, `${basename(folder)}-${basename(file)}`)
  renameSync(file, kept)
  return { ...item, content: { file: kept } }
}

/** The document of a payload that no scan process came to an end with: what is known of it, and why. */
export function bareOutcome(
  { request: { kwargs, tlp }, skips, poison }: Job,
  worker: StoqWorkerPlugin,
  payload: Uint8Array | null,
): ScanOutcome {
  const entry = rootEntry({
    worker: worker.name,
    kwargs,
    uuid: rootUuid(kwargs.uuid),
    ...(payload && { size: payload.byteLength, hashes: hashPayload(payload) }),
    ingestMetadata: {},
  })
  const document: ResultDocument = {
    id: '',
    date: new Date().toISOString(),
    tlp,
    payloads: 1,
    plugins: { '0': worker.name },
    results: [entry],
    errors: skips.flatMap(({ limit, plugin, payload_id, message }) =>
      limit === null ? [{ plugin, code: 'STOQ_POOL_DIED', message, payload_id }] : [],
    ),
    truncated: skips.flatMap(({ limit, payload_id, message: detail }) =>
      limit === null ? [] : [{ limit, payload_id, detail }],
    ),
  }
  return { documents: [document], archive: [], ...(poison !== null && { poison }) }
}
