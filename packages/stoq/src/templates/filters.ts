import { printable } from '../results/printable.ts'
import { resultsOf, ruleCounts, rulesOf, sizeText, treeRows } from './document-filters.ts'
import { formatText } from './format.ts'
import { hexdump } from './hexdump.ts'
import { defang, markdownCode, markdownText } from './markup.ts'
import { printFilter } from './source.ts'

/**
 * A filter as the engine calls it: the value, then the arguments, keyword arguments as one Map at the end. Undefined and
 * null both arrive as undefined, objects as Map. It must not throw: that would break the engine.
 */
export type Filter = (value: unknown, ...given: unknown[]) => unknown

/** The filters of Jinja2 that the engine lacks or that behave otherwise there, and our own: docs/guide/templates.md. */
export const filters: Readonly<Record<string, Filter>> = {
  [printFilter]: print,
  /** Own: text of an attacker on one line, see `printable`. */
  printable: value => printable(textOf(value)),
  defang: value => defang(textOf(value)),
  md: value => markdownText(textOf(value)),
  mdcode: value => markdownCode(textOf(value)),
  short: (value, ...given) => cutAt(textOf(value), readCount(given, 'length', 0, 12)),
  size: sizeText,
  hexdump: (value, ...given) =>
    hexdump(value, {
      width: readCount(given, 'width', 0, 16),
      length: readCount(given, 'length', 1, 256),
      offset: readCount(given, 'offset', 2, 0),
    }),
  tree: treeRows,
  rules: rulesOf,
  rulecounts: ruleCounts,
  said: resultsOf,
  format: (value, ...given) => formatText(textOf(value), ...splitKeywords(given), print),
  truncate,
  center,
  sum,
  wordwrap,
  wordcount: value => textOf(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  int: (value, ...given) => toNumber(value, Math.trunc, read(given, 'default', 0) ?? 0),
  float: (value, ...given) => toNumber(value, Number, read(given, 'default', 0) ?? 0),
  urlencode: value => encodeURIComponent(textOf(value).toWellFormed()).replaceAll('%2F', '/'),
}

/** How a value is written: text as it is, everything else as JSON. */
function print(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return JSON.stringify(value ?? null, (_, inner: unknown) => toJson(inner))
}

/** What a filter works on: nothing is empty text here. */
function textOf(value: unknown): string {
  return value === undefined ? '' : print(value)
}

function toJson(value: unknown): unknown {
  // A null inside of an object arrives as undefined, which JSON would leave out.
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, inner ?? null]))
  return typeof value === 'bigint' ? String(value) : value
}

/** Arguments by place, and the keyword arguments. */
function splitKeywords(given: readonly unknown[]): [unknown[], ReadonlyMap<unknown, unknown>] {
  const last = given.at(-1)
  return last instanceof Map ? [given.slice(0, -1), last] : [[...given], new Map()]
}

/** The argument of that name, or the one at its place. */
function read(given: readonly unknown[], name: string, place: number): unknown {
  const [positional, keywords] = splitKeywords(given)
  return keywords.has(name) ? keywords.get(name) : positional[place]
}

function readCount(given: readonly unknown[], name: string, place: number, fallback: number): number {
  const count = Number(read(given, name, place) ?? fallback)
  return Number.isFinite(count) ? Math.max(0, Math.trunc(count)) : fallback
}

/** Jinja2: `truncate(length=255, killwords=False, end='...', leeway=5)`. */
function truncate(value: unknown, ...given: unknown[]): string {
  const text = textOf(value)
  const length = readCount(given, 'length', 0, 255)
  const end = print(read(given, 'end', 2) ?? '...')
  if (text.length <= length + readCount(given, 'leeway', 3, 5)) return text
  const kept = cutAt(text, length - end.length)
  const space = read(given, 'killwords', 1) ? -1 : kept.lastIndexOf(' ')
  return (space < 0 ? kept : kept.slice(0, space)) + end
}

/** The start of a text, no character cut in half. */
function cutAt(text: string, length: number): string {
  const kept = text.slice(0, Math.max(0, length))
  return kept.isWellFormed() ? kept : kept.slice(0, -1)
}

/** Jinja2: `center(width=80)`. */
function center(value: unknown, ...given: unknown[]): string {
  const text = textOf(value)
  const width = Math.min(readCount(given, 'width', 0, 80), 1000)
  const left = Math.floor((width - text.length) / 2)
  return text.padStart(text.length + Math.max(0, left)).padEnd(width)
}

/** Jinja2: `wordwrap(width=79)`; a word that is longer than a line is cut. */
function wordwrap(value: unknown, ...given: unknown[]): string {
  const width = Math.min(Math.max(1, readCount(given, 'width', 0, 79)), 10_000)
  const lines = textOf(value).split('\n')
  return lines.map(line => wrapLine(line, width).join('\n')).join('\n')
}

function wrapLine(line: string, width: number): string[] {
  const lines = ['']
  for (const word of line.split(/\s+/)) {
    const last = lines.at(-1) ?? ''
    if (last && last.length + 1 + word.length <= width) lines.splice(-1, 1, `${last} ${word}`)
    else lines.push(...(word.match(new RegExp(`.{1,${width}}`, 'gs')) ?? []))
  }
  return lines.length > 1 ? lines.slice(1) : lines
}

/** Jinja2: `sum(attribute=None, start=0)`; what is no number does not count. */
function sum(value: unknown, ...given: unknown[]): number {
  const path = read(given, 'attribute', 0)
  const start = Number(read(given, 'start', 1) ?? 0)
  const items: unknown[] = Array.isArray(value) ? value : []
  return items.map(item => (path === undefined ? item : attributeOf(item, path))).reduce(addNumber, start)
}

function addNumber(total: number, value: unknown): number {
  return typeof value === 'number' ? total + value : total
}

/** The value at a dotted path. */
function attributeOf(item: unknown, path: unknown): unknown {
  return String(path)
    .split('.')
    .reduce<unknown>((value, key) => (value instanceof Map ? value.get(key) : undefined), item)
}

/** What is no number becomes the default, as in Jinja2. */
function toNumber(value: unknown, convert: (number: number) => number, fallback: unknown): unknown {
  if (typeof value === 'string' && value.trim() === '') return fallback
  const isScalar = ['string', 'number', 'boolean', 'bigint'].includes(typeof value)
  const number = isScalar ? Number(value) : Number.NaN
  return Number.isFinite(number) ? convert(number) : fallback
}
