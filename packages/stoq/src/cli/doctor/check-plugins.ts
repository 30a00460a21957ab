import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledPlugins } from '../../config/bundled.ts'
import type { LoadedSettings } from '../../config/settings.ts'
import { errorText, StoqError } from '../../errors.ts'
import type { Run } from '../../ingest/run.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import type { StoqPlugin } from '../../plugin/plugin.ts'
import { within } from '../../plugin/within.ts'
import { runsInScanProcess } from '../../pool/grants.ts'
import { Stoq } from '../../stoq.ts'
import type { GoldenSample } from '../../testing/golden.ts'
import { broken, type Finding, note, ok, warning } from './finding.ts'
import { missingPackages } from './packages.ts'
import type { Answer, Question } from './probe-worker.ts'
import { samplesOf } from './samples.ts'

/** Seconds that the `check` of a plugin may take. */
const longestCheck = 30

const probeModule = fileURLToPath(new URL(`./probe-worker${extname(import.meta.url)}`, import.meta.url))
const probe: PluginManifest = {
  ...{ name: 'stoq-doctor', category: 'worker', module: probeModule, config: probeModule },
  ...{ path: dirname(probeModule), root: bundledPlugins },
  ...{ author: '', version: '', website: '', description: '', options: { saveresults: 'False' } },
}

/** What plugins are checked with: the settings as they are, and which plugins were asked for by name. */
export interface PluginChecks {
  loaded: LoadedSettings
  plugins: readonly PluginManifest[]
  named: readonly string[]
}

