import type { Complete, ShellCommand } from './command.ts'
import { brief, factsOf } from './facts.ts'
import { currentPayload, mistake } from './faults.ts'
import { bytesOf, itemOf, type Payload, resultsOf } from './payload.ts'
import type { Session } from './session.ts'

const parentWord = '..'

/** Numbers of what was found. */
export const completeItem: Complete = ({ payload }, before) =>
  before.length > 0 ? [] : [...(resultsOf(payload)?.items.keys() ?? [])].map(String)

/** `payload 3`, `payload ..`. */
export const payload: ShellCommand = {
  usage: 'payload [ID | ..]',
  summary: 'Make a payload that was found the current one; .. goes back to what it was found in',
  details: 'Without a word it shows the current payload.',
  complete: (session, before, word) =>
    before.length > 0 ? [] : [parentWord, ...(completeItem(session, before, word) as string[])],
  run({ session, voice, words }) {
    const current = currentPayload(session)
    const [word, ...rest] = words
    if (rest.length > 0) throw mistake('Usage: payload [ID | ..]')
    if (word === undefined) {
      const facts = { ...current.facts, ...factsOf(bytesOf(current)) }
      for (const [key, fact] of Object.entries(facts)) voice.done(`${key}: ${brief(fact)}`)
      return
    }
    const next = word === parentWord ? current.parent : foundItem(session, word)
    if (!next) throw mistake('This payload was not found in another one')
    session.moveTo(next)
    voice.done(word === parentWord ? `Payload switched to ${next.name}` : `Payload switched to ${word}`)
  },
}

/** `..`: what the current payload was found in. */
export const parent: ShellCommand = {
  usage: parentWord,
  summary: 'Go back to the payload that the current one was found in',
  run: call => payload.run({ ...call, words: [parentWord, ...call.words] }),
}

/** The payload of a number that a person typed. Throws the words of v1 when there is none. */
export function foundItem({ payload: current }: Session, word: string): Payload {
  const item = /^#?\d{1,9}$/.test(word) ? itemOf(current, Number(word.replace('#', ''))) : null
  if (item) return item
  throw mistake("Invalid ID. Try 'results' for a complete list")
}
