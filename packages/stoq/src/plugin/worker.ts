import type { Message, Receipt } from '../ingest/message.ts'
import type { ResultDocument, ScanResult } from '../results/types.ts'
import { type Kwargs, type Payload, type PluginContext, StoqPlugin } from './plugin.ts'

/** Produces data from payloads: the plugin that is named on the command line. */
export abstract class StoqWorkerPlugin extends StoqPlugin {
  /**
   * Analyses one payload (null for workers that produce data themselves).
   * Object or text: one document. List, generator or async generator: one document for each element.
   * null, false: nothing found, the document says so. true: the worker did everything itself, no document.
   */
  abstract scan(
    payload: Payload | null,
    kwargs: Kwargs,
    context: PluginContext,
  ): ScanResult | Promise<ScanResult> | AsyncIterable<ScanResult>
}
