/**
 * `node -C dev bench/python.ts`: what a call of a plugin of Python costs, and the same plugin in TypeScript: to load it,
 * a call that finds nothing, one that hashes 4 KB, 1 MB and 16 MB, and a thousand pieces of a generator.
 */
import { fileURLToPath } from 'node:url'
import { Budget, type PluginContext, type Stoq, type StoqReaderPlugin } from 'stoq'
import { openScratch, type Scratch } from 'stoq/testing'
import { line, median, print } from './table.ts'

const python = process.argv[2] ?? 'python3'
const languages = ['python', 'typescript'] as const
const sizes = [4_000, 1_000_000, 16_000_000]

/** Milliseconds of what is measured, by what it is. */
type Times = Map<string, number>

const [ofPython, ofTypeScript] = [await measure('python'), await measure('typescript')]
print(line(['what', ...languages, 'difference']))
print(line(['---', '---', '---', '---']))
for (const [what, milliseconds] of ofPython) {
  const other = ofTypeScript.get(what) ?? Number.NaN
  print(line([what, show(milliseconds), show(other), show(milliseconds - other)]))
}

async function measure(language: (typeof languages)[number]): Promise<Times> {
  await using scratch = open(language)
  const times: Times = new Map()
  times.set('load', median(await repeat(10, () => load(language))))
  const reader = await scratch.stoq.loadPlugin('measured', 'reader')
  const call = (size: number, kwargs: object) => callOf(reader, scratch.stoq, size, kwargs)
  times.set('a call that finds nothing', median(await repeat(3000, call(10, { nothing: true }))))
  for (const size of sizes) {
    const name = size < 1e6 ? `${size / 1000} KB` : `${size / 1e6} MB`
    times.set(`sha256 of ${name}`, median(await repeat(size < 1e6 ? 3000 : 60, call(size, {}))))
  }
  const extractor = await scratch.stoq.loadPlugin('pieces', 'extractor')
  const payload = Buffer.alloc(1_000_000, 7)
  const pieces = await repeat(20, async () => {
    for await (const _ of (await extractor.extract(payload, {}, context(scratch.stoq))) ?? []);
  })
  times.set('a thousand pieces of a generator', median(pieces))
  return times
}

function open(language: string): Scratch {
  const folder = fileURLToPath(new URL(`python/${language}`, import.meta.url))
  return openScratch({ bundled_plugins: false, plugin_dir_list: [folder], python })
}

async function load(language: string): Promise<void> {
  const scratch = open(language)
  await scratch.stoq.loadPlugin('measured', 'reader')
  // Its end is not part of what is waited for.
  void scratch[Symbol.asyncDispose]()
}

function callOf(reader: StoqReaderPlugin, stoq: Stoq, size: number, kwargs: object): () => Promise<void> {
  const payload = Buffer.alloc(size, 7)
  return async () => void (await reader.read(payload, { filename: 'a', ...kwargs }, context(stoq)))
}

function context(stoq: Stoq): PluginContext {
  return { budget: new Budget(stoq.settings), signal: new AbortController().signal }
}

async function repeat(times: number, work: () => Promise<void>): Promise<number[]> {
  const taken: number[] = []
  for (let count = 0; count < times; count++) {
    const begin = performance.now()
    await work()
    taken.push(performance.now() - begin)
  }
  return taken
}

function show(milliseconds: number): string {
  return milliseconds < 1 ? `${(milliseconds * 1000).toFixed(0)} µs` : `${milliseconds.toFixed(1)} ms`
}
