import { type LogLevel, logLevels } from '../config/logger.ts'
import { errorText } from '../errors.ts'
import { hasTrouble, type RunTotals } from '../ingest/totals.ts'
import { version } from '../plugin/version.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { formatSize } from '../results/printable.ts'
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
    ...logLevel(flags),
  })
  const signals = watchSignals(stoq)
  const strays = watchStrays(stoq)
  try {
    const workers = stoq.getPluginsOfCategory('worker').map(plugin => plugin.name)
    if (!workers.some(worker => worker.toLowerCase() === name.toLowerCase())) throw unknownWord(name, workers)
    const worker = await stoq.loadPlugin(name, 'worker')
    stoq.log.info(`Starting stoQ v${version}`)
    progress.watch(worker.openRun())
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
  const { totals } = await worker.run()
  worker.stoq.log.info(summary(totals, (performance.now() - start) / 1000))
  if (worker.openRun().hasLostReader) return exitStatus.lostReader
  const nothing = totals.ingested === 0 && totals.faults > 0
  return nothing || hasTrouble(totals) ? exitStatus.trouble : exitStatus.ok
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
