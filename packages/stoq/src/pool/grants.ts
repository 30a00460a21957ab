import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledPlugins } from '../config/bundled.ts'
import { defaultHome, type Settings } from '../config/settings.ts'
import { isInside } from '../ingest/read-file.ts'
import type { PluginCategory } from '../plugin/categories.ts'
import type { PluginManifest } from '../plugin/manifest.ts'

/** Kinds that run in scan processes; the code and the options of the others are not even readable there. */
const scanKinds = new Set<PluginCategory>(['worker', 'reader', 'extractor', 'carver', 'decoder'])

/** More paths than this are not handed to a scan process: what is read there is read here, and its bytes travel. */
const mostPaths = 64

/** What scan processes may read. */
export interface Grants {
  /** Code, rules and whatever options name. */
  code: string[]
  /** Where payloads are. */
  payloads: string[]
}

/** True for plugins that scan processes know. */
export function runsInScanProcess({ category }: PluginManifest): boolean {
  return isScanKind(category)
}

/** True for the name of a kind that runs there. */
export function isScanKind(category: string): boolean {
  return scanKinds.has(category as PluginCategory)
}

export interface GrantInput {
  settings: Readonly<Settings>
  plugins: readonly PluginManifest[]
  /** The command line: files that it names, such as rules, may be read. */
  argv: readonly string[]
  /** Paths that a person named to be scanned. */
  named: readonly string[]
}

/** Everything that a scan process has to read, and no more: neither stoq.cfg nor plugins that hold credentials. */
export function collectGrants({ settings, plugins, argv, named }: GrantInput): Grants {
  const { dispatch_rules, source_base_tuple } = settings
  const scanning = plugins.filter(runsInScanProcess)
  const foreign = scanning.filter(plugin => plugin.root !== bundledPlugins).map(plugin => plugin.path)
  const folders = [...(settings.bundled_plugins ? bundledFolders : []), ...foreign]
  const words = wordsToRead(argv)
  const own = [packageFolder, ...[packageFolder, ...folders].flatMap(moduleFolders), ...folders]
  const given = [
    ...dispatch_rules.flatMap(withNeighbours),
    ...scanning.flatMap(plugin => namedByOptions(plugin, settings)),
    ...(words.length > mostPaths ? [] : words.flatMap(placesOf)),
  ]
  const payloads = [...source_base_tuple, ...named.map(path => resolve(path))]
  const closed = withRealPaths(closedPlaces(settings, plugins))
  const personal = withRealPaths([homedir(), tmpdir()])
  const isOpen = (path: string) => !path.includes('*') && !closed.some(place => isInside(place, path))
  const isNarrow = (path: string) => !personal.some(place => isInside(place, path))
  return {
    // /proc/self/fd: where a file that is open really is.
    code: [...withRealPaths(own), ...withRealPaths(given).filter(isNarrow)]
      .filter(isOpen)
      .concat('/proc/self/fd'),
    payloads: payloads.length > mostPaths ? [] : withRealPaths(payloads).filter(isOpen),
  }
}

/** Of the plugins that come with stoQ, all of those kinds: few folders, whatever their number. */
export const bundledFolders = [...scanKinds].map(kind => join(bundledPlugins, kind))

/** True where the first grants hold all of the others. */
export function includesGrants({ code, payloads }: Grants, others: Grants): boolean {
  const readable = [...code, ...payloads]
  return [...others.code, ...others.payloads].every(path => readable.some(place => isInside(path, place)))
}

/** Words of a command line that may name something to read: no flags, nor the places that stoQ writes to. */
export function wordsToRead(argv: readonly string[]): string[] {
  return argv.filter((word, index) => {
    const [flag, value] = word.startsWith('-') ? word.split('=', 2) : [argv[index - 1], word]
    return value && !outputFlags.has(flag ?? '')
  })
}

const outputFlags = new Set(['-O', '--out', '--stats'])

/** What no scan process may read: a folder that holds one of them is not granted. Bundled plugins hold no secrets. */
function closedPlaces(settings: Readonly<Settings>, plugins: readonly PluginManifest[]): string[] {
  const { base_dir, log_dir, results_dir, archive_base, quarantine_dir } = settings
  const secretive = plugins.filter(plugin => !runsInScanProcess(plugin) && plugin.root !== bundledPlugins)
  const configs = [resolve(base_dir, 'stoq.cfg'), resolve(defaultHome(), 'stoq.cfg')]
  return [
    ...configs,
    log_dir,
    results_dir,
    archive_base,
    quarantine_dir,
    ...secretive.map(({ path }) => path),
  ]
}

/** True when a scan process may read a payload by its path. */
export function mayRead(path: string, { payloads }: Grants): boolean {
  const full = resolve(path)
  return isAbsolute(path) && payloads.some(base => isInside(full, base))
}

/** The package itself: its sources or what was built of them, its rules. */
const packageFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Where Node looks for packages that a module in a folder imports. */
function moduleFolders(folder: string): string[] {
  const parent = dirname(folder)
  return [join(folder, 'node_modules'), ...(parent === folder ? [] : moduleFolders(parent))]
}

/** What has to be readable for a path that was named; nothing when there is no such path. */
function placesOf(word: string): string[] {
  const path = resolve(word.startsWith('-') ? word.slice(word.indexOf('=') + 1) : word)
  if (!existsSync(path)) return []
  return /\.yara?$/i.test(path) ? withNeighbours(path) : [path]
}

/** A file of rules may include those beside it; its folder may be one that as a whole is not for scan processes. */
function withNeighbours(file: string): string[] {
  const folder = dirname(file)
  if (!existsSync(folder)) return []
  const rules = readdirSync(folder).filter(name => /\.yara?$/i.test(name))
  return [file, folder, ...rules.map(name => join(folder, name))]
}

/** Paths that options of a plugin name: rules, lists, databases. */
function namedByOptions(
  { category, name, path, options }: PluginManifest,
  settings: Readonly<Settings>,
): string[] {
  const given = { ...options, ...settings.plugin_options[category]?.[name] }
  return Object.values(given).flatMap(value => {
    if (typeof value !== 'string' || value.length > 4096 || !/[/.]/.test(value)) return []
    const places = isAbsolute(value) ? [value] : [resolve(path, value), resolve(settings.base_dir, value)]
    return places.flatMap(placesOf)
  })
}

/** Paths are checked as they are asked for, and links are followed: both names have to be known. */
function withRealPaths(paths: readonly string[]): string[] {
  const real = paths.map(path => {
    try {
      return realpathSync.native(path)
    } catch {
      // What is not there yet has only the name that it was given.
      return path
    }
  })
  return [...new Set([...paths, ...real])]
}
