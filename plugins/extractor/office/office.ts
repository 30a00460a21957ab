import {
  type Extracted,
  type ExtractedResult,
  errorText,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'
import { Cut, Task } from './task.ts'

/**
 * Takes documents apart where other plugins see only streams and members: source of VBA modules, Excel 4 macros,
 * relationships to the outside, fields that start programs, and the document within an encrypted one. meta: `kind`,
 * `filename`, `size`, and where it was found (`stream`, `part`, `offset`).
 */
export class OfficeExtractor extends StoqExtractorPlugin {
  /** Tried in this order, after the defaults of Office, when a document is encrypted. */
  password_list: string[] = ['-', 'infected', 'password']
  /** Rounds of hashing that all passwords of one document may take together. */
  maximum_rounds = 10_000_000
  /** Bytes of the largest document that is taken apart. */
  maximum_size = 100_000_000

  extract(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    if (payload.length > this.maximum_size) {
      context.budget.cut(
        'maximum_size',
        `${payload.length} bytes not taken apart: more than ${this.maximum_size}`,
      )
      return null
    }
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
    return this.#open(bytes, kwargs, context)
  }

  /** What can be read comes first; what could not is thrown at the end. */
  async *#open(bytes: Buffer, kwargs: Kwargs, context: PluginContext): AsyncGenerator<Extracted> {
    const task = new Task(context)
    try {
      if (bytes.subarray(0, 2).equals(zipMagic)) {
        const { openPackage } = await import('./open-package.ts')
        yield* openPackage(bytes, task)
      } else {
        const { openCompounds } = await import('./open-compound.ts')
        yield* openCompounds(bytes, kwargs, this, task)
      }
    } catch (cause) {
      if (cause instanceof StoqError) throw cause
      if (!(cause instanceof Cut)) throw failure(errorText(cause), cause)
    }
    if (task.verdict !== null) throw failure(task.verdict)
  }
}

const zipMagic = Buffer.from('PK')

function failure(reason: string, cause?: unknown): StoqError {
  return new StoqError(
    'STOQ_PLUGIN_FAILED',
    ['extractor:office', reason],
    cause === undefined ? {} : { cause },
  )
}
