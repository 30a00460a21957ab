import { type ExtractedResult, type Kwargs, type Payload, type PluginContext, StoqPlugin } from './plugin.ts'

/** Cuts payloads out of the bytes of another (PE in RTF, SWF in DOC). Chosen by a dispatch rule: `plugin = "carver:<name>"`. */
export abstract class StoqCarverPlugin extends StoqPlugin {
  /** Gives `[meta, content]` for each payload found, or null. Throws only for real faults. */
  abstract carve(
    payload: Payload,
    kwargs: Kwargs,
    context: PluginContext,
  ): ExtractedResult | Promise<ExtractedResult>

  /** Start and end of every match of `pattern` (source of a regular expression) in the payload: no overlap, `.` matches newlines. */
  *carvePayload(
    pattern: string,
    payload: Payload,
    ignorecase = false,
  ): Generator<[start: number, end: number]> {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1')
    for (const match of text.matchAll(new RegExp(pattern, ignorecase ? 'gmsi' : 'gms'))) {
      yield [match.index, match.index + match[0].length]
    }
  }
}
