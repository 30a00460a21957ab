import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Finding } from './protocol.ts'
import { crashers } from './samples.ts'

/** Saves the input of a finding, its keywords beside it, under a name made of its bytes. Gives the path of the file. */
export function saveCrasher(finding: Finding, folder = crashers): string {
  const { target, payload, kwargs } = finding
  const hash = createHash('sha256').update(payload).update(JSON.stringify(kwargs)).digest('hex')
  const path = join(folder, target, hash.slice(0, 12))
  mkdirSync(join(folder, target), { recursive: true })
  writeFileSync(path, payload)
  writeFileSync(`${path}.kwargs.json`, `${JSON.stringify(kwargs)}\n`)
  return path
}

/** The command that calls the plugin with the input again. */
export function replayCommand({ target }: Finding, path: string): string {
  return `npm run fuzz -- ${target} --file ${relative(process.cwd(), path)}`
}