/** Loads every plugin where it works, has it look at its golden samples, and asks what it needs. */
export async function checkPlugins({ loaded, plugins, named }: PluginChecks): Promise<Finding[]> {
  const log: string[] = []
  const found = { plugins: [...plugins, probe], faults: [], notes: [] }
  const argv = ['stoq', probe.name]
  // What plugins say and what becomes of their samples is of no use to the log and the quarantine.
  const scratch = mkdtempSync(join(tmpdir(), 'stoq-doctor-'))
  const places = { log_dir: scratch, log_syntax: 'text', quarantine_dir: scratch } as const
  const stderr = (text: string) => void log.push(text)
  const stoq = new Stoq({ argv, isolates: true, found, log_level: 'warning', stderr, ...places })
  try {
    const worker = await stoq.loadPlugin(probe.name, 'worker')
    const run = await worker.openRun()
    try {
      await run.prepare()
      const chosen = plugins.filter(plugin => named.length === 0 || isNamed(plugin, named))
      const bench = { stoq, run, inUse: (plugin: PluginManifest) => isInUse(plugin, loaded, named) }
      const findings = await Promise.all(chosen.map(plugin => checkPlugin(plugin, bench)))
      return [...findings.flat(), ...logged(log)]
    } finally {
      await run.close()
    }
  } catch (error) {
    return [broken('scan processes', errorText(error), 'no payload can be scanned: mend this first')]
  } finally {
    await stoq.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** True for a plugin that the words name, as `name` or as `category:name`. */
export function isNamed({ category, name }: PluginManifest, words: readonly string[]): boolean {
  return words.includes(name) || words.includes(`${category}:${name}`)
}

/** True for plugins that somebody has installed, set options of, or named: what they need has to be there. */
function isInUse(
  plugin: PluginManifest,
  { settings, scan }: LoadedSettings,
  named: readonly string[],
): boolean {
  const { root, category, name } = plugin
  const { plugin_options, default_source, default_connector } = settings
  const words = [scan['worker'] ?? '', ...(scan['flags'] ?? '').split(/[\s=]+/)]
  return (
    root !== bundledPlugins ||
    Object.hasOwn(plugin_options[category] ?? {}, name) ||
    [default_source, default_connector, ...words].includes(name) ||
    isNamed(plugin, named)
  )
}

interface Bench {
  stoq: Stoq
  run: Run
  inUse(plugin: PluginManifest): boolean
}

async function checkPlugin(plugin: PluginManifest, bench: Bench): Promise<Finding[]> {
  const id = `${plugin.category}:${plugin.name}`
  const inUse = bench.inUse(plugin)
  try {
    const missing = missingPackages(plugin.path)
    if (missing.length > 0) return [absentPackages(id, missing, inUse)]
    if (!runsInScanProcess(plugin)) return [await checkHere(plugin, bench, inUse)]
    // A worker tells where it works once it is loaded.
    const worker = plugin.category === 'worker' ? await bench.stoq.loadPlugin(plugin.name, 'worker') : null
    if (worker && !worker.isolate) return [await checkLoaded(worker, inUse)]
    return [await checkThere(plugin, bench.run, inUse)]
  } catch (error) {
    return [loadFault(id, error, inUse)]
  }
}

function absentPackages(id: string, names: readonly string[], inUse: boolean): Finding {
  const what = `needs what is not installed: ${names.join(', ')}`
  return (inUse ? broken : warning)(id, what, `npm install ${names.join(' ')}`)
}

function loadFault(id: string, error: unknown, inUse: boolean): Finding {
  const isPackage = error instanceof StoqError && error.code === 'STOQ_PLUGIN_DEPENDENCY'
  if (isPackage && !inUse) return warning(id, errorText(error), 'install that package when you need it')
  return broken(id, errorText(error), 'mend the plugin or its options, or remove its folder')
}

/** Sources, connectors and decorators work in the process of stoQ itself. */
async function checkHere(
  { name, category }: PluginManifest,
  { stoq }: Bench,
  inUse: boolean,
): Promise<Finding> {
  return checkLoaded(await stoq.loadPlugin(name, category), inUse)
}

async function checkLoaded(plugin: StoqPlugin, inUse: boolean): Promise<Finding> {
  if (!plugin.check) return ok(plugin.id, 'can be loaded')
  if (!inUse) return note(plugin.id, notChecked, `stoq doctor ${plugin.name} asks for it`)
  const said = await within(plugin.check(), longestCheck, plugin.id)
  return said === null ? ok(plugin.id, 'has what it needs') : serviceFault(plugin.id, said)
}

const notChecked = 'can be loaded; it is not set up, so that the service that it needs was not asked for'

function serviceFault(id: string, said: string): Finding {
  return broken(
    id,
    said,
    'start what it needs, or mend its options (plugin_options in stoq.cfg, or its .stoq)',
  )
}

/** All others work in scan processes, and are asked there. */
async function checkThere(plugin: PluginManifest, run: Run, inUse: boolean): Promise<Finding> {
  const id = `${plugin.category}:${plugin.name}`
  const samples = samplesOf(plugin)
  const question = { probe: id, check: inUse, loadOnly: samples.length === 0 }
  let last = ''
  for (const sample of samples.length > 0 ? samples : [null]) {
    const { answer, failure } = await askThere(run, question, sample)
    if (failure) return broken(id, failure, 'mend the plugin or its options, or remove its folder')
    if (answer?.check) return serviceFault(id, answer.check)
    if (!sample) return ok(id, 'can be loaded; it has no golden samples here')
    if (answer && answer.found > 0) return ok(id, `finds what is in its sample ${sample.name}`)
    last = `finds nothing in its sample ${sample.name}${answer?.fault ? ` (${answer.fault})` : ''}`
  }
  return broken(id, last, 'look at its options in stoq.cfg and its .stoq')
}

async function askThere(
  run: Run,
  question: Question,
  sample: GoldenSample | null,
): Promise<{ answer?: Answer; failure?: string }> {
  const payload = sample?.payload ?? new Uint8Array(1)
  const message = { ...sample?.kwargs, filename: sample?.name ?? 'nothing', payload, ...question }
  const [document] = await run.scanNow(message)
  const { errors = [], truncated = [], results = [] } = document ?? {}
  const answer = results[0]?.scan as Answer | null
  const failure = [
    ...errors.map(({ message: text }) => text),
    ...truncated.map(each => `${each.limit}: ${each.detail}`),
  ]
  if (answer) return { answer }
  const text = failure.join('; ').replace(/^worker:stoq-doctor failed: /, '') || 'gave no answer'
  return { failure: text.replaceAll('worker:stoq-doctor', question.probe) }
}

/** What plugins said in the log meanwhile, each once. */
function logged(lines: readonly string[]): Finding[] {
  return [...new Set(lines.map(text => text.replace(/^\[[^\]]*\] /, '').trim()))]
    .filter(text => /^stoq\.\w/.test(text))
    .map(text => warning('log', text, 'a plugin said so when it was tried'))
}
