import { StoqError } from '../../errors.ts'
import type { Payload } from './payload.ts'
import type { Session } from './session.ts'

/** What a person has to do otherwise, in a line. */
export function mistake(text: string): StoqError {
  return new StoqError('STOQ_CLI_USAGE', [text])
}

/** The current payload. Throws what to do when there is none. */
export function currentPayload({ payload }: Session): Payload {
  if (payload) return payload
  throw mistake("There is no payload yet. Try: 'read PATH'")
}
