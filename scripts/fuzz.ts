/**
 * Looks for input that makes a plugin fail, until Ctrl-C: `npm run fuzz -- [KIND/NAME...] [--seconds N] [--seed S]`.
 * What it finds is saved below test/fuzz/crashers, as small as it could be made, with the command that calls the plugin
 * with it again. `--file F` calls with a file, `--seed S --path P` with one case; `--seconds` is the time for each target.
 */
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { replayCommand, saveCrasher } from '../test/fuzz/crashers.ts'
import { signature } from '../test/fuzz/fault.ts'
import { findingOf } from '../test/fuzz/minimise.ts'
import type { Finding } from '../test/fuzz/protocol.ts'
import { runChild, type Wish } from '../test/fuzz/session.ts'
import { findTargets } from '../test/fuzz/targets.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    file: { type: 'string', multiple: true },
    jobs: { type: 'string' },
  },
})

/** Seconds after which the next target has its turn. */
const turn = 60
/** Seeds that one turn may use up. */
const seedsInTurn = 100_000

const stop = new AbortController()
const known = new Map<string, Set<string>>()
const totals = new Map<string, { cases: number; seconds: number }>()
let found = 0

process.once('SIGINT', () => stop.abort())

const targets = findTargets()
  .map(({ id }) => id)
  .filter(
    id =>
      positionals.length === 0 || positionals.some(wanted => id === wanted || id.startsWith(`${wanted}/`)),
  )
if (targets.length === 0)
  fail(
    `no target ${positionals.join(', ')}; there are ${findTargets()
      .map(({ id }) => id)
      .join(', ')}`,
  )

if (values.file || values.path !== undefined) await replay()
else await search(Number(values.seed ?? randomInt(2 ** 30)))
report()
process.exitCode = found > 0 ? 1 : 0

async function replay(): Promise<void> {
  for (const target of targets) {
    const files = values.file?.map(file => resolve(file))
    await run({
      target,
      seconds: 0,
      seeds: [Number(values.seed ?? 0)],
      ...(files ? { files } : { path: values.path ?? '' }),
    })
  }
}

/** Turns of all targets, as many at once as there are processors. */
async function search(seed: number): Promise<void> {
  say(`${targets.length} targets from seed ${seed}${values.seconds ? '' : ', until Ctrl-C'}`)
  const queue = turns(seed)
  const jobs = Math.max(1, Number(values.jobs ?? Math.min(targets.length, availableParallelism())))
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (const wish of queue) if (!stop.signal.aborted) await run(wish)
    }),
  )
}

function* turns(seed: number): Generator<Wish> {
  const limit = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds)
  for (let round = 0; round * turn < limit && !stop.signal.aborted; round++) {
    const seconds = Math.min(turn, limit - round * turn)
    // The same numbers at every round would be the same cases.
    for (const target of targets) yield { target, seconds, seeds: [(seed + round * seedsInTurn) | 0] }
  }
}

async function run(wish: Wish): Promise<void> {
  const seen = known.get(wish.target) ?? new Set()
  known.set(wish.target, seen)
  const outcome = await runChild({ ...wish, known: [...seen], signal: stop.signal })
  const before = totals.get(wish.target) ?? { cases: 0, seconds: 0 }
  const { cases, seconds } = outcome
  totals.set(wish.target, { cases: before.cases + cases, seconds: before.seconds + seconds })
  say(`${wish.target}: ${cases} cases, ${Math.round(cases / Math.max(seconds, 0.001))}/s`)
  const lost = await findingOf(wish, outcome)
  for (const finding of [...outcome.findings, ...(lost ? [lost] : [])]) tell(finding, seen)
}

function tell(finding: Finding, seen: Set<string>): void {
  if (seen.has(signature(finding.fault))) return
  seen.add(signature(finding.fault))
  found++
  const { target, fault, payload, seed, path } = finding
  say(`\n${target}: ${fault}\n  seed ${seed}, path ${path}, ${payload.length} bytes`)
  if (!values.file) say(`  again: ${replayCommand(finding, saveCrasher(finding))}\n`)
}

function report(): void {
  const rows = [...totals].sort(([a], [b]) => a.localeCompare(b))
  for (const [target, { cases, seconds }] of rows) {
    say(
      `${target.padEnd(28)} ${String(cases).padStart(10)} cases ${String(Math.round(cases / Math.max(seconds, 0.001))).padStart(8)}/s`,
    )
  }
  const cases = rows.reduce((sum, [, row]) => sum + row.cases, 0)
  say(`${cases} cases, ${found} findings`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function fail(reason: string): never {
  process.stderr.write(`fuzz: ${reason}\n`)
  process.exit(2)
}
