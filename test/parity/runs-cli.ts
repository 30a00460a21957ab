import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hashPayload } from 'stoq'
import { scratchFolder, stoq, troubles } from '../e2e/stoq.ts'
import { dispatchRules } from './runs-dispatch.ts'
import {
  type Json,
  type OutputFile,
  type RunRecord,
  usesDispatchRules,
  valuesOf,
  wordsOf,
} from './runs-records.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What our command did, in the words of the record: scratch folders have their placeholders again. */
export interface Outcome {
  exit: number | null
  stdout: string
  /** Lines of standard error that tell of trouble. */
  troubles: string[]
  /** True when a stack of calls was shown. */
  hasStack: boolean
  /** The documents on standard output. */
  documents: Json[]
  archive: NonNullable<RunRecord['archive_tree']>
  output: OutputFile[]
}

/** Runs what the record says, in a home of its own. v1's runs had the dispatch rules as rules of the worker. */
export async function runAsRecorded(record: RunRecord): Promise<Outcome> {
  const scratch = scratchFolder()
  const folders = { '<home>': join(scratch, 'home'), OUTDIR: join(scratch, 'out'), DIR: join(scratch, 'in') }
  prepare(record, folders)
  const words = wordsOf(record).map(word => {
    return word
      .replace(/^(OUTDIR|DIR)\b/, (_, name: 'OUTDIR' | 'DIR') => folders[name])
      .replace('<work>', scratch)
  })
  const rules = usesDispatchRules(record) && words.includes('-F') ? ['-r', dispatchRules] : []
  const { status, stdout, stderr } = await stoq([...words, ...rules], { home: folders['<home>'], cwd: here })
  const text = stdout.replaceAll(folders['<home>'], '<home>').replaceAll(folders.DIR, 'DIR')
  return {
    exit: status,
    stdout: text,
    troubles: troubles({ status, stdout, stderr }),
    hasStack: /\n\s+at /.test(stderr),
    documents: documentsIn(text),
    archive: filesBelow(join(folders['<home>'], 'archive')).map(path => archived(folders['<home>'], path)),
    output: filesBelow(folders.OUTDIR).map(path => outputFile(folders.OUTDIR, path)),
  }
}

/** Makes what was there before the recorded run. */
function prepare(record: RunRecord, folders: { '<home>': string; OUTDIR: string; DIR: string }): void {
  for (const folder of Object.values(folders)) mkdirSync(folder)
  const [out = ''] = valuesOf(record, '-O')
  if (out.startsWith('OUTDIR/')) writeFileSync(out.replace('OUTDIR', folders.OUTDIR), '{"old": 1}\n')
  for (const file of record.files ?? []) {
    const [name = '', target] = file.split(' -> ')
    const path = join(folders.DIR, name)
    mkdirSync(dirname(path), { recursive: true })
    if (target) symlinkSync(target, path)
    else writeFileSync(path, `MZ ${name}`)
  }
}

function filesBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
  } catch {
    // The run made no such folder.
    return []
  }
}

function archived(home: string, path: string): Outcome['archive'][number] {
  const { sha256 } = hashPayload(readFileSync(path))
  return { path: relative(home, path), size: statSync(path).size, sha256 }
}

function outputFile(folder: string, path: string): OutputFile {
  const text = readFileSync(path, 'utf8')
  const documents = documentsIn(text)
  const place = relative(folder, path)
    .replace(/[0-9a-f-]{36}/, '<uuid1>')
    .replace(/\d{4}\/\d\d\/\d\d/, '<yyyy>/<mm>/<dd>')
  return {
    path: place,
    documents: documents.length,
    ends_with_newline: text.endsWith('\n'),
    first_line: text.split('\n')[0] ?? '',
    tops: documents.map(document => Object.keys(document).sort()),
  }
}

/** The documents of a text: one of many lines, or one in each line; none in any other text. */
function documentsIn(text: string): Json[] {
  for (const parts of [[text], text.trim().split('\n')]) {
    try {
      return parts.map(part => JSON.parse(part))
    } catch {
      // Not in this form.
    }
  }
  return []
}
