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
  : ['packages/*/src/**/*.test.ts', 'plugins/**/*.test.ts', 'test/**/*.test.ts']
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
  '--test-timeout=300000',
]
const { status } = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: 'inherit' })
if (status === 0) process.stdout.write(`\nall tests of ${files.length} files passed\n`)
process.exit(status ?? 1)

function asPattern(place: string): string {
  return place.endsWith('.ts') ? place : `${place.replace(/\/$/, '')}/**/*.test.ts`
}
