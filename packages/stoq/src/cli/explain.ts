import { basename } from 'node:path'
import type { TraceEvent } from '../dispatch/trace.ts'
import { StoqError } from '../errors.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { formatSize, printable } from '../results/printable.ts'
import { watchOutput } from './output.ts'
import { runToEnd, withStoq } from './run.ts'
import { scanDefaults, splitWords } from './scan.ts'

/** Offsets shown for one string of a rule. */
const shownOffsets = 3

/** Of what [scan] and the flags may ask for, what would leave something behind or run again. */
const without: Partial<StoqWorkerPlugin> = {
  saveresults: false,
  max_processes: 1,
  archive_connector: null,
  cron: 0,
  template: null,
  decorator_plugin: null,
}

/** `stoq explain FILE [flags]`: what the dispatcher did with a file and everything inside it, and why. Saves nothing. */
export async function explain(words: string[]): Promise<number> {
  const { paths, flags } = splitWords(words)
  const { worker, defaults } = scanDefaults()
  const help = flags.includes('-h') || flags.includes('--help')
  if (paths.length === 0 && !help)
    throw new StoqError('STOQ_CLI_USAGE', ['explain needs a file: stoq explain FILE [flags]'])
  return withStoq(worker, [...defaults, ...flags], async plugin => {
    Object.assign(plugin, { paths, dispatch: true, ...without })
    const run = await plugin.openRun()
    run.trace = event => {
      run.onOutput?.()
      process.stdout.write(`${printable(line(event))}\n`)
    }
    watchOutput().addEventListener('abort', () => plugin.stoq.stopping.abort(), { once: true })
    return runToEnd(plugin)
  })
}

/** One event as one line for people, not yet safe to show. */
export function line(event: TraceEvent): string {
  switch (event.kind) {
    case 'payload': {
      const from = event.parent_id === null ? '' : ` from payload ${event.parent_id}`
      const name = basename(event.filename) || 'no name'
      return `payload ${event.payload_id}${from}: ${name}, ${formatSize(event.size)}, sha1 ${event.sha1}`
    }
    case 'unmatched':
      return `  payload ${event.payload_id}: no dispatch rule matched`
    case 'rule':
      return `  payload ${event.payload_id}: rule ${event.rule} matched${places(event)}, names ${event.plugin}`
    case 'chosen':
      return `  payload ${event.payload_id}: ${event.plugin} chosen by rule ${event.rule}`
    case 'skipped':
      return `  payload ${event.payload_id}: ${event.plugin} skipped: ${event.reason}`
    case 'result':
      return `  payload ${event.payload_id}: ${event.plugin} gave ${event.found || 'nothing'}${event.found ? counted(event) : ''}`
    case 'duplicate':
      return `  payload ${event.payload_id}: duplicate ${event.filename || 'payload'} from ${event.plugin} left out: ${event.reason}`
    case 'cut':
      return `  payload ${event.payload_id}: cut by ${event.limit}: ${event.detail}`
    case 'error':
      return `  payload ${event.payload_id}: ${fault(event)}`
  }
}

/** Most plugins begin their faults with their own name. */
function fault({ plugin, message }: TraceEvent & { kind: 'error' }): string {
  return message.startsWith(`${plugin} failed: `) ? message : `${plugin} failed: ${message}`
}

function counted({ plugin, found }: { plugin: string; found: number }): string {
  const noun = plugin.startsWith('worker:') ? 'result' : 'payload'
  return ` ${noun}${found === 1 ? '' : 's'}`
}

function places({ strings }: TraceEvent & { kind: 'rule' }): string {
  if (strings.length === 0) return ' by its condition'
  const shown = strings
    .slice(0, shownOffsets)
    .map(({ identifier, offset }) => `${identifier} at 0x${offset.toString(16)}`)
  const more = strings.length > shownOffsets ? ` and ${strings.length - shownOffsets} more` : ''
  return `: ${shown.join(', ')}${more}`
}
