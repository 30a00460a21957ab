import { getMagic } from './magic.ts'
import { getSsdeep } from './ssdeep.ts'

/** What an entry gets when its payload is archived, beside what the connector says. */
export interface ArchiveFacts {
  ssdeep: string
  'content-type': string
}

/** Fuzzy hash and MIME type of a payload: libmagic parses it, so this is work for a scan process. */
export async function archiveFacts(payload: Uint8Array): Promise<ArchiveFacts> {
  const type = await getMagic(payload)
  return { ssdeep: getSsdeep(payload), 'content-type': type ?? 'application/octet-stream' }
}
