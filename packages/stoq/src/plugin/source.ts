import type { Message } from '../ingest/message.ts'
import { StoqPlugin } from './plugin.ts'

/** Brings payloads in: calls `this.stoq.worker.multiprocessPut(message)` for each. */
export abstract class StoqSourcePlugin extends StoqPlugin {
  /** True: several payloads of this source may be scanned at once. */
  multiprocess = true
  /** Name of the connector that its messages name as their `archive`: it is loaded while scan processes start. */
  archive = ''
  /** True: documents are on the disk before a message counts as done. Queue sources set it. */
  durable = false
  /** True: a file that is gone when it is its turn is warned of and counts as refused, not as failed. */
  filesMayVanish = false

  /**
   * Puts every message and returns when there are no more. Must stop when `signal` is aborted.
   * A queue source acknowledges a message when the `done` of its receipt resolves.
   */
  abstract ingest(signal: AbortSignal): unknown

  /** Puts a message on queue `key`, on its error queue with `err`; resolves when it is safe there. `priority`: 0 to 10. */
  publish?(message: Message, key: string, err?: boolean, priority?: number): void | Promise<void>

  /** Called before `publish` and after it, where the queue needs it. */
  publishConnect?(): void | Promise<void>
  publishRelease?(): void | Promise<void>
}
