import { unlikeBetter } from './runs-better.ts'
import { type Outcome, runAsRecorded } from './runs-cli.ts'
import { type Difference, unlike } from './runs-compare.ts'
import { canonical, merged, ourDocument, wantedDocument } from './runs-documents.ts'
import { known } from './runs-known.ts'
import { type Json, type OutputFile, type RunRecord, valuesOf, wordsOf } from './runs-records.ts'

/** Fields that `better` corrects in documents that are right otherwise. */
const corrections: Record<string, (document: Json, value: unknown) => void> = {
  tlp: document => {
    document['tlp'] = 'white'
  },
  child_size: (document, value) => {
    for (const entry of (document['results'] as Json[]).slice(1)) entry['size'] = value
  },
}

/** Runs what the record says with our command, and tells how it differs from what is recorded, or from what is better. */
export async function unlikeRecord(record: RunRecord): Promise<Difference[]> {
  const run = await runAsRecorded(record)
  const { better = {} } = record
  if (known.isAbsentWorker(wordsOf(record)[0] ?? '')) return unlike(run.exit, 2, 'exit')
  const wrong = unlikeBetter(run, better)
  const isWhole = Object.keys(better).every(key => Object.hasOwn(corrections, key))
  return isWhole ? [...wrong, ...unlikeRun(record, run)] : wrong
}

function unlikeRun(record: RunRecord, run: Outcome): Difference[] {
  const found = run.documents.flatMap(unlikeErrors)
  if (record.exit !== undefined) found.push(...unlike(run.exit, wantedExit(record.exit, run), 'exit'))
  const documents = Array.isArray(record.documents) ? record.documents : []
  if (record.files) found.push(...unlikeFiles(documents, run))
  else if (record.documents) found.push(...unlikeDocuments(record, documents, run))
  if (record.stdout !== undefined) found.push(...unlikeText(record, record.stdout, run))
  if (record.output_tree) found.push(...unlikeOutput(run.output, record.output_tree))
  if (record.archive_tree) found.push(...unlikeArchive(record, record.archive_tree, run))
  return found
}

/** A plugin that a rule names and that this release has not got is told in the document and in the exit status. */
function wantedExit(exit: number, { documents }: Outcome): number {
  return documents.some(document => errorsOf(document).length > 0) ? 1 : exit
}

function errorsOf(document: Json): { plugin: string; message: string }[] {
  return (document['errors'] ?? []) as { plugin: string; message: string }[]
}

function unlikeErrors(document: Json): Difference[] {
  return errorsOf(document)
    .filter(({ plugin }) => known.isPresent(plugin))
    .map(({ plugin, message }) => ({ path: 'errors', what: `${plugin}: ${message}` }))
}

function unlikeDocuments(record: RunRecord, recorded: Json[], run: Outcome): Difference[] {
  if (recorded.length === 0 || run.documents.length !== recorded.length) {
    return unlike(run.documents.length, recorded.length, 'documents.length')
  }
  const wanted = wantedDocument(record, merged(record, recorded))
  for (const [key, value] of Object.entries(record.better ?? {})) corrections[key]?.(wanted, value)
  const ours = ourDocument(merged(record, run.documents), wanted)
  return unlike(canonical(record, ours), canonical(record, wanted), 'document')
}

/** Of the files of a folder only these facts are recorded. */
function unlikeFiles(recorded: Json[], run: Outcome): Difference[] {
  const ours = run.documents.map(document => {
    const [entry = {}] = document['results'] as Json[]
    return Object.fromEntries(['filename', 'path', 'sha256', 'size'].map(key => [key, entry[key]]))
  })
  const byPath = (files: Json[]) => Object.fromEntries(files.map(file => [`${file['path']}`, file]))
  return unlike(byPath(ours), byPath(recorded), 'documents')
}

/** The layout of a help text is not compared, but it must have each flag. */
function unlikeText(record: RunRecord, wanted: string, { stdout }: Outcome): Difference[] {
  if (!wordsOf(record).includes('-h')) return unlike(stdout, wanted, 'stdout')
  const ours = flagsIn(stdout)
  return flagsIn(wanted)
    .filter(flag => !ours.includes(flag))
    .map(flag => ({ path: `stdout ${flag}`, what: 'is missing' }))
}

/** `  -F PATH, --file PATH  Filename …`: all flags at the beginning of lines. */
function flagsIn(help: string): string[] {
  const lines = Array.from(help.matchAll(/^ {2}-.*?(?= {2}|$)/gm), ([text]) => text)
  return lines.flatMap(text => text.split(/[ ,]+/).filter(word => word.startsWith('-')))
}

function unlikeOutput(ours: OutputFile[], wanted: OutputFile[]): Difference[] {
  const found = ours.map((file, index) => {
    const keys = new Set(wanted[index]?.tops.flat())
    return { ...file, tops: file.tops.map(top => top.filter(key => keys.has(key))) }
  })
  return unlike(found, wanted, 'output')
}

/** What is archived of payloads that are in the wanted document. */
function unlikeArchive(
  record: RunRecord,
  files: NonNullable<RunRecord['archive_tree']>,
  run: Outcome,
): Difference[] {
  const documents = Array.isArray(record.documents) ? record.documents : []
  const { results } = wantedDocument(record, merged(record, documents))
  const wanted = files.filter(({ sha256 }) => results.some(entry => entry['sha256'] === sha256))
  return unlike(run.archive, wanted, `archive of ${valuesOf(record, '-F')}`)
}
