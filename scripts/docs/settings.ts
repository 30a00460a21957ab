import { readFileSync } from 'node:fs'
import { workerFlags } from '../../packages/stoq/src/cli/worker-flags.ts'
import { defaultSettings, settingNames } from '../../packages/stoq/src/config/settings.ts'
import { type Field, readFields } from './fields.ts'
import { code, table } from './page.ts'

/** Settings whose name in the code says what they are, but not to a reader of stoq.cfg. */
const meanings: Record<string, string> = {
  log_dir: 'Folder of `stoq.log`.',
  log_level: 'Least level that is logged: `debug`, `info`, `warning`, `error` or `critical`.',
  log_maxbytes: 'Size at which `stoq.log` is rotated.',
  log_backup_count: 'Rotated log files that are kept.',
  log_syntax: '`text`, or `json`: one JSON object a line.',
  useragent: 'What stoQ calls itself in HTTP requests.',
  default_connector: 'Connector for documents when neither flag nor worker names one.',
  default_source: 'Source when paths are named but no source is.',
}

/** The table of settings, from the interface, its doc comments and the defaults. */
export function settingBlocks(): Map<string, string> {
  const declared = [...readFields(source('config/settings.ts'), 'Settings'), ...budgetFields()]
  const defaults = defaultSettings('/base') as unknown as Record<string, unknown>
  const order = readFields(source('config/settings.ts'), 'Settings').map(({ name }) => name)
  const names = settingNames().sort((a, b) => order.indexOf(a) - order.indexOf(b))
  const rows = names.map(name => [
    code(name),
    shown(name, defaults[name]),
    flagsOf(name),
    meaning(name, declared),
  ])
  return new Map([['settings', table(['setting', 'default', 'flag', 'meaning'], rows)]])
}

/** The flags that set an attribute of a worker, or the setting of that name. */
export function flagsOf(dest: string): string {
  const flags = workerFlags.filter(flag => flag.dest === dest).flatMap(flag => flag.flags)
  return flags.map(code).join(', ')
}

/** A source file of the core. */
export function source(path: string): string {
  return readFileSync(new URL(`../../packages/stoq/src/${path}`, import.meta.url), 'utf8')
}

/** The limits of a budget: settings, worker options and flags of the same names. */
export function budgetFields(): Field[] {
  return readFields(source('pipeline/budget.ts'), 'BudgetLimits')
}

function meaning(name: string, declared: readonly Field[]): string {
  const text =
    declared.find(field => field.name === name && field.comment)?.comment ?? meanings[name] ?? flagHelp(name)
  if (!text) throw new Error(`setting ${name}: give it a doc comment in config/settings.ts`)
  return text
}

/** What the help says of the flag of an attribute; a flag that turns it off says what False means. */
export function flagHelp(dest: string): string {
  const flag = workerFlags.find(candidate => candidate.dest === dest)
  if (!flag) return ''
  return `${flag.constant === false ? `False: ${flag.help[0]?.toLowerCase()}${flag.help.slice(1)}` : flag.help}.`
}

/** A default as it would stand in stoq.cfg; folders are shown below the base folder. */
function shown(name: string, value: unknown): string {
  if (name === 'base_dir') return '`$STOQ_HOME`, else `~/.stoq`'
  if (name === 'dispatch_rules') return '`<base>/dispatcher.yar`, else the bundled rules'
  const text = Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
  const size =
    typeof value === 'number' && value >= 2 ** 20 && Number.isInteger(value / 2 ** 30)
      ? ` (${value / 2 ** 30} GiB)`
      : ''
  return code(text.replaceAll('/base', '<base>')) + size
}
