import type { RuleHit } from '../dispatch/dispatcher.ts'
import type { PluginCall } from '../dispatch/plugin-meta.ts'
import type { ExtractedResult, Kwargs, Payload, PluginContext } from '../plugin/plugin.ts'
import type { PayloadScan } from './scan-payload.ts'
import type { Node } from './walk.ts'

/**
 * Keywords of a plugin: metadata of the message, what the plugins above handed down, then meta of the rule, which neither
 * can override.
 */
export function keywords(scan: PayloadScan, { entry, handed }: Node, hit: RuleHit): Kwargs {
  const own = { uuid: entry.uuid, ...(entry.filename !== undefined && { filename: entry.filename }) }
  return {
    ...scan.messageMeta,
    ...handed,
    key: undefined,
    plugin: undefined,
    save: undefined,
    ...hit.meta,
    ...own,
  }
}

/** The method of an extractor, carver or decoder. */
export type Ask = (
  payload: Payload,
  kwargs: Kwargs,
  context: PluginContext,
) => ExtractedResult | Promise<ExtractedResult>

/** The method of the plugin that a rule names; only the loading is waited for. */
export async function loadFor({ env: { worker } }: PayloadScan, call: PluginCall): Promise<Ask> {
  switch (call.category) {
    case 'extractor': {
      const extractor = await worker.loadExtractor(call.name)
      return (...words) => extractor.extract(...words)
    }
    case 'carver': {
      const carver = await worker.loadCarver(call.name)
      return (...words) => carver.carve(...words)
    }
    default: {
      const decoder = await worker.loadDecoder(call.name)
      return (...words) => decoder.decode(...words)
    }
  }
}

/** What a plugin gave instead of payloads, for its error. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.map(part => typeof part).join(', ') || 'nothing'}`
  return value === null ? 'null' : typeof value
}
