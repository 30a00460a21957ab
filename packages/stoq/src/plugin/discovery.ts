import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { parseIni } from '../config/ini.ts'
import { errorText, StoqError } from '../errors.ts'
import { isPluginCategory, type PluginCategory, pluginCategories } from './categories.ts'
import type { PluginManifest } from './manifest.ts'

/** What a search for plugins found, and what was wrong on the way. */
export interface Discovery {
  plugins: PluginManifest[]
  /** One line each, naming the file: plugins that were left out. */
  faults: string[]
  /** One line each: folders that are not there, plugins that replace another of the same category and name. */
  notes: string[]
}

const extension = '.stoq'
const moduleExtensions = ['.ts', '.js', '.mjs', '.py']

/** Reads every `.stoq` file below the folders, in order; a later plugin of the same category and name wins. */
export function discoverPlugins(directories: readonly string[]): Discovery {
  const found = new Map<string, PluginManifest>()
  const faults: string[] = []
  const notes: string[] = []
  for (const root of directories) {
    if (!existsSync(root)) notes.push(`plugin directory ${root} does not exist`)
    for (const file of stoqFiles(root, notes)) {
      try {
        const manifest = readManifest(file, root)
        const key = `${manifest.category}:${manifest.name.toLowerCase()}`
        const earlier = found.get(key)
        if (earlier) notes.push(`${key} of ${earlier.config} is replaced by ${file}`)
        found.set(key, manifest)
      } catch (error) {
        faults.push(errorText(error))
      }
    }
  }
  return { plugins: [...found.values()].sort(byCategoryAndName), faults, notes }
}

function byCategoryAndName(a: PluginManifest, b: PluginManifest): number {
  const order = pluginCategories.indexOf(a.category) - pluginCategories.indexOf(b.category)
  return order || (a.name < b.name ? -1 : 1)
}

/** Symlinked folders, `node_modules` and names that begin with a dot are left out. */
function* stoqFiles(directory: string, notes: string[]): Generator<string> {
  let entries: ReturnType<typeof list> = []
  try {
    entries = list(directory)
  } catch (error) {
    if (existsSync(directory)) notes.push(`plugin directory ${directory} cannot be read: ${errorText(error)}`)
  }
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (entry.isDirectory()) yield* stoqFiles(path, notes)
    else if (entry.isFile() && entry.name.endsWith(extension)) yield path
  }
}

function list(directory: string) {
  return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Reads one `.stoq` file. Throws STOQ_PLUGIN_CONFIG or STOQ_CONFIG_SYNTAX with what to mend. */
export function readManifest(file: string, root: string): PluginManifest {
  const path = dirname(resolve(file))
  const sections = parseIni(readFileSync(file, 'utf8'), file)
  const core = sections.get('Core') ?? new Map<string, string>()
  const about = sections.get('Documentation') ?? new Map<string, string>()
  const name = required(core, 'name', file)
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new StoqError('STOQ_PLUGIN_CONFIG', [
      file,
      `Name '${name}' may hold letters, digits, '_', '-' and '.' only`,
    ])
  }
  const module = findModule(path, required(core, 'module', file), file)
  return {
    name,
    module,
    category: findCategory(core.get('category'), path, module, file),
    config: resolve(file),
    path,
    root,
    author: about.get('author') ?? '',
    version: about.get('version') ?? '',
    website: about.get('website') ?? '',
    description: about.get('description') ?? '',
    options: collectOptions(sections),
  }
}

function required(core: ReadonlyMap<string, string>, key: 'name' | 'module', file: string): string {
  const value = core.get(key)
  const label = key === 'name' ? 'Name' : 'Module'
  if (!value) throw new StoqError('STOQ_PLUGIN_CONFIG', [file, `[Core] has no ${label}`])
  return value
}

function findModule(path: string, module: string, file: string): string {
  const name = basename(module)
  // A name may say which one is meant.
  const ends = moduleExtensions.includes(extname(name)) ? ['', ...moduleExtensions] : moduleExtensions
  const found = ends.map(end => join(path, name + end)).find(existsSync)
  if (!found)
    throw new StoqError('STOQ_PLUGIN_CONFIG', [
      file,
      `module ${module}.ts, .js, .mjs or .py is not beside it`,
    ])
  return found
}

/** `Category` of [Core], else the folder that plugins of a kind stand in, else the class that the module extends. */
function findCategory(given: string | undefined, path: string, module: string, file: string): PluginCategory {
  const named = given?.toLowerCase() ?? basename(dirname(path))
  if (isPluginCategory(named)) return named
  const extended = extendedClass.exec(readFileSync(module, 'utf8'))?.[1]?.toLowerCase()
  if (extended && isPluginCategory(extended)) return extended
  const what = given ? `Category '${given}' is none of` : 'no class extends one of the plugin classes of'
  throw new StoqError('STOQ_PLUGIN_CONFIG', [file, `${what} ${pluginCategories.join(', ')}`])
}

/** `class … extends Stoq<Kind>Plugin`; in Python what is imported says it, as it did in v1. */
const extendedClass =
  /(?:\bextends\s+|\bfrom stoq\.plugins import\s+|\bclass \w+\((?:stoq\.)?plugins\.)Stoq(\w+?)Plugin\b/

function collectOptions(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): Record<string, string> {
  const options: Record<string, string> = Object.create(null)
  for (const [section, values] of sections) {
    if (section === 'Core' || section === 'Documentation') continue
    for (const [key, value] of values) options[key] = value
  }
  return options
}
