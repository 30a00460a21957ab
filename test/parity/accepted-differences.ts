import { readdirSync } from 'node:fs'

/** One recorded answer of v1 that we do not give, and why ours is the better one. */
export interface AcceptedDifference {
  /** As `PluginRecord.id`. */
  record: string
  reason: string
}

/**
 * Every difference from the records that is meant, from `accepted/<kind>-<name>.ts`. One that is not there fails the parity
 * test, and so does an entry whose difference is gone.
 */
export const acceptedDifferences: readonly AcceptedDifference[] = await readAccepted()

async function readAccepted(): Promise<AcceptedDifference[]> {
  const folder = new URL('accepted/', import.meta.url)
  const modules = readdirSync(folder).map(file => import(new URL(file, folder).href))
  return (await Promise.all(modules)).flatMap(({ accepted }) => accepted)
}
