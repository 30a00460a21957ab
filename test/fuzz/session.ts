import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countCalls, type Finding, type Flight, type Order, type Report, readFlight } from './protocol.ts'

const program = fileURLToPath(new URL('child.ts', import.meta.url))

/** Seconds without a new call after which a process hangs, and that it may take to start: a busy machine may starve it. */
const hangsAfter = 60
const startsWithin = 60

/** Megabytes of JavaScript objects: with less than the machine has, it is the child that runs out. */
const heap = 1024

/** What a child process is asked for; see `Order`. */
export type Wish = Omit<Order, 'flightFile'> & {
  onProgress?: (report: Extract<Report, { kind: 'progress' }>) => void
  signal?: AbortSignal
  /** In place of the usual seconds. */
  hangsAfter?: number
}

/** How a child process ended. */
export interface Outcome {
  cases: number
  seconds: number
  findings: Finding[]
  /** What the process was at when it died or hung; null when it ended well. */
  lost: { fault: string; flight: Flight | null } | null
  /** Numbers of the common samples that it used. */
  chosen: number[]
}

/** Runs one child: it may read everything, write to its temporary folder, and start or reach nothing. */
export async function runChild({ onProgress, signal, ...wish }: Wish): Promise<Outcome> {
  const temp = mkdtempSync(join(tmpdir(), 'stoq-fuzz-'))
  const order: Order = { ...wish, flightFile: join(temp, 'flight') }
  const outcome: Outcome = { cases: 0, seconds: 0, findings: [], lost: null, chosen: [] }
  const child = start(order, temp)
  const stop = () => child.kill('SIGKILL')
  signal?.addEventListener('abort', stop, { once: true })
  const text = readText(child)
  let isDone = false
  child.on('message', (report: Report) => {
    if (report.kind === 'finding') outcome.findings.push(report.finding)
    else if (report.kind === 'samples') outcome.chosen = report.chosen
    else Object.assign(outcome, { cases: report.cases, seconds: report.seconds })
    if (report.kind === 'progress') onProgress?.(report)
    isDone ||= report.kind === 'done'
  })
  try {
    const ended = await ending(child, order.flightFile, wish.hangsAfter ?? hangsAfter)
    const end = ended ?? (isDone ? null : 'ended in the middle of a call')
    if (end === null || signal?.aborted) return outcome
    const flight = existsSync(order.flightFile) ? readFlight(order.flightFile) : null
    outcome.lost = { fault: [end, text().trim().slice(-2000)].filter(Boolean).join('\n'), flight }
    return outcome
  } finally {
    signal?.removeEventListener('abort', stop)
    rmSync(temp, { recursive: true, force: true })
  }
}

function start(order: Order, temp: string): ChildProcess {
  return fork(program, [JSON.stringify(order)], {
    execArgv: [
      ...['-C', 'dev', '--expose-gc', `--max-old-space-size=${heap}`],
      ...['--permission', '--allow-fs-read=*', `--allow-fs-write=${temp}`, '--allow-addons'],
      '--disable-warning=SecurityWarning',
    ],
    env: { ...process.env, TMPDIR: temp, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
}

/** Node's own last words: a crash prints its reason. */
function readText(child: ChildProcess): () => string {
  const parts: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', part => parts.push(String(part)))
  return () => parts.join('')
}

/** Waits until the child ends; says what was wrong with that, null when nothing was. */
async function ending(child: ChildProcess, flightFile: string, limit: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const watch = new Watch(flightFile, limit)
  const timer = setInterval(() => {
    if (!watch.isStill()) return
    resolve(`hangs: no end after ${limit} s`)
    child.kill('SIGKILL')
  }, 500)
  child.on('error', error => resolve(`could not be started: ${error.message}`))
  child.on('close', (code, signal) => resolve(code === 0 ? null : `died with ${signal ?? `status ${code}`}`))
  try {
    return await promise
  } finally {
    clearInterval(timer)
  }
}

/** Looks whether a process still goes from call to call. */
class Watch {
  readonly #file: string
  readonly #limit: number
  #calls = 0
  #since = performance.now()

  constructor(file: string, limit: number) {
    this.#file = file
    this.#limit = limit
  }

  isStill(): boolean {
    const calls = existsSync(this.#file) ? countCalls(this.#file) : 0
    if (calls !== this.#calls) this.#since = performance.now()
    this.#calls = calls
    const seconds = calls === 0 ? startsWithin : this.#limit
    return performance.now() - this.#since > seconds * 1000
  }
}
