import { exitStatus } from './main.ts'

const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/** Does something that can be given up: the first signal aborts it and waits for its clean-up, the second ends the process. */
export async function untilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const controller = new AbortController()
  let status: number = exitStatus.ok
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(status)
    status = 128 + numbers[name as keyof typeof numbers]
    controller.abort()
  }
  for (const name of Object.keys(numbers)) process.on(name, stop)
  try {
    await work(controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) throw error
    process.stderr.write('stoq: stopped; what is not told above is as it was\n')
    return status
  } finally {
    for (const name of Object.keys(numbers)) process.off(name, stop)
  }
  // Too late to stop: everything was done.
  return exitStatus.ok
}
