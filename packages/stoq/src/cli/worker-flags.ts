import { logLevels } from '../config/logger.ts'
import type { PluginCategory } from '../plugin/categories.ts'

/** One flag of the command line. */
export interface Argument {
  /** `-r`, `--rules`. */
  flags: string[]
  /** Attribute that gets the value. */
  dest: string
  help: string
  /** Shown for the value in the help; absent: the flag takes none. */
  metavar?: string
  /** Several values may follow. */
  several?: boolean
  choices?: readonly string[]
  /** What its value is, for completion: plugins of a kind, a template, files or folders, words that are no choices. */
  completes?: PluginCategory | 'template' | 'files' | readonly string[]
  /** Value of a flag that takes none; true when absent. */
  constant?: unknown
  /** Makes the value of the text; throws a text that says what is wanted. */
  parse?: (text: string) => unknown
  group: string
}

const general = 'General Options'
const connector = 'Connector Options'
const ingest = 'Ingest Options'

/** The flags of every worker: spec of v1, section 3.3, and what this version adds. */
export const workerFlags: readonly Argument[] = [
  {
    ...value(general, '-P, --decorator', 'decorator_plugin', 'NAME', 'Rewrite documents with this decorator'),
    completes: 'decorator',
  },
  {
    ...value(general, '-L, --log-level', 'log_level', 'LEVEL', 'Least level that is logged'),
    choices: logLevels,
  },
  {
    ...value(general, '-T, --template', 'template', 'NAME', 'Render documents with this template'),
    completes: 'template',
  },
  flag(general, '--template-and-json', 'template_and_json', 'Save the document beside the rendered template'),
  count(general, '--max-processes', 'max_processes', 'Scan processes, up to 1024 (0: one for each core)'),
  count(general, '--max-recursion', 'max_recursion', 'Depth down to which payloads are taken apart'),
  count(general, '--max-children', 'max_children', 'Children of one payload'),
  count(general, '--max-bytes', 'max_bytes', 'Bytes that taking one payload apart may produce'),
  count(general, '--max-time', 'max_time', 'Seconds for one payload with all its children'),
  count(general, '--max-plugin-time', 'max_plugin_time', 'Seconds for one call of a plugin'),
  count(general, '--max-memory', 'max_memory', 'Bytes of memory of a scan process'),
  {
    ...value(
      general,
      '--stats',
      'stats',
      'FILE',
      'Write calls, times and faults of every plugin to this file',
    ),
    completes: 'files',
  },
  {
    ...value(connector, '-C, --connector', 'output_connector', 'NAME', 'Save documents with this connector'),
    completes: 'connector',
  },
  {
    ...value(
      connector,
      '--format',
      'format',
      'FORMAT',
      'How the connector writes documents (stdout: json, jsonl, tree)',
    ),
    completes: ['json', 'jsonl', 'tree'],
  },
  {
    ...value(connector, '-A, --archive', 'archive_connector', 'NAME', 'Archive payloads with this connector'),
    completes: 'connector',
  },
  {
    ...flag(connector, '--split', 'combined_results', 'Save one document for each payload'),
    constant: false,
  },
  flag(connector, '--findings', 'findings_only', 'Save only documents with findings'),
  {
    ...value(
      connector,
      '-O, --out',
      'outfile',
      'PATH',
      'Folder for documents, or an existing file to append to',
    ),
    completes: 'files',
  },
  flag(connector, '--use-date', 'use_output_date', 'The date is part of the place of a document'),
  flag(connector, '--flatten', 'flatten_results', 'Save documents without nesting'),
  value(connector, '--delimiter', 'flatten_delimiter', 'TEXT', 'Between the parts of a flattened key'),
  {
    ...value(ingest, '-F, --file', 'path', 'PATH', 'File, folder or address to scan'),
    completes: 'files',
  },
  {
    ...value(ingest, '-I, --ingest', 'source_plugin', 'NAME', 'Take payloads from this source'),
    completes: 'source',
  },
  value(ingest, '-Q, --queue', 'source_queue', 'NAME', 'Queue of the source'),
  flag(ingest, '-E, --errors', 'error_queue', 'Take the messages of the error queue'),
  flag(ingest, '-D, --dispatch', 'dispatch', 'Take payloads apart as the dispatch rules say'),
  {
    ...value(ingest, '--tlp', 'default_tlp', 'TLP', 'Tag of payloads that have none'),
    choices: ['white', 'green', 'amber', 'red'],
  },
  {
    ...value(ingest, '--metadata', 'ingest_metadata', 'KEY:VALUE', 'Metadata for every payload'),
    several: true,
  },
  value(ingest, '--rate-limit', 'ratelimit', 'COUNT/SECONDS', 'Payloads in so many seconds'),
  {
    ...value(ingest, '--cron', 'cron', 'SECONDS', 'Run again and again, so many seconds after the end'),
    parse: seconds,
  },
]

function value(group: string, flags: string, dest: string, metavar: string, help: string): Argument {
  return { group, flags: flags.split(', '), dest, metavar, help }
}

function flag(group: string, flags: string, dest: string, help: string): Argument {
  return { group, flags: flags.split(', '), dest, help }
}

function count(group: string, flags: string, dest: string, help: string): Argument {
  return { ...value(group, flags, dest, 'N', help), parse: wholeNumber }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error('a whole number')
  return Number(text)
}

function seconds(text: string): number {
  if (!/^\d{1,9}(\.\d+)?$/.test(text)) throw new Error('a number of seconds')
  return Number(text)
}
