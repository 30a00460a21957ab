/**
 * Runs the tests: `npm test` all of them, `npm test -- PATH...` those below the paths.
 * Node's own test runner, source as it is: no build.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const places = process.argv.slice(2)
const patterns = places.length
  ? places.map(asPattern)
  : ['packages/*/src/**/*.test.ts', 'plugins/**/*.test.ts', 'examples/**/*.test.{ts,js}', 'test/**/*.test.ts']
const files = globSync(patterns, { cwd: root, exclude: name => name.includes('node_modules') }).sort()

if (files.length === 0) {
  process.stderr.write(`no tests in ${patterns.join(', ')}\n`)
  process.exit(1)
}
const reporter = process.env['CI'] ? 'spec' : 'dot'
const flags = [
  '-C',
  'dev',
  '--test',
  `--test-reporter=${process.env['TEST_REPORTER'] ?? reporter}`,
  '--test-timeout=120000',
]
// Tests of services share the servers, and some restart them: one file at a time, when nothing else runs.
const { alone = [], together = [] } = Object.groupBy(files, file => (isAlone(file) ? 'alone' : 'together'))
const status = run(together, []) || run(alone, ['--test-concurrency=1'])
if (status === 0) process.stdout.write(`\nall tests of ${files.length} files passed\n`)
process.exit(status)

function isAlone(file: string): boolean {
  return file.replaceAll('\\', '/').startsWith('test/services/')
}

function run(some: readonly string[], more: readonly string[]): number {
  if (some.length === 0) return 0
  const words = [...flags, ...more, ...some]
  return spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status ?? 1
}

function asPattern(place: string): string {
  return /\.[jt]s$/.test(place) ? place : `${place.replace(/\/$/, '')}/**/*.test.{ts,js}`
}
