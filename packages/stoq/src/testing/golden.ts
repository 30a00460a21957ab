import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kwargs } from '../plugin/plugin.ts'

/** A harmless file that shows what a plugin does, with the keywords that it is called with. */
export interface GoldenSample {
  /** Of the file as the plugin is told it: without `.masked`. */
  name: string
  payload: Uint8Array
  kwargs: Kwargs
  /** What is kept in `<file>.expected.json`: the answer of the plugin; absent: anything that it finds will do. */
  expected?: unknown
}

/** How a `.samples.ts` file tells of its samples, by file name. `*.masked`: they look hostile to scanners. */
export type SampleSources = Readonly<Record<string, Uint8Array | { content: Uint8Array; kwargs: Kwargs }>>

const suffix = '.masked'

/** Every byte XOR 0x5A: a sample that looks hostile is kept so, that no scanner on a developer's machine deletes it. */
export function mask(content: Uint8Array): Uint8Array {
  return content.map(byte => byte ^ 0x5a)
}

/** The samples of a folder, by name. `<file>.kwargs.json` beside one holds keywords, `<file>.expected.json` the answer. */
export function readGolden(folder: string): GoldenSample[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => !/\.(expected|kwargs)\.json$/.test(name))
    .sort()
    .map(name => readGoldenSample(join(folder, name), name))
}

/** One file with what stands beside it. */
export function readGoldenSample(path: string, file: string): GoldenSample {
  const content = readFileSync(path)
  const isMasked = file.endsWith(suffix)
  const name = isMasked ? file.slice(0, -suffix.length) : file
  const expected = readJson(`${path}.expected.json`)
  return {
    name,
    payload: isMasked ? mask(content) : content,
    kwargs: (readJson(`${path}.kwargs.json`) ?? {}) as Kwargs,
    ...(expected !== undefined && { expected }),
  }
}

/** Writes samples into a folder as `readGolden` reads them; gives the paths of the files. */
export function writeGolden(folder: string, samples: SampleSources): string[] {
  return Object.entries(samples).map(([file, sample]) => {
    const { content, kwargs } = sample instanceof Uint8Array ? { content: sample, kwargs: undefined } : sample
    const path = join(folder, file)
    writeFileSync(path, file.endsWith(suffix) ? mask(content) : content)
    if (kwargs) writeFileSync(`${path}.kwargs.json`, `${JSON.stringify(kwargs)}\n`)
    return path
  })
}

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}
