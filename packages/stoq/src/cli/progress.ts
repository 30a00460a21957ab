import type { WriteStream } from 'node:tty'
import type { Run } from '../ingest/run.ts'

/** Runs shorter than this show no progress. */
const quietMilliseconds = 500
const intervalMilliseconds = 100

/** One line on a terminal: files done, rate, errors. Nothing where standard error is no terminal. */
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
    const { ingested, failed, errors } = this.#run.totals
    const trouble = failed + errors ? `, ${failed + errors} errors` : ''
    this.#stream.write(`\r\x1b[K${ingested} files, ${Math.round(ingested / seconds)}/s${trouble}`)
    this.#shown = true
  }
}
