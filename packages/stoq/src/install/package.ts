import { existsSync, globSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { isInside } from '../ingest/read-file.ts'
import { readManifest } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { packageLimits } from './tar.ts'

/** One plugin of a package: the folder that holds its `.stoq` file, or several that share a module. */
export interface PackagedPlugin {
  manifest: PluginManifest
  /** Where each file comes from, by its path in the plugin's folder. */
  files: Map<string, string>
}

/** What a package.json says that concerns us. */
interface PackageJson {
  files?: unknown
}

/** Names that are never part of a plugin, nor is any that begins with a dot. */
const leftOut = new Set(['node_modules', '__pycache__'])
/** Folders whose `.stoq` files are samples, not plugins. */
const noPlugins = new Set(['golden', 'test', 'tests', 'fixtures'])

/**
 * The plugins of a package, with the files that belong to each. Throws STOQ_INSTALL_PACKAGE when there is none,
 * STOQ_INSTALL_UNSAFE when a link leads out of the package; `name` is what messages call it.
 */
export function readPackage(root: string, name: string): PackagedPlugin[] {
  const folders = new Map<string, PluginManifest>()
  for (const file of stoqFiles(root)) {
    const manifest = readManifest(file, root)
    const isNamesake = manifest.name === basename(manifest.module).replace(/\.\w+$/, '')
    if (!folders.has(manifest.path) || isNamesake) folders.set(manifest.path, manifest)
  }
  if (folders.size === 0) throw new StoqError('STOQ_INSTALL_PACKAGE', [name, 'it holds no .stoq file'])
  const ids = [...folders.values()].map(idOf)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice) throw new StoqError('STOQ_INSTALL_PACKAGE', [name, `it holds ${twice} twice`])
  const isWanted = wantedFiles(root, name)
  return [...folders.values()].map(manifest => {
    const others = new Set([...folders.keys()].filter(path => path !== manifest.path))
    const files = filesOf({ root, name, manifest, others, isWanted })
    return { manifest, files }
  })
}

function idOf({ category, name }: PluginManifest): string {
  return `${category}:${name.toLowerCase()}`
}

function* stoqFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || leftOut.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !noPlugins.has(entry.name)) yield* stoqFiles(path)
    else if (entry.isFile() && entry.name.endsWith('.stoq')) yield path
  }
}

/** What `files` in the package.json allows, as npm reads it; everything where there is none. */
function wantedFiles(root: string, name: string): (path: string) => boolean {
  const { files } = readPackageJson(root, name)
  if (!Array.isArray(files)) return () => true
  const patterns = files.filter((each): each is string => typeof each === 'string')
  const matching = (some: string[]) =>
    new Set(some.map(clean).flatMap(pattern => globSync(pattern, { cwd: root })))
  const wanted = matching(patterns.filter(pattern => !pattern.startsWith('!')))
  const unwanted = matching(patterns.filter(pattern => pattern.startsWith('!')).map(each => each.slice(1)))
  return path => isBelow(path, wanted) && !isBelow(path, unwanted)
}

function clean(pattern: string): string {
  const parts = pattern.split('/').filter(part => part !== '' && part !== '.')
  return parts.join('/') || '.'
}

/** True when a path, or a folder above it, is one of them. */
function isBelow(path: string, known: ReadonlySet<string>): boolean {
  for (let each = path; each !== '.' && each !== ''; each = dirname(each)) if (known.has(each)) return true
  return known.has('.')
}

/** The package.json of a folder; empty when there is none. Throws STOQ_INSTALL_PACKAGE when it is not JSON. */
export function readPackageJson(folder: string, name: string): PackageJson & Record<string, unknown> {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return {}
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as PackageJson & Record<string, unknown>
  } catch (error) {
    throw new StoqError('STOQ_INSTALL_PACKAGE', [name, `package.json: ${errorText(error)}`], { cause: error })
  }
  throw new StoqError('STOQ_INSTALL_PACKAGE', [name, 'package.json must hold an object'])
}

interface Selection {
  root: string
  name: string
  manifest: PluginManifest
  /** Folders of the other plugins. */
  others: ReadonlySet<string>
  isWanted: (path: string) => boolean
}

/** Files that come along whatever `files` says; from the root of the package where the plugin's folder has none of its own. */
const along = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', 'requirements.txt']

function filesOf(selection: Selection): Map<string, string> {
  const { root, name, manifest } = selection
  const files = new Map<string, string>()
  const limit = { bytes: 0 }
  for (const path of walk(manifest.path, selection)) add(path)
  const hasOwn = files.has('package.json')
  for (const each of along) {
    const path = join(root, each)
    const isPackaging = each !== 'requirements.txt'
    if (files.has(each) || (hasOwn && isPackaging) || !existsSync(path)) continue
    files.set(each, realFile(path, root, name))
  }
  return files

  function add(path: string): void {
    const inside = relative(manifest.path, path).split(sep).join('/')
    const file = realFile(path, root, name)
    limit.bytes += statSync(file).size
    files.set(inside, file)
    if (files.size > packageLimits.files || limit.bytes > packageLimits.bytes)
      throw new StoqError('STOQ_INSTALL_UNSAFE', [name, 'it holds too many files, or too many bytes'])
  }
}

function* walk(folder: string, selection: Selection): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || leftOut.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !selection.others.has(path)) yield* walk(path, selection)
    else if (!entry.isDirectory() && isPart(path, selection)) yield path
  }
}

/** The `.stoq` files, the module, and what tells people of it are part of a plugin in any case. */
function isPart(path: string, { root, manifest, isWanted }: Selection): boolean {
  const name = basename(path)
  const isNeeded = path === manifest.module || (dirname(path) === manifest.path && name.endsWith('.stoq'))
  return (
    isNeeded ||
    along.includes(name) ||
    /^(?:readme|licen[cs]e)\b/i.test(name) ||
    isWanted(relative(root, path))
  )
}

/** The file that a path leads to: a link is taken for what it leads to, inside of the package. */
function realFile(path: string, root: string, name: string): string {
  const shown = relative(root, path)
  const refused = (reason: string) => new StoqError('STOQ_INSTALL_UNSAFE', [name, `'${shown}' ${reason}`])
  const stats = lstatSync(path)
  if (stats.isFile()) return path
  if (!stats.isSymbolicLink()) throw refused('is no file, no folder and no link')
  let real: string
  try {
    real = realpathSync(path)
  } catch {
    throw refused('is a link that leads nowhere')
  }
  if (!isInside(real, realpathSync(root))) throw refused('is a link that leads out of the package')
  if (!statSync(real).isFile()) throw refused('is a link to a folder')
  return real
}
