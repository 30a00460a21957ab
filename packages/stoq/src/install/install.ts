import { existsSync, readdirSync } from 'node:fs'
import { chmod, copyFile, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { discoverPlugins, readManifest } from '../plugin/discovery.ts'
import type { PluginManifest } from '../plugin/manifest.ts'
import { installDependencies } from './dependencies.ts'
import { type KeptEdits, keepEdits } from './keep-edits.ts'
import { type PackagedPlugin, readPackage } from './package.ts'
import { hashFile, readRecord, writeRecord } from './record.ts'
import { fetchPackage } from './source.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

/** How packages are installed. */
export interface InstallOptions {
  /** The plugin folder: plugins go to `<kind>/<name>` in it. */
  root: string
  /** True: a plugin that was installed before is replaced. */
  upgrade: boolean
  /** True: install scripts of the packages that a plugin needs are run. */
  scripts: boolean
  /** Aborted: everything is as it was. */
  signal: AbortSignal
  /** Milliseconds that another install is waited for. */
  patience: number
  /** Told what goes on, in lines for people. */
  tell(line: string): void
}

/** A plugin that was installed. */
export interface Installed extends KeptEdits {
  manifest: PluginManifest
  folder: string
  /** The version that it has replaced; null: there was none. */
  before: string | null
  /** Packages whose install scripts were not run. */
  unrun: string[]
}

/** Installs the plugins of a package, all or none: what was there stays until everything is ready, and whenever a fault comes. */
export async function installPackage(source: string, options: InstallOptions): Promise<Installed[]> {
  const { root, signal, patience, tell } = options
  const onWait = (pid: number) => tell(`another install works in ${root} (process ${pid}): waiting`)
  const place = await openWorkplace(root, { patience, signal, onWait })
  try {
    const folder = await fetchPackage(source, { work: place.fetched, signal })
    tell(`Looking for plugins in ${source}`)
    const plugins = readPackage(folder, source)
    for (const { manifest } of plugins) checkPlace(manifest, options)
    const installed: Installed[] = []
    for (const plugin of plugins) installed.push(await stage(plugin, place, source, options))
    signal.throwIfAborted()
    place.swap(installed.map(({ manifest }) => placeOf(manifest)))
    return installed
  } catch (error) {
    if (error instanceof StoqError || signal.aborted) throw error
    throw new StoqError('STOQ_INSTALL_FAILED', [root, errorText(error)], { cause: error })
  } finally {
    place.close()
  }
}

function placeOf({ category, name }: PluginManifest): string {
  return join(category, name)
}

/** Nothing is overwritten without --upgrade, nor what `stoq install` has not put there. */
function checkPlace(manifest: PluginManifest, { root, upgrade }: InstallOptions): void {
  const { category, name } = manifest
  const id = `${category}:${name}`
  const target = join(root, category, name)
  const exists = (where: string, remedy: string) => new StoqError('STOQ_INSTALL_EXISTS', [id, where, remedy])
  const isTwin = (each: PluginManifest) =>
    each.category === category && each.name.toLowerCase() === name.toLowerCase() && each.path !== target
  const twin = discoverPlugins([root]).plugins.find(isTwin)
  if (twin) throw exists(twin.path, 'remove it first')
  const isThere = existsSync(dirname(target)) && readdirSync(dirname(target)).includes(name)
  if (!isThere) return
  if (!upgrade) throw exists(target, 'use --upgrade to replace it')
  if (!readRecord(target)) throw exists(target, "it was not put there by 'stoq install': move it away first")
}

/** Puts a plugin together beside its place: files, packages, what a person had changed. */
async function stage(
  { manifest, files }: PackagedPlugin,
  place: Workplace,
  source: string,
  { root, scripts, signal, tell }: InstallOptions,
): Promise<Installed> {
  const id = `${manifest.category}:${manifest.name}`
  const staged = place.stagePath(placeOf(manifest))
  const target = join(root, placeOf(manifest))
  tell(`Installing ${id} ${manifest.version} into ${target}`)
  await mkdir(staged, { recursive: true })
  const hashes: Record<string, string> = {}
  for (const [path, from] of files) {
    signal.throwIfAborted()
    await copyPlain(from, join(staged, path))
    hashes[path] = hashFile(join(staged, path))
  }
  const unrun = await installDependencies(staged, { id, scripts, signal })
  const record = readRecord(target)
  const edits = record ? keepEdits(target, staged, record, hashes) : { kept: [], beside: [] }
  // What a person has changed must still fit to what is new.
  for (const file of readdirSync(staged).filter(name => name.endsWith('.stoq'))) {
    const merged = readManifest(join(staged, file), place.root)
    if (merged.category !== manifest.category)
      throw new StoqError('STOQ_INSTALL_PACKAGE', [source, `${file} is of two kinds`])
  }
  const installed = new Date().toISOString()
  writeRecord(staged, { source, version: manifest.version, installed, files: hashes })
  return { manifest, folder: target, before: record?.version ?? null, unrun, ...edits }
}

/** Of the rights of a file, whether it can be run is all that comes along. */
async function copyPlain(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const { mode } = await stat(from)
  await copyFile(from, to)
  await chmod(to, mode & 0o100 ? 0o755 : 0o644)
}
