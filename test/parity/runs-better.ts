import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Outcome } from './runs-cli.ts'
import type { Difference } from './runs-compare.ts'
import type { Json } from './runs-records.ts'

/** True when our run is as the text of a `better` asks. */
const asked: Record<string, (run: Outcome) => boolean> = {
  'exit: 0': run => run.exit === 0,
  'exit: non-zero': run => run.exit !== 0 && run.documents.length === 0,
  'exit: non-zero, refused before the scan': run => run.exit === 2 && run.stdout === '',
  'text: one clear line, non-zero exit': run => run.exit !== 0 && run.troubles.length === 1 && !run.hasStack,
  'text: sorted by name': run => isSortedList(run.stdout),
  'text: print the version, exit 0': run => run.exit === 0 && /^stoq \d+\.\d+\.\d+\n$/.test(run.stdout),
  'output: appended to the named file': ({ output: [file, ...others] }) =>
    file?.path === 'exist.json' && file.first_line === '{"old": 1}' && file.documents === 2 && !others.length,
  'output: raw text': ({ output: [file] }) => file?.documents === 0 && !/^["{]/.test(file.first_line),
  'tlp: white in every document': run => run.documents.every(document => document['tlp'] === 'white'),
}

/** True when our run has the value that a `better` states. */
const stated: Record<string, (run: Outcome, value: unknown) => boolean> = {
  payloads: (run, value) => run.documents[0]?.['payloads'] === value,
  source_meta: (run, value) => isDeepStrictEqual(entries(run)[0]?.['source_meta'], value),
  child_size: (run, value) =>
    entries(run)
      .slice(1)
      .every(entry => entry['size'] === value),
}

/** Where our run is not as `better` says it should be. Throws for a `better` that nobody knows how to check. */
export function unlikeBetter(run: Outcome, better: Json): Difference[] {
  return Object.entries(better).flatMap(([key, value]) => {
    const ask = asked[`${key}: ${value}`] ?? stated[key]
    assert.ok(ask, `no check is known for ${key}: ${value}`)
    return ask(run, value) ? [] : [{ path: 'better', what: `is not so: ${key}: ${JSON.stringify(value)}` }]
  })
}

function entries(run: Outcome): Json[] {
  return (run.documents[0]?.['results'] ?? []) as Json[]
}

/** Headings in v1's order, the plugins below each of them in columns and sorted. */
function isSortedList(text: string): boolean {
  const [title, ...sections] = text.split(/\n (?=\w)/)
  const kinds = sections.map(section => section.split('\n')[0])
  return title === 'Available Plugins:' && kinds.join() === headings && sections.every(isSortedSection)
}

const headings = 'workers,connectors,readers,sources,extractors,carvers,decoders,decorators'

function isSortedSection(section: string): boolean {
  const lines = section.trimEnd().split('\n').slice(1)
  const names = lines.map(line => /^ {3}- (\S+) +v\d[\d.]* +\S/.exec(line)?.[1])
  return lines.every(line => line[25] === 'v') && names.join() === names.toSorted().join()
}
