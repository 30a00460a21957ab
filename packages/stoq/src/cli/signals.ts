import type { Stoq } from '../stoq.ts'

/** Numbers of the signals that end a run, for the exit status 128 + N. */
const numbers = { SIGINT: 2, SIGTERM: 15 } as const
/** In-flight payloads may end within this time, then they are given up. */
const graceMilliseconds = 3000
/** Plugins may flush within this time, then the process ends. */
const lastMilliseconds = 4500

export interface SignalWatch {
  /** Exit status of the signal that came; null when none did. */
  readonly status: number | null
  end(): void
}

/** The first signal stops the run in order: no new payloads, connectors flushed; the second ends the process at once. SIGUSR2 asks for a report. */
export function watchSignals(stoq: Stoq, report: () => void): SignalWatch {
  let status: number | null = null
  const timers: NodeJS.Timeout[] = []
  const stop = (signal: NodeJS.Signals) => {
    const code = 128 + numbers[signal as keyof typeof numbers]
    if (status !== null) process.exit(code)
    status = code
    stoq.log.warning(`${signal}: stopping; once more to stop at once`)
    stoq.stopping.abort()
    timers.push(setTimeout(() => stoq.ending.abort(), graceMilliseconds))
    timers.push(setTimeout(() => process.exit(code), lastMilliseconds))
  }
  for (const signal of Object.keys(numbers)) process.on(signal, stop)
  if (process.platform !== 'win32') process.on('SIGUSR2', report)
  return {
    get status() {
      return status
    },
    end() {
      for (const timer of timers) clearTimeout(timer)
      for (const signal of Object.keys(numbers)) process.off(signal, stop)
      process.off('SIGUSR2', report)
    },
  }
}
