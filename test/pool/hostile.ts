import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ResultDocument } from 'stoq'
import { type Outcome, scratchFolder, stoq } from '../e2e/stoq.ts'

export const hostilePlugins = fileURLToPath(new URL('../fixtures/hostile', import.meta.url))

/** A home whose plugins are the hostile ones of the fixtures, beside its own. */
export function hostileHome(settings = ''): string {
  const home = scratchFolder()
  const plugins = [hostilePlugins, join(home, 'plugins')].join(', ')
  writeFileSync(join(home, 'stoq.cfg'), `[core]\nplugin_dir_list = ${plugins}\n${settings}\n`)
  return home
}

/** A folder with a file for each payload, by name. */
export function payloadFolder(home: string, payloads: Record<string, string | Uint8Array>): string {
  const folder = join(home, 'payloads')
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(payloads)) writeFileSync(join(folder, name), content)
  return folder
}

/** So many payloads that nothing is wrong with. */
export function goodPayloads(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`good-${index}`, `good ${index}`]))
}

export interface Run extends Outcome {
  /** Every document, by the name of its payload. */
  documents: Map<string, ResultDocument>
}

/** Runs a worker over payloads and gives its documents by name. */
export async function run(
  home: string,
  words: string[],
  options: Parameters<typeof stoq>[1] = {},
): Promise<Run> {
  const outcome = await stoq(words, { home, ...options })
  const lines = outcome.stdout.split('\n').filter(Boolean)
  const documents = new Map<string, ResultDocument>()
  for (const line of lines) {
    const document = JSON.parse(line) as ResultDocument
    const name = document.results[0]?.filename ?? ''
    if (documents.has(name)) throw new Error(`two documents of ${name}`)
    documents.set(name, document)
  }
  return { ...outcome, documents }
}

/** Names of everything below a folder. */
export function everythingBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}
