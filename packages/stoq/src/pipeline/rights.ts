import { StoqError } from '../errors.ts'
import { isPython, type PluginManifest } from '../plugin/manifest.ts'

/**
 * What a plugin may ask for in the option `needs_list` of its `.stoq` beside reading its payload: to start programs,
 * to use the network, threads, native code.
 */
export const rights = ['subprocess', 'network', 'threads', 'addons'] as const
export type Right = (typeof rights)[number]

/** Rights that a plugin asks for; one of Python is a program that has to be started. Throws STOQ_PLUGIN_OPTION for a word that is none. */
export function neededRights(manifest: PluginManifest): Right[] {
  const { category, name, config, options } = manifest
  const words = (options['needs_list'] ?? '').split(',').map(word => word.trim())
  const asked = words.filter(Boolean).map(word => {
    const right = rights.find(known => known === word.toLowerCase())
    if (right) return right
    const wanted = `of ${rights.join(', ')}`
    throw new StoqError('STOQ_PLUGIN_OPTION', [`${category}:${name}`, 'needs_list', config, wanted, word])
  })
  return isPython(manifest) && !asked.includes('subprocess') ? ['subprocess', ...asked] : asked
}

/** Thrown where a plugin is needed that this scan process has no rights for: the payload goes to one that has. */
export class NeedsRights extends Error {
  override name = 'NeedsRights'
  readonly rights: readonly Right[]

  constructor(needed: readonly Right[]) {
    super(`a plugin needs ${needed.join(', ')}`)
    this.rights = needed
  }
}
