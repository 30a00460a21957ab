import * as nodeModule from 'node:module'
import { dirname } from 'node:path'
import type { Right } from '../pipeline/rights.ts'
import type { Grants } from './grants.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** True where Node's permission model covers the network (from Node 25 on). */
export const coversNetwork = major >= 25

/** True where a process can give up what it was started with (from Node 26.3 on). */
const canDrop = major > 26 || (major === 26 && minor >= 3)

/** Folder of compiled code that a scan process may fill before it sees its first payload; null: none. */
export function sharedCompileCache(): string | null {
  const used = nodeModule.getCompileCacheDir?.()
  return canDrop && used ? dirname(used) : null
}

const flagsOfRights: Record<Right, readonly string[]> = {
  subprocess: ['--allow-child-process'],
  network: coversNetwork ? ['--allow-net'] : [],
  threads: ['--allow-worker'],
  addons: [],
}

/** Flags of Node for a scan process (whoever starts programs also sees which are running): it reads what is granted, writes to its own folder, and has the rights it is given. */
export function permissionFlags(grants: Grants, folder: string, rights: readonly Right[]): string[] {
  const cache = sharedCompileCache()
  const write = cache ? [folder, cache] : [folder]
  const read = [
    ...grants.code,
    ...grants.payloads,
    ...write,
    ...(rights.includes('subprocess') ? ['/proc'] : []),
  ]
  return [
    '--permission',
    // The YARA engine is native code; once it is loaded, no other is.
    '--allow-addons',
    ...foldersFirst(read).map(path => `--allow-fs-read=${path}`),
    ...write.map(path => `--allow-fs-write=${path}`),
    ...rights.flatMap(right => flagsOfRights[right]),
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
  ]
}

/**
 * A folder that is granted after something in it cannot be listed or watched (Node 26.10). Nor can one whose path another granted
 * one begins with, `slow` beside `slowy`: what is in it can be read all the same.
 */
function foldersFirst(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort((a, b) => a.length - b.length)
}

/** Gives up, in a scan process that is ready, what only its start needed. */
export function dropStartRights(cache: string | undefined, rights: readonly Right[]): void {
  const { permission } = process
  if (cache && permission) {
    nodeModule.flushCompileCache?.()
    permission.drop('fs.write', cache)
  }
  // Node guards neither: a signal ends stoQ, or opens its debugger to whoever may reach the network.
  if (!rights.includes('subprocess'))
    for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd']) forbid(name, 'signals', 'subprocess')
  if (rights.includes('addons')) return
  if (canDrop) permission?.drop('addon')
  forbid('dlopen', 'native code', 'addons')
}

function forbid(name: string, what: string, right: Right): void {
  const value = () => {
    const error = new Error(`${what}: '${right}' is not in the option needs_list of the plugin`)
    throw Object.assign(error, { code: 'ERR_ACCESS_DENIED' })
  }
  Object.defineProperty(process, name, { value, writable: false, configurable: false })
}
