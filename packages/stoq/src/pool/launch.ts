import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { errorText } from '../errors.ts'
import { neededRights, type Right } from '../pipeline/rights.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { collectGrants, type Grants, runsInScanProcess } from './grants.ts'
import type { OpenMessage } from './messages.ts'
import type { ScanPlan } from './scanner.ts'
import { makeProcessFolder, openTempFolder } from './temp.ts'

/** How scan processes of a run are started. */
export interface Launch {
  grants: Grants
  /** Where their folders are. */
  temp: string
  /** Folder for large payloads that come over the network; null: there are none. */
  fetchFolder: string | null
  max_memory: number
  /** True for the rights of a plugin that is installed. */
  mayNeed(rights: readonly Right[]): boolean
  /** What one is told first, given its folder and rights. */
  open(folder: string, rights: readonly Right[], isFirst: boolean): OpenMessage
}

/** False where it is clear that there is no more than one payload. */
export function mayHaveMany({ namedPaths, source_plugin }: StoqWorkerPlugin): boolean {
  const [first = ''] = namedPaths
  return (
    source_plugin !== null ||
    namedPaths.length > 1 ||
    Boolean(statSync(first, { throwIfNoEntry: false })?.isDirectory())
  )
}

/** Prepares the start of scan processes. They get the settings but no credentials: options of their own plugins only. */
export function prepareLaunch(worker: StoqWorkerPlugin, { trace, ...plan }: ScanPlan): Launch {
  const { stoq } = worker
  const { settings, commandLine: argv } = stoq
  const plugins = stoq.discovery.plugins.filter(runsInScanProcess)
  const named = worker.namedPaths.filter(path => !stoq.isUrl(path))
  const payloads = new Set(named)
  const words = argv.slice(2).filter(word => !payloads.has(word))
  const grants = collectGrants({ settings, plugins: stoq.discovery.plugins, argv: words, named })
  const temp = openTempFolder(settings.temp_dir, error =>
    stoq.log.warning(`scan processes use ${tmpdir()}: ${errorText(error)}`),
  )
  const fetchFolder = worker.source_plugin === null ? null : makeProcessFolder(temp)
  if (fetchFolder !== null) {
    stoq.grantPath(fetchFolder)
    grants.payloads.push(fetchFolder)
  }
  const categories = new Set<string>(plugins.map(({ category }) => category))
  const plugin_options = Object.fromEntries(
    Object.entries(settings.plugin_options).filter(([category]) => categories.has(category)),
  )
  return {
    grants,
    temp,
    fetchFolder,
    max_memory: plan.limits.max_memory,
    mayNeed: rights => plugins.some(plugin => `${rightsOf(plugin)}` === `${rights}`),
    open: (folder, rights, isFirst) => ({
      kind: 'open',
      worker: worker.name,
      argv: [...argv],
      fields: { dispatch: worker.dispatch, hashpayload: worker.hashpayload },
      settings: { ...settings, ...plan.limits, plugin_options, temp_dir: folder, log_level: stoq.logLevel },
      plugins,
      rights,
      granted: grants.payloads,
      plan,
      trace: trace !== null,
      quiet: !isFirst,
    }),
  }
}

/** None for a plugin with a mistake there: it is told when the plugin is loaded. */
function rightsOf(plugin: PluginManifest): readonly Right[] {
  try {
    return neededRights(plugin)
  } catch {
    return []
  }
}
