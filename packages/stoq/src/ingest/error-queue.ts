import { errorText, StoqError } from '../errors.ts'
import type { StoqSourcePlugin } from '../plugin/source.ts'
import { type Message, messageName } from './message.ts'

/** Puts a message on the error queue of its source, where it has one, with what went wrong. Throws when it is not taken. */
export async function publishError(
  source: StoqSourcePlugin | null,
  worker: string,
  message: Message,
  error: unknown,
): Promise<void> {
  if (!source?.publish) return
  try {
    await source.publishConnect?.()
    try {
      await source.publish({ ...message, err: errorText(error) }, worker, true)
    } finally {
      await source.publishRelease?.()
    }
  } catch (fault) {
    const reason = `${messageName(message)} is not on its error queue: ${errorText(fault)}`
    throw new StoqError('STOQ_PLUGIN_FAILED', [source.id, reason], { cause: fault })
  }
}
