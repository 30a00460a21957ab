import { basename } from 'node:path'
import type { ShellCommand } from './command.ts'
import { brief, factsOf } from './facts.ts'
import { mistake } from './faults.ts'
import type { Payload } from './payload.ts'
import { completePath, toPath } from './places.ts'

const usage = 'read PATH'

/** `read suspicious.zip`. */
export const read: ShellCommand = {
  usage,
  summary: 'Read a file or an address: it becomes the current payload',
  details: 'What was found in the payload before is forgotten. PATH may be an address (http://, https://).',
  complete: completePath,
  async run({ session, voice, words }) {
    const [word = '', ...rest] = words
    if (!word || rest.length > 0) throw mistake(`Usage: ${usage} (a path with blanks is written in quotes)`)
    const { stoq } = session
    const isUrl = stoq.isUrl(word)
    const source = isUrl ? word : toPath(word)
    if (!isUrl) stoq.grantPath(source)
    const stop = () => void session.stop()
    voice.signal.addEventListener('abort', stop, { once: true })
    const bytes = await stoq.getFile(source)
    voice.signal.removeEventListener('abort', stop)
    if (voice.signal.aborted) return
    const facts = { filename: basename(source), ...factsOf(bytes) }
    const payload: Payload = { name: source, facts, content: bytes, parent: null, results: null }
    session.begin(payload)
    voice.done(`Filename: ${word}`)
    voice.done(`Size: ${bytes.byteLength}`)
    for (const [key, value] of Object.entries(facts).slice(2)) voice.done(`${key}: ${brief(value)}`)
    // libmagic parses what it looks at: a scan process asks it.
    const { outcome } = await session.scan({ payload, voice, only: null })
    const magic = outcome.documents[0]?.results[0]?.magic
    if (typeof magic === 'string') Object.assign(payload.facts, { magic })
    voice.done(`magic: ${brief(magic ?? 'unknown')}`)
  },
}
