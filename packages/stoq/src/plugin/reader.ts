import { type Kwargs, type Payload, type PluginContext, StoqPlugin } from './plugin.ts'

/** Reads text or facts out of a payload for another plugin. */
export abstract class StoqReaderPlugin extends StoqPlugin {
  /** Gives text or an object, null when there is nothing to read. */
  abstract read(payload: Payload, kwargs?: Kwargs, context?: PluginContext): unknown
}
