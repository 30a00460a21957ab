/**
 * `node bench/peer-yara.ts`: stoQ against `yara -r -p 2` of Debian, over the same files with rules equal to those of v1, in one
 * run. yara hashes nothing and prints a line for each match; stoQ hashes four times, takes apart and writes a document for each.
 * `--runs 5 --bulk 529 --keep FOLDER`
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemBinaries } from './corpus.ts'
import { rulesOfStoq, rulesOfV1 } from './peer-rules.ts'
import { print, printTable, type Row } from './table.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    bulk: { type: 'string', default: '529' },
    keep: { type: 'string' },
  },
})
const bin = fileURLToPath(new URL('../packages/stoq/bin/stoq.js', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'stoq-peer-'))
const corpus = systemBinaries(values.keep ?? scratch, Number(values.bulk) * 1e6)
const peerRules = join(scratch, 'v1.yar')
writeFileSync(peerRules, rulesOfV1())
const homes = { native: makeHome('native'), wasm: makeHome('wasm') }

const { stdout: version } = spawnSync('yara', ['--version'], { encoding: 'utf8' })
if (!version) print("Debian's yara is not here (apt-get install yara): stoQ alone")
const peer = (processes: number): Row => ({
  name: `yara ${version?.trim()} -r -p ${processes}`,
  command: ['yara', '-w', '-r', '-p', String(processes), peerRules, corpus.folder],
})
printTable('The rules of v1', corpus, Number(values.runs), [
  ...(version ? [peer(2)] : []),
  {
    name: 'four hashes alone, two processes',
    command: [process.execPath, join(import.meta.dirname, 'floor-hashes.ts'), corpus.folder],
  },
  ...(version ? [peerAndHashes()] : []),
  stoq('stoq, native', homes.native, 'idle'),
  ...(version ? [peer(1)] : []),
  stoq('stoq, native, one process', homes.native, 'idle', '--max-processes', '1'),
  stoq('stoq, wasm', homes.wasm, 'idle'),
  stoq('stoq, wasm, one process', homes.wasm, 'idle', '--max-processes', '1'),
  stoq('stoq with worker:yara, native', homes.native, 'yara'),
  stoq('stoq with worker:yara, native, one process', homes.native, 'yara', '--max-processes', '1'),
])
rmSync(scratch, { recursive: true, force: true })

/** What a script would do for matches and hashes: one program after the other, each with both processors. */
function peerAndHashes(): Row {
  const hashes = ['md5sum', 'sha1sum', 'sha256sum', 'sha512sum'].map(
    program => `find "$2" -type f -print0 | xargs -0 -n 64 -P 2 ${program}`,
  )
  const script = ['yara -w -r -p 2 "$1" "$2"', ...hashes].join(' && ')
  return {
    name: 'yara -r -p 2, then md5sum, sha1sum, sha256sum, sha512sum, two at once',
    command: ['sh', '-c', script, 'sh', peerRules, corpus.folder],
  }
}

function stoq(name: string, home: string, worker: string, ...flags: string[]): Row {
  const words = [bin, worker, '-F', corpus.folder, '-D', '-C', 'stdout', '-L', 'critical', ...flags]
  return { name, command: [process.execPath, ...words], env: { STOQ_HOME: home } }
}

/** A base folder with the rules, and a worker that has nothing to say. */
function makeHome(engine: 'native' | 'wasm'): string {
  const home = join(scratch, engine)
  const plugin = join(home, 'plugins/worker/idle')
  const rules = join(home, 'dispatcher.yar')
  mkdirSync(plugin, { recursive: true })
  writeFileSync(rules, rulesOfStoq(engine === 'native'))
  writeFileSync(join(home, 'stoq.cfg'), `[core]\ndispatch_rules = ${rules}\nyara_engine = ${engine}\n`)
  writeFileSync(
    join(plugin, 'idle.stoq'),
    '[Core]\nName = idle\nModule = idle\n\n[Documentation]\nVersion = 1.0\nDescription = Says nothing\n',
  )
  writeFileSync(
    join(plugin, 'idle.js'),
    "import { StoqWorkerPlugin } from 'stoq'\nexport class IdleWorker extends StoqWorkerPlugin {\n  scan() {\n    return null\n  }\n}\n",
  )
  return home
}
