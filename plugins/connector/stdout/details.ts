import { formatSize, printable, type ReportedRule, type ResultEntry, reportedRules } from 'stoq'
import { briefJson, cut, textOf } from './brief.ts'
import type { Paint } from './paint.ts'

/** Matched strings that are shown of one rule. */
const maxStrings = 3

/** How lines are written. */
export interface Look {
  paint: Paint
  /** Columns; long values are cut to it. */
  width: number
}

/** Name, size, type, hash, producer and number of an entry, on one line. */
export function headline(entry: ResultEntry, { paint, width }: Look): string {
  const { size, magic, sha256, dispatcher } = entry
  const nameWidth = Math.max(24, Math.floor(width / 2))
  const parts = [
    paint('name', cut(printable(nameOf(entry)), nameWidth)),
    typeof size === 'number' ? formatSize(size) : '',
    typeof magic === 'string' ? paint('type', cut(printable(magic), 48)) : '',
    typeof sha256 === 'string' ? paint('faint', printable(sha256.slice(0, 12))) : '',
    typeof dispatcher === 'string' ? paint('faint', cut(printable(dispatcher), 48)) : '',
    paint('faint', `#${textOf(entry.payload_id)}`),
  ]
  return parts.filter(Boolean).join('  ')
}

/** The name of a payload, as far as it has one. */
export function nameOf(entry: ResultEntry): string {
  const named = [entry.filename, entry.path].find(name => typeof name === 'string' && name !== '')
  return named ?? '(no name)'
}

/** What was found in an entry, one line for each: rules with their strings, results of workers, metadata. */
export function details(entry: ResultEntry, duplicateName: string | null, look: Look): string[] {
  if (entry.duplicate_of !== undefined) return [duplicateLine(entry.duplicate_of, duplicateName, look)]
  const workers =
    typeof entry.workers === 'object' && entry.workers !== null ? Object.entries(entry.workers) : []
  return [
    ...scanLines(entry.plugin, entry.scan, look),
    ...workers.flatMap(([worker, scan]) => scanLines(worker, scan, look)),
    ...valueLine('source_meta', entry.source_meta, look),
  ]
}

/** Its results are those of the first, so they are not shown twice. */
function duplicateLine(id: unknown, name: string | null, { paint, width }: Look): string {
  const of = name === null ? '' : ` ${cut(printable(name), Math.floor(width / 2))}`
  return paint('faint', `= same bytes as #${textOf(id)}${of}`)
}

function scanLines(worker: unknown, scan: unknown, look: Look): string[] {
  const rules = reportedRules(scan)
  return rules.length > 0 ? rules.flatMap(rule => ruleLines(rule, look)) : valueLine(worker, scan, look)
}

/** A labelled value as one line of JSON; none for nothing. */
export function valueLine(label: unknown, value: unknown, { paint, width }: Look): string[] {
  if (isEmpty(value)) return []
  const shown = textOf(label, 32)
  return [`${paint('label', shown)}  ${briefJson(value, Math.max(24, width - shown.length - 2))}`]
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function ruleLines(rule: ReportedRule, look: Look): string[] {
  const { paint, width } = look
  const name = cut(printable(rule.rule), 128)
  const tags = rule.tags.length > 0 ? `  [${cut(printable(rule.tags.join(' ')), 64)}]` : ''
  const facts = Object.entries(rule.meta).map(([key, value]) => `${printable(key)}=${textOf(value)}`)
  const left = Math.max(24, width - name.length - tags.length - 4)
  const meta = facts.length > 0 ? `  ${paint('faint', cut(facts.join('  '), left))}` : ''
  return [`${paint('rule', `◆ ${name}`)}${paint('label', tags)}${meta}`, ...stringLines(rule.strings, look)]
}

function stringLines(strings: readonly unknown[], { paint, width }: Look): string[] {
  const lines = strings
    .slice(0, maxStrings)
    .map(match => `  ${paint('faint', cut(stringText(match), Math.max(24, width)))}`)
  const more = strings.length - maxStrings
  return more > 0 ? [...lines, `  ${paint('faint', `… ${more} more`)}`] : lines
}

/** `0x4e $name "data"`; whatever is no match of a string is shown as JSON. */
function stringText(match: unknown): string {
  if (!Array.isArray(match) || match.length < 3) return briefJson(match, 200)
  const [offset, identifier, data] = match as unknown[]
  const number = Number(offset)
  const place =
    Number.isSafeInteger(number) && number >= 0 ? `0x${number.toString(16)}` : briefJson(offset, 24)
  const shown = typeof data === 'string' ? `"${printable(data.slice(0, 200))}"` : briefJson(data, 200)
  return `${place} ${textOf(identifier, 64)} ${shown}`
}
