import { loadSettings, pluginFolders } from '../config/settings.ts'
import { errorText, StoqError } from '../errors.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import { Stoq } from '../stoq.ts'
import { StoqHelp } from './args.ts'
import { checkFolders } from './doctor/check-folders.ts'
import { checkPlugins, isNamed } from './doctor/check-plugins.ts'
import { checkRules } from './doctor/check-rules.ts'
import { checkNode, checkSettings } from './doctor/check-settings.ts'
import { broken, type Finding, line, ok, summary, warning } from './doctor/finding.ts'
import { withoutSecrets } from './doctor/secrets.ts'
import { exitStatus } from './main.ts'
import { nearest } from './nearest.ts'

/** `stoq doctor [PLUGIN...] [--json]`: what is wrong and how to mend it, one line each; status 1 when something is broken. */
export async function doctor(words: string[]): Promise<number> {
  if (words.some(word => word === '-h' || word === '--help')) throw new StoqHelp(help)
  const flag = words.find(word => word.startsWith('-') && word !== '--json')
  if (flag !== undefined)
    throw new StoqError('STOQ_CLI_USAGE', [`doctor has no flag ${flag}: stoq doctor [PLUGIN...] [--json]`])
  const named = words.filter(word => word !== '--json')
  const findings = await examine(named)
  const isBroken = findings.some(({ level }) => level === 'broken')
  if (words.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ ok: !isBroken, findings }, null, 2)}\n`)
  } else {
    const colour = process.stdout.isTTY && process.stdout.hasColors()
    const lines = findings.map(finding => line(finding, colour))
    process.stdout.write(`${lines.join('\n')}\n${summary(findings)}\n`)
  }
  return isBroken ? exitStatus.trouble : exitStatus.ok
}

const help = `Looks at Node, settings, folders, rules and every plugin on its golden samples, and says what is wrong
and how to mend it. With names of plugins: at those only, and at the services that they need.

  --json      Write what was found as JSON
  -h, --help  Show this help`

/** Looks at everything; with names of plugins, at those only. */
async function examine(named: readonly string[]): Promise<Finding[]> {
  let loaded: ReturnType<typeof loadSettings>
  try {
    loaded = loadSettings()
  } catch (error) {
    const mend = 'mend that line of stoq.cfg; the rest is looked at then'
    return [...checkNode(), broken('settings', errorText(error), mend)]
  }
  const { plugins, faults, notes } = discoverPlugins(pluginFolders(loaded.settings))
  const names = plugins.map(({ name }) => name)
  for (const name of named)
    if (!plugins.some(plugin => isNamed(plugin, [name])))
      throw new StoqError('STOQ_CLI_USAGE', [`no plugin is named '${name}'${nearest(name, names)}`])
  const onPlugins = await checkPlugins({ loaded, plugins, named })
  if (named.length > 0) return withoutSecrets(onPlugins, loaded, plugins)
  const findings = [
    ...checkNode(),
    ...checkSettings(loaded, plugins),
    ...checkFolders(loaded.settings),
    ...(await checkRules(loaded.settings, plugins)),
    ...(await checkScan(loaded.scan)),
    ...faults.map(fault => broken('plugins', fault, 'it is left out until that is mended')),
    ...notes
      .filter(text => !text.endsWith('does not exist'))
      .map(text => warning('plugins', text, 'remove one of them, or let it be')),
    ...onPlugins,
  ]
  return withoutSecrets(findings, loaded, plugins)
}

/** What `stoq scan` begins with: the worker and the flags of [scan]. */
async function checkScan({
  worker = 'yara',
  flags = '--dispatch',
}: Readonly<Record<string, string>>): Promise<Finding[]> {
  const argv = ['stoq', worker, ...flags.split(/\s+/).filter(Boolean)]
  const stoq = new Stoq({ argv, isolates: true, log_level: 'critical', stderr: () => {} })
  try {
    await stoq.loadPlugin(worker, 'worker')
    return [ok('scan', `stoq scan runs ${argv.slice(1).join(' ')}`)]
  } catch (error) {
    return [broken('scan', errorText(error), 'mend worker or flags of [scan] in stoq.cfg')]
  } finally {
    await stoq.close()
  }
}
