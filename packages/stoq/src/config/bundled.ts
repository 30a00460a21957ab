import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** True when stoQ runs from a checkout, not from an installed package. */
export const runsFromSource = import.meta.url.endsWith('.ts')

/** The plugins that come with stoQ. */
export const bundledPlugins = fileURLToPath(
  new URL(runsFromSource ? '../../../../plugins' : '../../plugins', import.meta.url),
)

/** The dispatch rules that come with stoQ. */
export const bundledRules = fileURLToPath(new URL('../../rules/dispatcher.yar', import.meta.url))

/** The templates that come with stoQ, for any worker. */
export const bundledTemplates = fileURLToPath(new URL('../../templates', import.meta.url))

/** Where the templates of a worker are looked for: in its own folder, in the base folder, then in those of stoQ. */
export function templateFolders(workerFolder: string | null, base: string): string[] {
  const own = workerFolder === null ? [] : [join(workerFolder, 'templates')]
  return [...own, join(base, 'templates'), bundledTemplates]
}
