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

const nowhere = openSync('/dev/null', 'w')

/** All rows in turn, so that what else the machine does meets all of them alike; the ratios are to the first row. */
export function printTable(title: string, corpus: Corpus | null, runs: number, rows: readonly Row[]): void {
  const times = rows.map((): number[] => [])
  for (let run = 0; run < runs; run++) {
    for (const [index, row] of rows.entries()) times[index]?.push(time(row))
  }
  const what = corpus ? ` (${corpus.files} files, ${(corpus.bytes / 1e6).toFixed(0)} MB)` : ''
  const columns = ['what', 'median s', 'min s', 'ratio', ...(corpus ? ['files/s', 'MB/s'] : [])]
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

function cells(own: number[] = [], first: number[] = [], corpus: Corpus | null): string[] {
  const seconds = median(own)
  const rates = corpus ? [corpus.files / seconds, corpus.bytes / 1e6 / seconds] : []
  const plain = [seconds.toFixed(3), Math.min(...own).toFixed(3), (seconds / median(first)).toFixed(2)]
  return [...plain, ...rates.map(rate => rate.toFixed(0))]
}

/** Seconds from start to exit. */
function time({ name, command: [program = '', ...words], env }: Row): number {
  const start = performance.now()
  const { status } = spawnSync(program, words, {
    stdio: ['ignore', nowhere, 'inherit'],
    env: { ...process.env, ...env },
  })
  // 1: plugins found damaged archives and the like in the corpus.
  if (status !== 0 && status !== 1) throw new Error(`${name} ended with ${status}`)
  return (performance.now() - start) / 1000
}
