import { join } from 'node:path'
import { errorText } from '../errors.ts'
import { getSha256 } from '../payload/hashes.ts'
import { makeFolders, writeWhole } from '../results/write-whole.ts'
import type { Stoq } from '../stoq.ts'
import { type Job, nameOf } from './job.ts'

/** Keeps the bytes of a poisonous payload as `<sha256>` in the quarantine, and why as `<sha256>.json`. What fails is logged. */
export async function quarantine(job: Job, stoq: Stoq): Promise<void> {
  const { settings, log } = stoq
  const name = nameOf(job)
  try {
    const payload = await bytesOf(job, stoq)
    if (!payload) return
    const sha256 = getSha256(payload)
    const note = { sha256, name, date: stoq.getTime(), reason: job.poison, skips: job.skips }
    const path = join(settings.quarantine_dir, sha256)
    makeFolders(settings.quarantine_dir, false)
    writeWhole(path, payload, whole)
    writeWhole(`${path}.json`, `${JSON.stringify(note, null, 2)}\n`, whole)
    log.warning(`${name} ends scan processes: kept as ${path}`)
  } catch (error) {
    log.error(`${name} ends scan processes, and could not be kept: ${errorText(error)}`, error)
  }
}

const whole = { replace: true, fsync: false } as const

/** The bytes of a payload, wherever they are; null when it has none. */
export async function bytesOf({ request: { payload } }: Job, stoq: Stoq): Promise<Uint8Array | null> {
  return payload !== null && 'path' in payload ? stoq.getFile(payload.path) : payload
}
