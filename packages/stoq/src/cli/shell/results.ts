import { dumps } from '../../results/json.ts'
import type { Call, ShellCommand } from './command.ts'
import { treeLines } from './dispatch.ts'
import { brief } from './facts.ts'
import { mistake } from './faults.ts'
import { type Results, resultsOf } from './payload.ts'
import type { Session } from './session.ts'

/** `results`. */
export const results: ShellCommand = {
  usage: 'results',
  summary: 'Show what the last run or dispatch gave',
  async run({ session, voice }: Call) {
    await voice.lines(linesOf(currentResults(session)))
  },
}

/** The results that numbers mean now. Throws what to do when there are none. */
export function currentResults({ payload }: Session): Results {
  const found = resultsOf(payload)
  if (found) return found
  throw mistake("There are no results yet. Try: 'run CATEGORY PLUGIN' or 'dispatch'")
}

function* linesOf({ value, items, document }: Results): Generator<string> {
  if (document) {
    yield* treeLines(document.results)
    return
  }
  for (const [id, { facts }] of items) {
    yield `[*] Extracted content: id ${id}`
    for (const [key, fact] of Object.entries(facts)) yield `    - ${key}: ${brief(fact)}`
  }
  if (value !== null) yield* asText(value).split('\n')
}

/** What a plugin said, as text: text as it is, anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : dumps(value)
}
