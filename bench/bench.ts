/**
 * `npm run bench`: what stoQ costs over the least that the work can cost, as ratios in one run.
 * `npm run bench -- --runs 5 --small 6000 --bulk 300`
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Corpus, smallFiles, systemBinaries } from './corpus.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    small: { type: 'string', default: '6000' },
    bulk: { type: 'string', default: '300' },
    keep: { type: 'string' },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'packages/stoq/bin/stoq.js')
const scratch = mkdtempSync(join(tmpdir(), 'stoq-bench-'))
const corpora = values.keep ?? scratch
const home = join(scratch, 'home')
const nowhere = openSync('/dev/null', 'w')
mkdirSync(home)

const small = smallFiles(corpora, Number(values.small))
const bulk = systemBinaries(corpora, Number(values.bulk) * 1e6)
const sample = join(root, 'samples/zip_nested5.zip')
const scan = (corpus: Corpus, ...flags: string[]) => [
  bin,
  'yara',
  '-F',
  corpus.folder,
  '-D',
  '-L',
  'error',
  ...flags,
]
const floor = (corpus: Corpus) => ['-C', 'dev', join(root, 'bench/floor.ts'), corpus.folder]

print('many small files', small, [
  ['bare loop', floor(small)],
  ['stoq, to stdout', scan(small, '-C', 'stdout')],
  ['stoq, a file each', scan(small, '-C', 'file', '-O', join(scratch, 'out'))],
])
print('bulk', bulk, [
  ['bare loop', floor(bulk)],
  ['stoq, to stdout', scan(bulk, '-C', 'stdout')],
])
print('start to exit', null, [
  ['node, nothing', ['-e', '0']],
  ['stoq --version', [bin, '--version']],
  ['stoq list', [bin, 'list']],
  ['stoq, one small file', [bin, 'yara', '-F', join(root, 'samples/text_hello.txt'), '-D', '-L', 'error']],
  ['stoq, five nested zips', [bin, 'yara', '-F', sample, '-D', '-L', 'error']],
])
rmSync(scratch, { recursive: true, force: true })

type Row = [name: string, words: string[]]

/** All rows in turn, so that what else the machine does meets all of them alike; the ratio is to the first row. */
function print(title: string, corpus: Corpus | null, rows: Row[]): void {
  const runs = corpus ? Number(values.runs) : 20
  const times = rows.map((): number[] => [])
  for (let run = 0; run < runs; run++) {
    for (const [index, [name, words]] of rows.entries()) times[index]?.push(time(name, words))
  }
  const what = corpus ? ` (${corpus.files} files, ${(corpus.bytes / 1e6).toFixed(0)} MB)` : ''
  process.stdout.write(
    `\n${title}${what}, ${runs} runs\n\n| what | median s | min s | ratio |${corpus ? ' files/s | MB/s |' : ''}\n`,
  )
  process.stdout.write(`| --- | --- | --- | --- |${corpus ? ' --- | --- |' : ''}\n`)
  const first = median(times[0] ?? [])
  rows.forEach(([name], index) => {
    const seconds = median(times[index] ?? [])
    const rates = corpus
      ? ` ${Math.round(corpus.files / seconds)} | ${Math.round(corpus.bytes / 1e6 / seconds)} |`
      : ''
    const least = Math.min(...(times[index] ?? []))
    process.stdout.write(
      `| ${name} | ${seconds.toFixed(3)} | ${least.toFixed(3)} | ${(seconds / first).toFixed(2)} |${rates}\n`,
    )
  })
}

function time(name: string, words: string[]): number {
  const start = performance.now()
  const env = { ...process.env, STOQ_HOME: home }
  const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', nowhere, 'inherit'], env })
  // 1: plugins found damaged archives and the like in the corpus.
  if (status !== 0 && status !== 1) throw new Error(`${name} ended with ${status}`)
  return (performance.now() - start) / 1000
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
