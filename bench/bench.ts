/**
 * `npm run bench`: what stoQ costs over the least that the work can cost, as ratios in one run.
 * `npm run bench -- --runs 5 --small 6000 --bulk 300 --nested 40`
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Corpus, smallFiles, systemBinaries } from './corpus.ts'
import { printMessages } from './messages.ts'
import { findSevenZip, nestedArchives } from './nested.ts'
import { print, printTable, type Row } from './table.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    small: { type: 'string', default: '6000' },
    bulk: { type: 'string', default: '300' },
    nested: { type: 'string', default: '40' },
    keep: { type: 'string' },
  },
})
const runs = Number(values.runs)
const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'packages/stoq/bin/stoq.js')
const scratch = mkdtempSync(join(tmpdir(), 'stoq-bench-'))
const corpora = values.keep ?? scratch
const home = join(scratch, 'home')
mkdirSync(home)

const small = smallFiles(corpora, Number(values.small))
const bulk = systemBinaries(corpora, Number(values.bulk) * 1e6)
const sample = (name: string) => join(root, 'samples', name)

printTable('Many small files', small, runs, [
  floor(small),
  scan('stoq, to stdout', small, '-C', 'stdout'),
  scan('stoq, one process', small, '-C', 'stdout', '--max-processes', '1'),
  scan('stoq, a file each', small, '-C', 'file', '-O', join(scratch, 'out')),
])
printTable('Bulk', bulk, runs, [
  floor(bulk),
  scan('stoq, to stdout', bulk, '-C', 'stdout'),
  scan('stoq, one process', bulk, '-C', 'stdout', '--max-processes', '1'),
])
const sevenZip = findSevenZip()
if (sevenZip) printExtraction(sevenZip)
else print('\nNested archives: left out, as there is no 7z on this machine (apt-get install p7zip-full)')
const work = { name: 'work', folder: workFolder(2000), files: 2000, bytes: 0 }
printTable('A worker that computes for 5 ms', work, runs, [
  busy('stoq, one process', '--max-processes', '1'),
  busy('stoq', '--max-processes', '2'),
])
printTable('Start to exit', null, 20, [
  node('node, nothing', '-e', '0'),
  node('stoq --version', bin, '--version'),
  node('stoq list', bin, 'list'),
  node('stoq, one small file', bin, 'yara', '-F', sample('text_hello.txt'), '-D', '-L', 'error'),
  node('stoq, five nested zips', bin, 'yara', '-F', sample('zip_nested5.zip'), '-D', '-L', 'error'),
])
await printMessages(small, Math.min(runs, 3), scratch)
rmSync(scratch, { recursive: true, force: true })

/** stoQ beside `7z x` of every archive, of what comes out, and so on; both count the same children. */
function printExtraction(program: string): void {
  const nested = nestedArchives(corpora, program, Number(values.nested))
  const peer = (processes: string) =>
    node(
      `7z x, ${processes} at once`,
      join(root, 'bench/peer-seven-zip.ts'),
      program,
      nested.folder,
      processes,
    )
  const stoq = scan('stoq, to stdout', nested, '-C', 'stdout')
  printTable('Nested archives', nested, runs, [
    peer('2'),
    stoq,
    peer('1'),
    scan('stoq, one process', nested, '-C', 'stdout', '--max-processes', '1'),
  ])
  const documents = output(stoq).trim().split('\n')
  const children = documents.reduce((sum, line) => sum + JSON.parse(line).results.length - 1, 0)
  print(`\nChildren: 7z ${output(peer('1')).trim()}, stoq ${children}`)
}

function output({ command: [program = '', ...words], env }: Row): string {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, ...env } } as const
  return spawnSync(program, words, { ...options, stdio: ['ignore', 'pipe', 'inherit'] }).stdout
}

function node(name: string, ...words: string[]): Row {
  return { name, command: [process.execPath, ...words], env: { STOQ_HOME: home } }
}

function scan(name: string, corpus: Corpus, ...flags: string[]): Row {
  return node(name, bin, 'yara', '-F', corpus.folder, '-D', '-L', 'error', ...flags)
}

function busy(name: string, ...flags: string[]): Row {
  return node(name, bin, 'busy', '-F', work.folder, '-L', 'error', ...flags)
}

/** So many payloads, and a worker in the home that takes the same time for each. */
function workFolder(files: number): string {
  const plugin = join(home, 'plugins/worker/busy')
  const folder = join(scratch, 'work')
  for (const each of [plugin, folder]) mkdirSync(each, { recursive: true })
  for (let index = 0; index < files; index++) writeFileSync(join(folder, `${index}`), `payload ${index}`)
  writeFileSync(join(plugin, 'busy.stoq'), '[Core]\nName = busy\nModule = busy\n')
  writeFileSync(
    join(plugin, 'busy.js'),
    `import { StoqWorkerPlugin } from 'stoq'
export class Busy extends StoqWorkerPlugin {
  scan() {
    let value = 1
    for (let turn = 0; turn < 4_800_000; turn++) value = (Math.imul(value, 31) + turn) | 0
    return { value }
  }
}
`,
  )
  return folder
}

function floor(corpus: Corpus): Row {
  return node('bare loop', '-C', 'dev', join(root, 'bench/floor.ts'), corpus.folder)
}
