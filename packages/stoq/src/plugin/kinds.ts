import { StoqCarverPlugin } from './carver.ts'
import { StoqConnectorPlugin } from './connector.ts'
import { StoqDecoderPlugin } from './decoder.ts'
import { StoqDecoratorPlugin } from './decorator.ts'
import { StoqExtractorPlugin } from './extractor.ts'
import { StoqReaderPlugin } from './reader.ts'
import { StoqSourcePlugin } from './source.ts'
import { StoqWorkerPlugin } from './worker.ts'

/** The only list of plugin kinds, in the order in which they are shown. */
export const pluginKinds = {
  worker: StoqWorkerPlugin,
  connector: StoqConnectorPlugin,
  reader: StoqReaderPlugin,
  source: StoqSourcePlugin,
  extractor: StoqExtractorPlugin,
  carver: StoqCarverPlugin,
  decoder: StoqDecoderPlugin,
  decorator: StoqDecoratorPlugin,
} as const

export type PluginCategory = keyof typeof pluginKinds

/** The instance type of a kind. */
export type PluginOfKind<C extends PluginCategory> = InstanceType<(typeof pluginKinds)[C]>

export const pluginCategories = Object.keys(pluginKinds) as PluginCategory[]

export function isPluginCategory(word: string): word is PluginCategory {
  return Object.hasOwn(pluginKinds, word)
}
