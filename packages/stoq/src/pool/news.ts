import type { Logger } from '../config/logger.ts'
import type { Trace } from '../dispatch/trace.ts'
import { dispatchCall } from '../pipeline/environment.ts'
import type { CallStatistics, PluginStatistics } from '../pipeline/statistics.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { printable } from '../results/printable.ts'
import { tellOnce } from './in-process.ts'
import type { FromProcess } from './messages.ts'

/** Lines and characters of what a scan process writes at once that are logged. */
const mostLines = 20
const mostCharacters = 500

/** Takes what scan processes tell of beside payloads: log, trace, counts. The result is true for such a message. */
export function newsOf(
  worker: StoqWorkerPlugin,
  trace: Trace | null,
  statistics: CallStatistics,
  onStray: () => void,
): (message: FromProcess) => boolean {
  const { stoq } = worker
  const tellAbsent = tellOnce(worker)
  const known = new Set([
    dispatchCall,
    ...stoq.discovery.plugins.map(({ category, name }) => `${category}:${name}`),
  ])
  const onlyKnown = (plugins: Record<string, PluginStatistics>) =>
    Object.fromEntries(Object.entries(plugins).filter(([plugin]) => known.has(plugin)))
  return message => {
    switch (message.kind) {
      case 'log':
        stoq.logger(printable(message.name))[message.level](message.message, message.stack)
        return true
      case 'trace':
        trace?.(message.event)
        return true
      case 'absent':
        tellAbsent(message.rule, message.plugin)
        return true
      case 'statistics':
        statistics.merge(onlyKnown(message.plugins))
        return true
      case 'stray':
        stoq.log.error(`a plugin left a failure behind: ${message.message}`, message.stack)
        onStray()
        return true
      default:
        return false
    }
  }
}

/** Logs what a scan process has written where nobody should. */
export function noteText(log: Logger, pid: number, text: string): void {
  for (const line of text.split('\n').slice(0, mostLines)) {
    if (line.trim()) log.info(`scan process ${pid} wrote: ${line.slice(0, mostCharacters)}`)
  }
}
