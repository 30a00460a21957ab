import { type ExtractedResult, type Kwargs, type Payload, type PluginContext, StoqPlugin } from './plugin.ts'

/** Takes a container apart (archives, encrypted files, documents). Chosen by a dispatch rule: `plugin = "extractor:<name>"`. */
export abstract class StoqExtractorPlugin extends StoqPlugin {
  /** Gives `[meta, content]` for each payload found, or null. Throws only for real faults. */
  abstract extract(
    payload: Payload,
    kwargs: Kwargs,
    context: PluginContext,
  ): ExtractedResult | Promise<ExtractedResult>
}
