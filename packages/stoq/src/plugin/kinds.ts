import { StoqCarverPlugin } from './carver.ts'
import type { PluginCategory } from './categories.ts'
import { StoqConnectorPlugin } from './connector.ts'
import { StoqDecoderPlugin } from './decoder.ts'
import { StoqDecoratorPlugin } from './decorator.ts'
import { StoqExtractorPlugin } from './extractor.ts'
import { StoqReaderPlugin } from './reader.ts'
import { StoqSourcePlugin } from './source.ts'
import { StoqWorkerPlugin } from './worker.ts'

/** The class of every kind of plugin. */
export const pluginKinds = {
  worker: StoqWorkerPlugin,
  connector: StoqConnectorPlugin,
  reader: StoqReaderPlugin,
  source: StoqSourcePlugin,
  extractor: StoqExtractorPlugin,
  carver: StoqCarverPlugin,
  decoder: StoqDecoderPlugin,
  decorator: StoqDecoratorPlugin,
} as const satisfies Record<PluginCategory, unknown>

/** The instance type of a kind. */
export type PluginOfKind<C extends PluginCategory> = InstanceType<(typeof pluginKinds)[C]>
