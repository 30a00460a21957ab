import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is scanned: a folder, the number of files in it and their bytes. */
export interface Corpus {
  name: string
  folder: string
  files: number
  bytes: number
}

/** Files of 10 KB: text, noise and noise with the marks of formats, the same at every run. */
export function smallFiles(root: string, count: number): Corpus {
  const folder = join(root, `small-${count}`)
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    for (let index = 0; index < count; index++) writeFileSync(join(folder, `${index}.bin`), smallFile(index))
  }
  return describe('small', folder)
}

/** Programs and libraries of this system, up to so many bytes. */
export function systemBinaries(root: string, limit: number): Corpus {
  const folder = join(root, `bulk-${limit}`)
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    let bytes = 0
    for (const path of binaries()) {
      const { size } = statSync(path)
      if (size < 1024 || size > 32e6 || bytes + size > limit) continue
      cpSync(path, join(folder, path.replaceAll('/', '_')), { dereference: true })
      bytes += size
    }
  }
  return describe('bulk', folder)
}

/** Programs and libraries of this system, and what else is beside them. */
export function binaries(): string[] {
  const folders = [
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib',
  ]
  return folders
    .filter(existsSync)
    .flatMap(folder => readdirSync(folder, { withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

/** 10 KB of text (even seeds) or noise. */
export function smallFile(seed: number): Uint8Array {
  const content = new Uint8Array(10_240)
  let state = seed + 1
  const isText = seed % 2 === 0
  for (let index = 0; index < content.length; index++) {
    state = Math.imul(state, 1_103_515_245) + 12_345
    content[index] = isText ? 32 + ((state >>> 16) % 95) : state >>> 16
  }
  return content
}

/** Counts what is in a folder. */
export function describe(name: string, folder: string): Corpus {
  const sizes = readdirSync(folder).map(file => statSync(join(folder, file)).size)
  return { name, folder, files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}
