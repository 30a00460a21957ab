import { lstatSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type LogLevel, logLevels } from '../config/logger.ts'
import { errorText, StoqError } from '../errors.ts'
import type { Run } from '../ingest/run.ts'
import { countKills, runStatistics } from '../ingest/statistics.ts'
import { hasTrouble, type RunTotals } from '../ingest/totals.ts'
import { version } from '../plugin/version.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { takeFound } from '../pool/early-start.ts'
import { formatSize, printable } from '../results/printable.ts'
import { writeWhole } from '../results/write-whole.ts'
import { Stoq } from '../stoq.ts'
import { exitStatus, unknownWord } from './main.ts'
import { Progress } from './progress.ts'
import { watchSignals } from './signals.ts'

/** `stoq WORKER [flags]`: loads the worker and runs it on what its flags name. */
export async function runWorkerCommand(name: string, flags: readonly string[]): Promise<number> {
  return withStoq(name, flags, worker => runToEnd(worker))
}

/** Opens a Stoq with its primary worker and closes it, whatever happens in between. */
export async function withStoq(
  name: string,
  flags: readonly string[],
  use: (worker: StoqWorkerPlugin) => Promise<number>,
): Promise<number> {
  const progress = new Progress(process.stderr)
  const stoq = new Stoq({
    argv: ['stoq', name, ...flags],
    stderr: line => progress.above(line),
    isolates: true,
    found: takeFound(),
    ...logLevel(flags),
  })
  let run: Run | null = null
  const signals = watchSignals(stoq, () => progress.above(inFlightReport(run)))
  const strays = watchStrays(stoq)
  try {
    const workers = stoq.getPluginsOfCategory('worker').map(plugin => plugin.name)
    if (!workers.some(worker => worker.toLowerCase() === name.toLowerCase())) throw unknownWord(name, workers)
    const worker = await stoq.loadPlugin(name, 'worker')
    stoq.log.info(`Starting stoQ v${version}`)
    run = await worker.openRun()
    progress.watch(run)
    const status = await use(worker)
    if (signals.status !== null) return signals.status
    return strays.count > 0 ? Math.max(status, exitStatus.trouble) : status
  } finally {
    progress.end()
    await stoq.close()
    signals.end()
    strays.end()
  }
}

/** --log-level holds from the beginning, not only when the worker has read its flags. */
function logLevel(flags: readonly string[]): { log_level?: LogLevel } {
  const index = flags.findLastIndex(flag => flag === '-L' || flag === '--log-level')
  const level = logLevels.find(word => word === flags[index + 1])
  return index >= 0 && level ? { log_level: level } : {}
}

/** What SIGUSR2 shows: the payloads under way, the one that takes longest first. */
function inFlightReport(run: Run | null): string {
  const rows = (run?.inFlight() ?? [])
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ pid, plugin, payload_id, seconds, name }) => {
      const what = `${plugin} on payload ${payload_id}`
      return `stoq: ${seconds.toFixed(1)} s ${what} of ${printable(name)} (process ${pid})\n`
    })
  return `stoq: ${counted(rows.length, 'payload')} in flight\n${rows.join('')}`
}

/**
 * A promise that a plugin forgot must not take the run with it: it is logged and told in the exit status. What is
 * thrown out of a callback leaves nobody to go on: the run is stopped in order.
 */
function watchStrays(stoq: Stoq): { readonly count: number; end(): void } {
  let count = 0
  const note = (reason: unknown) => {
    count++
    stoq.log.error(`a plugin left a failure behind: ${errorText(reason)}`, reason)
  }
  const stop = (error: unknown) => {
    note(error)
    stoq.stopping.abort()
  }
  process.on('unhandledRejection', note)
  process.on('uncaughtException', stop)
  return {
    get count() {
      return count
    },
    end() {
      process.off('unhandledRejection', note)
      process.off('uncaughtException', stop)
    },
  }
}

/** Runs a worker to its end; the exit status tells whether anything went wrong. */
export async function runToEnd(worker: StoqWorkerPlugin): Promise<number> {
  const start = performance.now()
  const run = await worker.run()
  const seconds = (performance.now() - start) / 1000
  // Scan processes end while the rest does, and say what they have counted last.
  await run.close()
  const { totals } = run
  worker.stoq.log.info(summary(totals, seconds) + replaced(countKills(run.scanner?.kills ?? {})))
  if (worker.stats) writeStatistics(run, worker.stats, seconds)
  if (run.hasLostReader) return exitStatus.lostReader
  const nothing = totals.ingested === 0 && totals.faults > 0
  return nothing || hasTrouble(totals) ? exitStatus.trouble : exitStatus.ok
}

function writeStatistics(run: Run, file: string, seconds: number): void {
  const text = `${JSON.stringify(runStatistics(run, seconds), null, 2)}\n`
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    // A pipe or a device gets the text, and is not replaced; nor is a link.
    const isLeftAlone = stats ? !stats.isFile() : lstatSync(file, { throwIfNoEntry: false })
    if (isLeftAlone) writeFileSync(file, text)
    else writeWhole(stats ? realpathSync(file) : resolve(file), text, { replace: true, fsync: false })
  } catch (error) {
    throw new StoqError('STOQ_WRITE_FAILED', [file, errorText(error)], { cause: error })
  }
}

function replaced(kills: number): string {
  return kills > 0 ? `; ${counted(kills, 'scan process', 'es')} ended before time` : ''
}

/** Every payload accounted for, in one line. */
function summary(totals: RunTotals, seconds: number): string {
  const { ingested, saved, refused, failed, stopped, payloads, bytes, errors, documents } = totals
  const rate = seconds > 0 ? Math.round(ingested / seconds) : 0
  const ends = `${saved} scanned + ${refused} refused + ${failed} failed${stopped ? ` + ${stopped} stopped` : ''}`
  const found = [
    counted(payloads, 'payload'),
    `${counted(documents, 'document')} saved`,
    counted(errors, 'plugin error'),
  ]
  return `${ingested} ingested = ${ends}; ${found.join(', ')}; ${formatSize(bytes)} in ${seconds.toFixed(2)} s (${rate}/s)`
}

function counted(count: number, noun: string, plural = 's'): string {
  return `${count} ${noun}${count === 1 ? '' : plural}`
}
