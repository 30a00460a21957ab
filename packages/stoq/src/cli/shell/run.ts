import type { PluginRequest } from '../../pipeline/environment.ts'
import type { PluginCategory } from '../../plugin/categories.ts'
import { StoqWorkerPlugin } from '../../plugin/worker.ts'
import type { Complete, ShellCommand } from './command.ts'
import { currentPayload, mistake } from './faults.ts'
import { foundPayloads, tellFaults } from './found.ts'
import { type Payload, setResults } from './payload.ts'
import { completePlugin } from './places.ts'
import { namedPlugin } from './plugin-words.ts'
import type { Scanned } from './session.ts'

const usage = 'run CATEGORY PLUGIN [KEY=VALUE ...]'
const runnable: readonly PluginCategory[] = ['worker', 'reader', 'extractor', 'carver', 'decoder']

const complete: Complete = (session, before, word) => {
  if (before.length < 2) {
    const known = completePlugin(session, before, word) as readonly string[]
    return before.length === 0 ? runnable : known
  }
  const [category, name] = before
  const plugin = session.stoq.discovery.plugins.find(each => each.category === category && each.name === name)
  return Object.keys(plugin?.options ?? {}).map(option => `${option}=`)
}

/** `run extractor decompress archive_passwords=infected`. */
export const run: ShellCommand = {
  usage,
  summary: 'Run one plugin on the current payload',
  details:
    'CATEGORY is worker, reader, extractor, carver or decoder. KEY=VALUE are keywords of the call, as the meta of a dispatch rule.',
  complete,
  async run(call) {
    const { session, voice, words } = call
    const { category, name, options } = namedPlugin(call, usage)
    if (!isRunnable(category))
      throw mistake(`a ${category} cannot be run on a payload (${runnable.join(', ')})`)
    const kwargs = keywords(words.slice(2))
    const payload = currentPayload(session)
    const isNew = !session.loaded.has(`${category}:${name}`)
    const plugin = await session.plugin(category, name)
    if (plugin instanceof StoqWorkerPlugin && !plugin.isolate)
      throw mistake(`${plugin.id} does not look into payloads: it is not run in the shell`)
    if (isNew) voice.done(`${plugin.id} loaded`)
    for (const key of Object.keys(kwargs).filter(each => Object.hasOwn(options, each)))
      voice.hint(
        `${key} is an option as well: where it does nothing here, 'set ${category}.${name}.${key} VALUE' does`,
      )
    setResults(payload, null)
    const scanned = await session.scan({ payload, voice, only: { category, name, kwargs } })
    if (voice.signal.aborted) return
    const [document] = scanned.outcome.documents
    if (document) tellFaults(document, voice)
    if (adoptResults(payload, scanned)) voice.done(`Run using ${name} complete. View results with 'results'`)
    else if (!voice.failed) voice.hint(`${name} did not return any results`)
  },
}

function isRunnable(category: PluginCategory): category is PluginRequest['category'] {
  return runnable.includes(category)
}

/** `key=value` words: the first `=` divides. Throws on a word without. */
function keywords(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map(word => {
      const at = word.indexOf('=')
      if (at < 1) throw mistake(`'${word}' is not KEY=VALUE`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

/** Makes what was found the results of the payload, numbered from 0; false: nothing was. */
function adoptResults(payload: Payload, scanned: Scanned): boolean {
  const [entry] = scanned.outcome.documents[0]?.results ?? []
  const value = entry?.scan ?? null
  const found = [...foundPayloads(payload, scanned).values()]
  if (found.length === 0 && value === null) return false
  setResults(payload, { value, items: new Map(found.entries()), document: null })
  return true
}
