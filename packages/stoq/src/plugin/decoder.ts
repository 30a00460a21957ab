import { type ExtractedResult, type Kwargs, type Payload, type PluginContext, StoqPlugin } from './plugin.ts'

/** Undoes an encoding (XOR, base64, rotation). Chosen by a dispatch rule: `plugin = "decoder:<name>"`. */
export abstract class StoqDecoderPlugin extends StoqPlugin {
  /** Gives `[meta, content]` for each payload found, or null. Throws only for real faults. */
  abstract decode(
    payload: Payload,
    kwargs: Kwargs,
    context: PluginContext,
  ): ExtractedResult | Promise<ExtractedResult>

  /** A copy of the payload that may be changed; text is taken as UTF-8. */
  toByteArray(payload: Payload | string): Uint8Array {
    return typeof payload === 'string' ? Buffer.from(payload, 'utf8') : Uint8Array.from(payload)
  }
}
