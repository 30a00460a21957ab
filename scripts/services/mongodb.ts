import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { isProgram, type Program, portShift, run, type Service } from './service.ts'

const version = 'v1.24.2'
const port = 27117 + portShift

/** Writers wait for each other instead of failing, and a commit is safe once the system has it: a killed server loses nothing. */
const sqlite = '_txlock=immediate&_pragma=busy_timeout(60000)&_pragma=synchronous(normal)'

/**
 * MongoDB itself comes from no package registry. FerretDB speaks its wire protocol over SQLite, with users and passwords,
 * GridFS, indexes and unique keys; without transactions and change streams.
 */
export const mongodb: Service = {
  name: 'mongodb',
  about: `FerretDB ${version} over SQLite`,
  standsInFor: 'MongoDB',
  urls: { mongodb: `mongodb://stoq:stoq-password@127.0.0.1:${port}/stoq` },
  missing: home => (existsSync(binary(home)) ? null : 'FerretDB is not built'),
  install,
  prepare: home => {
    for (const folder of ['data', 'state']) mkdirSync(join(home, folder), { recursive: true })
  },
  program,
  isReady: () =>
    new Promise(resolve => {
      const socket = connect(port, '127.0.0.1', () => resolve(true) ?? socket.destroy())
      socket.on('error', () => resolve(false))
    }),
}

function binary(home: string): string {
  return join(home, 'bin/ferretdb')
}

/** Built from the module of the Go proxy, which lacks the file that its version is read from. */
function install(home: string): void {
  if (!isProgram('go'))
    throw new Error('FerretDB is built with Go 1.22 or newer: install that (https://go.dev/doc/install)')
  const module = `github.com/FerretDB/FerretDB@${version}`
  const found = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8', cwd: '/' }),
  )
  const source = join(home, 'source')
  rmSync(source, { recursive: true, force: true })
  cpSync(found.Dir, source, { recursive: true })
  run('chmod', ['-R', 'u+w', source])
  writeFileSync(join(source, 'build/version/version.txt'), version)
  useIndexOfIds(source)
  run('go', ['build', '-o', binary(home), './cmd/ferretdb'], { cwd: source })
  rmSync(source, { recursive: true, force: true })
}

/** Its indexes are on `->"_id"` and its queries ask for `->'$._id'`: SQLite would read every document for each id. */
function useIndexOfIds(source: string): void {
  const file = join(source, 'internal/backends/sqlite/metadata/metadata.go')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(`"->'$._id'"`, '`->"_id"`'))
}

function program(home: string): Program {
  return {
    command: binary(home),
    args: [
      ...[
        '--handler=sqlite',
        `--sqlite-url=file:${join(home, 'data')}/?${sqlite}`,
        `--state-dir=${join(home, 'state')}`,
      ],
      ...[`--listen-addr=127.0.0.1:${port}`, '--debug-addr=-', '--telemetry=disabled', '--log-level=ERROR'],
      ...['--test-enable-new-auth', '--setup-database=stoq', '--setup-username=stoq'],
      '--setup-password=stoq-password',
    ],
    env: { DO_NOT_TRACK: '1' },
  }
}
