import { basename } from 'node:path'
import type { WriteStream } from 'node:tty'
import type { Run } from '../ingest/run.ts'
import { countEnded } from '../ingest/totals.ts'
import { percentile } from '../pipeline/statistics.ts'
import { printable } from '../results/printable.ts'

/** Runs shorter than this show no progress. */
const quietMilliseconds = 500
const intervalMilliseconds = 100

/** A call that takes so long is shown. */
const longSeconds = 2

/** One line on a terminal: files done, rates, in flight, errors, slowest plugin. Nothing where standard error is no terminal. */
export class Progress {
  readonly #stream: WriteStream
  #run: Run | null = null
  #timer: NodeJS.Timeout | null = null
  #start = 0
  #last = 0
  #shown = false
  #isDue = false

  constructor(stream: WriteStream) {
    this.#stream = stream
  }

  watch(run: Run): void {
    if (!this.#stream.isTTY) return
    this.#run = run
    this.#start = performance.now()
    this.#timer = setInterval(() => this.#draw(), intervalMilliseconds).unref()
    run.onProgress = () => this.#draw()
    // Documents on the same terminal would stand behind the line.
    if (process.stdout.isTTY) run.onOutput = () => this.#giveWay()
  }

  /** Writes a line of the log where it does not mix with the progress line. */
  above(line: string): void {
    this.#clear()
    this.#stream.write(line)
  }

  end(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#clear()
    this.#run = null
  }

  #clear(): void {
    if (!this.#shown) return
    this.#stream.write('\r\x1b[K')
    this.#shown = false
  }

  #giveWay(): void {
    this.#isDue ||= this.#shown
    this.#clear()
  }

  #draw(): void {
    const now = performance.now()
    const seconds = (now - this.#start) / 1000
    if (
      !this.#run ||
      now - this.#start < quietMilliseconds ||
      (now - this.#last < intervalMilliseconds && !this.#isDue)
    )
      return
    this.#isDue = false
    this.#last = now
    const line = progressLine(this.#run, seconds)
    this.#stream.write(`\r\x1b[K${line.slice(0, (this.#stream.columns || 80) - 1)}`)
    this.#shown = true
  }
}

/** What a person wants to know of a run that goes on. */
export function progressLine(run: Run, seconds: number): string {
  const { ingested, bytes, failed, errors } = run.totals
  const ended = countEnded(run.totals)
  const parts = [
    `${ended} files`,
    `${Math.round(ended / seconds)}/s`,
    `${(bytes / 1e6 / seconds).toFixed(1)} MB/s`,
    `${ingested - ended} in flight`,
  ]
  if (failed + errors > 0) parts.push(`${failed + errors} errors`)
  return [...parts, ...slowest(run)].join(', ')
}

/** The call that takes longest now, where it takes long; else the plugin that is slowest. */
function slowest(run: Run): string[] {
  const [longest] = run.inFlight().sort((a, b) => b.seconds - a.seconds)
  if (longest?.plugin && longest.seconds > longSeconds)
    return [`${longest.plugin} at ${printable(basename(longest.name))} for ${Math.round(longest.seconds)} s`]
  const known = (run.scanner?.statistics.all() ?? []).map(([plugin, calls]) => ({
    plugin,
    time: percentile(calls, 0.99),
  }))
  const [first] = known.sort((a, b) => b.time - a.time)
  return first
    ? [`slowest ${first.plugin} ${first.time < 10 ? first.time.toFixed(1) : Math.round(first.time)} ms`]
    : []
}
