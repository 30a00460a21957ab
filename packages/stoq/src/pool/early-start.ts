import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPlugins } from '../config/bundled.ts'
import { loadSettings, pluginFolders, type Settings } from '../config/settings.ts'
import { neededRights, type Right } from '../pipeline/rights.ts'
import { type Discovery, discoverPlugins } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { collectGrants, includesGrants, isScanKind, wordsToRead } from './grants.ts'
import { type ProcessOptions, ScanProcess } from './scan-process.ts'
import { openTempFolder } from './temp.ts'

/** The scan process that was started before it was clear what for, until a run takes it. */
let early: { process: ScanProcess; options: ProcessOptions } | null = null
let found: Discovery | null = null

/**
 * Starts a scan process while the rest of a command is still loaded: both take as long. What is wrong with settings or
 * plugins is told when the command gets there; a process that nobody takes ends with this one.
 */
export function startEarly(command: string, words: readonly string[]): void {
  try {
    const { settings, scan } = loadSettings()
    const isFriendly = command === 'scan' || command === 'explain'
    const name = isFriendly ? (scan['worker'] ?? 'yara') : command
    const flags = isFriendly ? (scan['flags'] ?? '').split(/\s+/) : []
    const argv = [...flags, ...words].filter(Boolean)
    const isAsking = argv.includes('-h') || argv.includes('--help')
    // To find all plugins takes 10 ms, in which the process can start where it needs only those that come with stoQ.
    const isBundled = !isAsking && needsBundledOnly(settings, name)
    if (isBundled) start({ settings, plugins: [], argv, rights: [] })
    found = discoverPlugins(pluginFolders(settings))
    if (isBundled || isAsking) return
    const worker = found.plugins.find(
      each => each.category === 'worker' && each.name.toLowerCase() === name.toLowerCase(),
    )
    if (worker) start({ settings, plugins: found.plugins, argv, rights: neededRights(worker) })
  } catch {
    // The command meets the same fault, and tells it.
  }
}

/** True for a worker that comes with stoQ, where there are no other plugins, and no options of those that scan. */
function needsBundledOnly(settings: Readonly<Settings>, worker: string): boolean {
  const folders = pluginFolders(settings)
  const isOnly = folders.every(folder => folder === bundledPlugins || !existsSync(folder))
  const hasOptions = Object.keys(settings.plugin_options).some(isScanKind)
  const isThere = /^\w+$/.test(worker) && existsSync(join(bundledPlugins, 'worker', worker.toLowerCase()))
  return isOnly && isThere && !hasOptions && settings.bundled_plugins
}

interface StartInput {
  settings: Readonly<Settings>
  plugins: readonly PluginManifest[]
  argv: readonly string[]
  rights: readonly Right[]
}

function start({ settings, plugins, argv, rights }: StartInput): void {
  const named = wordsToRead(argv).filter(word => !word.startsWith('-'))
  const options = {
    grants: collectGrants({ settings, plugins, argv, named }),
    temp: openTempFolder(settings.temp_dir, error => {
      throw error
    }),
    rights,
    max_memory: settings.max_memory,
  }
  const process = new ScanProcess(options)
  early = { process, options }
  globalThis.process.once('exit', () => discard(process))
}

/** The plugins that were found on the way, once. */
export function takeFound(): Discovery | null {
  const taken = found
  found = null
  return taken
}

/** The process that was started early, where it may do what is wanted; else it is ended. */
export function takeEarly(wanted: ProcessOptions): ScanProcess | null {
  const taken = early
  early = null
  if (!taken) return null
  if (taken.process.isAlive && isEnough(taken.options, wanted)) return taken.process
  discard(taken.process)
  return null
}

/** Ends the process that was started early: payloads are scanned where they are. */
export function dropEarly(): void {
  if (early) discard(early.process)
  early = null
}

function isEnough(started: ProcessOptions, wanted: ProcessOptions): boolean {
  const isSame = started.temp === wanted.temp && started.max_memory === wanted.max_memory
  return isSame && includesGrants(started.grants, wanted.grants) && `${started.rights}` === `${wanted.rights}`
}

function discard(process: ScanProcess): void {
  process.kill()
  process.remove()
}
