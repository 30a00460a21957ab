/** Runs commands in turn and prints what they took as a markdown table. */
import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import type { Corpus } from './corpus.ts'

/** One line of a table: what is run. */
export interface Row {
  name: string
  /** A program and its words. */
  command: readonly string[]
  env?: Record<string, string>
}

interface Times {
  seconds: number[]
  /** Processor seconds of the command and all its children. */
  cpu: number[]
}

const nowhere = openSync('/dev/null', 'w')
const isTimed = spawnSync('sh', ['-c', 'times']).status === 0

/** All rows in turn, so that what else the machine does meets all of them alike; the ratios are to the first row. */
export function printTable(title: string, corpus: Corpus | null, runs: number, rows: readonly Row[]): void {
  const times = rows.map((): Times => ({ seconds: [], cpu: [] }))
  for (let run = 0; run < runs; run++) {
    for (const [index, row] of rows.entries()) {
      const { seconds, cpu } = time(row)
      times[index]?.seconds.push(seconds)
      times[index]?.cpu.push(cpu)
    }
  }
  const what = corpus ? ` (${corpus.files} files, ${(corpus.bytes / 1e6).toFixed(0)} MB)` : ''
  const columns = [
    'what',
    'median s',
    'min s',
    'ratio',
    'CPU s',
    'CPU ratio',
    ...(corpus ? ['files/s', 'MB/s'] : []),
  ]
  print(`\n${title}${what}, ${runs} runs\n`)
  print(line(columns))
  print(line(columns.map(() => '---')))
  const [first] = times
  for (const [index, row] of rows.entries()) print(line([row.name, ...cells(times[index], first, corpus)]))
}

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** One line of a markdown table. */
export function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** One line to stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function cells(own: Times | undefined, first: Times | undefined, corpus: Corpus | null): string[] {
  if (!own || !first) return []
  const seconds = median(own.seconds)
  const ratio = (key: keyof Times) => (median(own[key]) / median(first[key])).toFixed(2)
  const rates = corpus
    ? [corpus.files / seconds, corpus.bytes / 1e6 / seconds].map(rate => rate.toFixed(0))
    : []
  const plain = [seconds.toFixed(3), Math.min(...own.seconds).toFixed(3), ratio('seconds')]
  return [...plain, median(own.cpu).toFixed(2), ratio('cpu'), ...rates]
}

/** `times` of the shell tells the processor time of everything it waited for. */
const timed = '"$@" >/dev/null; status=$?; times >&3; exit $status'

function time({ name, command, env }: Row): { seconds: number; cpu: number } {
  const [program = '', ...words] = isTimed ? ['sh', '-c', timed, 'sh', ...command] : command
  const start = performance.now()
  const { status, output } = spawnSync(program, words, {
    stdio: ['ignore', nowhere, 'inherit', 'pipe'],
    env: { ...process.env, ...env },
  })
  const seconds = (performance.now() - start) / 1000
  // 1: plugins found damaged archives and the like in the corpus.
  if (status !== 0 && status !== 1) throw new Error(`${name} ended with ${status}`)
  return { seconds, cpu: readTimes(String(output[3] ?? '')) }
}

/** The second line of `0m0.01s 0m0.00s`: user and system time of the children. */
function readTimes(text: string): number {
  const [, children = ''] = text.trim().split('\n')
  return children.split(' ').reduce((sum, word) => {
    const [minutes, seconds] = word.replace('s', '').split('m').map(Number)
    return sum + (minutes ?? 0) * 60 + (seconds ?? 0)
  }, 0)
}
