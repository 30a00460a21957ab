import { readdirSync, readFileSync } from 'node:fs'
import type { Payloads } from './runs-payloads.ts'

/** A document or an entry of one, as JSON. */
export type Json = Record<string, unknown>

/** A file that v1 wrote below the folder of `-O`, and what was in it. */
export interface OutputFile {
  path: string
  /** Number of JSON documents. */
  documents: number
  ends_with_newline: boolean
  first_line: string
  /** The keys of each document. */
  tops: string[][]
}

/** One recorded run of the v1 command. */
export interface RunRecord {
  /** Path below `expected/`. */
  id: string
  /** What was typed, in a folder with `samples` and `inputs`. `DIR`, `OUTDIR` and `<work>` are scratch folders. */
  command: string
  exit?: number
  /** Where `roots` tell more, their number only. */
  documents?: Json[] | number
  stdout?: string
  /** Files of the archive afterwards. */
  archive_tree?: { path: string; size: number; sha256: string }[]
  output_tree?: OutputFile[]
  /** Files that were put into `DIR`; `a -> b` is a symbolic link. Each held `MZ ` and its name. */
  files?: string[]
  /** What became of each sample of a dispatching run, by its name. */
  roots?: Record<string, Payloads>
  /** Outcome for a `max_tlp` and a `--tlp`. */
  max_tlp?: Record<string, Record<string, { document: boolean; tlp: string | null }>>
  v1_defect?: string
  /** What is right where v1 is wrong; texts are for people, `runs-better.ts` knows what they ask for. */
  better?: Json
}

/** Every recorded run in a folder below `expected/`. */
export function readRunRecords(folder: string): RunRecord[] {
  const place = new URL(`expected/${folder}/`, import.meta.url)
  return readdirSync(place)
    .sort()
    .map((file): RunRecord => {
      return { ...JSON.parse(readFileSync(new URL(file, place), 'utf8')), id: `${folder}/${file}` }
    })
}

/** The words after `stoq`. */
export function wordsOf(record: RunRecord): string[] {
  return record.command.split(' ').slice(1).filter(Boolean)
}

/** The words after a flag, up to the next flag. */
export function valuesOf(record: RunRecord, flag: string): string[] {
  const words = wordsOf(record)
  const index = words.indexOf(flag)
  if (index < 0) return []
  const rest = words.slice(index + 1)
  const end = rest.findIndex(word => word.startsWith('-'))
  return end < 0 ? rest : rest.slice(0, end)
}

/** True when v1's worker took the shipped dispatch rules for its own rules. */
export function usesDispatchRules(record: RunRecord): boolean {
  return wordsOf(record)[0] === 'yara' && valuesOf(record, '-r').length === 0
}
