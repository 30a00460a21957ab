import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoqError } from '../errors.ts'
import { readPackageJson } from './package.ts'
import { runTool } from './tool.ts'

/** How packages are installed. */
export interface DependencyOptions {
  /** `kind:name`, for messages. */
  id: string
  /** True: install scripts of the packages, and of the plugin, are run. */
  scripts: boolean
  signal: AbortSignal
}

/** Keys of a package.json that say what is needed to run; npm is not shown what is needed to develop. */
const kept = [
  'name',
  'version',
  'type',
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'overrides',
]
const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json']

/**
 * Installs the packages that a plugin needs into its own staged folder. `stoq` is none of them: it is there. Gives the names
 * of packages whose install scripts were not run. Throws STOQ_INSTALL_DEPENDENCY.
 */
export async function installDependencies(folder: string, options: DependencyOptions): Promise<string[]> {
  const { id, scripts, signal } = options
  const manifest = readPackageJson(folder, id)
  const needed = without('stoq', manifest['dependencies'])
  const optional = without('stoq', manifest['optionalDependencies'])
  if (Object.keys(needed).length + Object.keys(optional).length === 0) return []
  const kept = keepTexts(folder, ['package.json', ...lockFiles])
  writeFileSync(join(folder, 'package.json'), JSON.stringify(trimmed(manifest, scripts)))
  const flags = ['--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', '--workspaces=false']
  if (!scripts) flags.push('--ignore-scripts')
  if (!lockFiles.some(file => existsSync(join(folder, file)))) flags.push('--no-package-lock')
  // From npm 11 on, scripts have to be allowed one by one; older ones do not know the word.
  const env = scripts ? { npm_config_dangerously_allow_all_scripts: 'true' } : {}
  const fault = (reason: string) => new StoqError('STOQ_INSTALL_DEPENDENCY', [id, reason])
  await runTool(['npm', 'install', ...flags], { cwd: folder, signal, env }, fault)
  kept.restore()
  return scripts ? [] : packagesWithScripts(folder)
}

function trimmed(manifest: Record<string, unknown>, scripts: boolean): object {
  const keys = scripts ? [...kept, 'scripts'] : kept
  const entries = keys.filter(key => manifest[key] !== undefined).map(key => [key, manifest[key]])
  const result: Record<string, unknown> = { private: true, ...Object.fromEntries(entries) }
  for (const key of ['dependencies', 'optionalDependencies', 'peerDependencies'])
    if (result[key] !== undefined) result[key] = without('stoq', result[key])
  return result
}

function without(name: string, packages: unknown): Record<string, unknown> {
  if (typeof packages !== 'object' || packages === null) return {}
  return Object.fromEntries(Object.entries(packages).filter(([each]) => each !== name))
}

/** Files as they came: npm writes them anew. */
function keepTexts(folder: string, names: readonly string[]): { restore(): void } {
  const texts = names.map(name => {
    const path = join(folder, name)
    return { path, text: existsSync(path) ? readFileSync(path) : null }
  })
  return {
    restore() {
      for (const { path, text } of texts) {
        if (text === null) rmSync(path, { force: true })
        else writeFileSync(path, text)
      }
    },
  }
}

/** As npm tells in the tree that it has installed. */
function packagesWithScripts(folder: string): string[] {
  const file = join(folder, 'node_modules/.package-lock.json')
  if (!existsSync(file)) return []
  const { packages = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages?: Record<string, { hasInstallScript?: boolean }>
  }
  return Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
}
