import { basename } from 'node:path'
import { StoqError } from '../../errors.ts'
import { printable } from '../../results/printable.ts'
import type { ShellCommand } from './command.ts'
import { currentPayload, mistake } from './faults.ts'
import { bytesOf } from './payload.ts'
import { completeItem, foundItem } from './payload-command.ts'
import { asText, currentResults } from './results.ts'
import type { Session } from './session.ts'

/** Bytes of a name that are kept: with what stands around it, it fits every file system. */
const longestName = 100
/** Files of the same payload in the same second. */
const mostInSecond = 100_000

/** `save`, `save payload`, `save 3`. */
export const save: ShellCommand = {
  usage: 'save [payload | ID]',
  summary: 'Save the results, the current payload, or one that was found',
  details: 'A file for each, below results_dir. What is there already is never replaced.',
  complete: (session, before, word) =>
    before.length > 0 ? [] : ['payload', ...(completeItem(session, before, word) as string[])],
  async run({ session, voice, words }) {
    const [word, ...rest] = words
    if (rest.length > 0) throw mistake('Usage: save [payload | ID]')
    currentPayload(session)
    for (const [number, content] of chosen(session, word)) {
      if (voice.signal.aborted) return
      voice.done(`Saved ${await write(session, number, content())}`)
    }
  },
}

type Content = Uint8Array | string

/** What a word means, each with its number; contents are fetched one after the other. */
function chosen(session: Session, word: string | undefined): [number, () => Content][] {
  if (word === 'payload') return [[0, () => bytesOf(currentPayload(session))]]
  if (word !== undefined) {
    const item = foundItem(session, word)
    return [[Number(word.replace('#', '')), () => bytesOf(item)]]
  }
  const { value, items, document } = currentResults(session)
  const found = [...items].map(([id, item]): [number, () => Content] => [id, () => bytesOf(item)])
  if (document) return [[0, () => `${asText(document)}\n`], ...found]
  if (value !== null) found.push([found.length, () => asText(value)])
  return found
}

/** Writes `results-<n>-<filename>.<epoch seconds>`; a name that is taken gets a number at its end. */
async function write({ stoq, payload }: Session, number: number, content: Content): Promise<string> {
  const second = Math.floor(Date.now() / 1000)
  const name = `results-${number}-${fileName(payload?.name ?? '')}.${second}`
  for (let again = 0; again < mostInSecond; again++) {
    const filename = again === 0 ? name : `${name}.${again}`
    const binary = typeof content !== 'string'
    try {
      return await stoq.write(content, { path: stoq.settings.results_dir, filename, binary })
    } catch (error) {
      if (!(error instanceof StoqError) || error.code !== 'STOQ_WRITE_EXISTS') throw error
    }
  }
  throw new StoqError('STOQ_WRITE_EXISTS', [name])
}

const unsafe = /[^\p{L}\p{N}._-]/gu

/** A name that a payload chose, as part of the name of a file. */
export function fileName(name: string): string {
  const safe = printable(basename(name.replaceAll('\\', '/'))).replace(unsafe, '_')
  const bytes = Buffer.from(safe)
  const cut =
    bytes.length > longestName
      ? bytes
          .subarray(0, longestName)
          .toString()
          .replace(/\ufffd+$/, '')
      : safe
  return cut.replace(/^[.-]+/, '') || 'payload'
}
