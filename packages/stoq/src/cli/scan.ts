import { loadSettings } from '../config/settings.ts'
import { StoqError } from '../errors.ts'
import { runToEnd, withStoq } from './run.ts'
import { workerFlags } from './worker-flags.ts'

/** `stoq scan PATH... [flags]`: the worker and flags of [scan] in stoq.cfg, yara with dispatching when nothing is set. */
export async function scan(words: string[]): Promise<number> {
  const { paths, flags } = splitWords(words)
  const { worker, defaults } = scanDefaults()
  if (paths.length === 0 && !flags.some(flag => flag === '-h' || flag === '--help')) {
    throw new StoqError('STOQ_CLI_USAGE', ['scan needs a path: stoq scan PATH... [flags]'])
  }
  return withStoq(worker, [...defaults, ...flags], async plugin => {
    plugin.paths = paths
    return runToEnd(plugin)
  })
}

/** Words that are no flags, and no values of flags, are paths; so are all after `--`. */
export function splitWords(words: readonly string[]): { paths: string[]; flags: string[] } {
  const end = words.indexOf('--')
  const before = end < 0 ? words : words.slice(0, end)
  const paths = end < 0 ? [] : [...words.slice(end + 1)]
  const flags: string[] = []
  for (let index = 0; index < before.length; ) {
    const word = before[index] ?? ''
    const values = word.startsWith('-') ? valuesOf(before, index) : 0
    if (word.startsWith('-')) flags.push(...before.slice(index, index + 1 + values))
    else paths.push(word)
    index += 1 + values
  }
  return { paths, flags }
}

/** How many words after a flag are its values; a flag of the worker's own is taken to have one. */
function valuesOf(words: readonly string[], index: number): number {
  const word = words[index] ?? ''
  if (word.includes('=') || word === '-h' || word === '--help') return 0
  const flag = workerFlags.find(({ flags }) => flags.includes(word))
  if (flag && flag.metavar === undefined) return 0
  if (!flag?.several) return /^-[A-Za-z]./.test(word) ? 0 : 1
  const rest = words.slice(index + 1)
  const next = rest.findIndex(value => value.startsWith('-') || !value.includes(':'))
  return next < 0 ? rest.length : next
}

/** Worker and flags of the section [scan]. */
export function scanDefaults(): { worker: string; defaults: string[] } {
  const { scan: section } = loadSettings()
  const defaults =
    section['flags'] === undefined ? ['--dispatch'] : section['flags'].split(/\s+/).filter(Boolean)
  return { worker: section['worker'] || 'yara', defaults }
}
