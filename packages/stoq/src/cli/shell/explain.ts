import type { TraceEvent } from '../../dispatch/trace.ts'
import { line } from '../explain.ts'
import type { ShellCommand } from './command.ts'
import { currentPayload, mistake } from './faults.ts'
import { tellFaults } from './found.ts'

/** `explain`. */
export const explain: ShellCommand = {
  usage: 'explain',
  summary: 'Show which dispatch rules match the current payload, what they choose, and what comes of it',
  details: "Nothing is kept of what is found: 'dispatch' does that.",
  async run({ session, voice, words }) {
    if (words.length > 0) throw mistake('Usage: explain')
    const payload = currentPayload(session)
    const trace = (event: TraceEvent) => {
      try {
        voice.line(line(event))
      } catch {
        // A scan process that was taken over may tell of anything.
      }
    }
    const { outcome, files } = await session.scan({ payload, voice, trace })
    session.forget(files)
    const [document] = outcome.documents
    // The lines have said the rest.
    if (document) tellFaults({ ...document, truncated: [] }, voice)
  },
}
