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
