import {
  countRules,
  type DocumentError,
  printable,
  type ResultDocument,
  type ResultEntry,
  type Truncation,
} from 'stoq'
import { cut, textOf } from './brief.ts'
import { details, headline, type Look, nameOf, valueLine } from './details.ts'
import { paintWith } from './paint.ts'

export interface TreeOptions {
  /** True: with ANSI colours. */
  colour: boolean
  /** Columns; long values are cut to it. */
  width: number
}

/** Levels that are indented; deeper ones say how deep they are, so that no line grows with the depth. */
const maxIndent = 16
/** Errors and cuts that are listed; the rest is counted. */
const maxListed = 20
/** Keys of a document that the tree shows by itself; decorators may have added others. */
const known = new Set(['id', 'date', 'tlp', 'payloads', 'plugins', 'results', 'errors', 'truncated'])

interface Node {
  entry: ResultEntry
  children: Node[]
  isDrawn: boolean
}

/** A document as text for people: the tree of payloads with what was found in each, then what went wrong. Ends with an empty line. */
export function renderTree(document: ResultDocument, { colour, width }: TreeOptions): string {
  const look: Look = { paint: paintWith(colour), width }
  const forest = new Forest(document.results.filter(isRecord))
  const added = Object.entries(document).filter(([key]) => !known.has(key))
  const lines = [
    ...forest.draw(look),
    ...added.flatMap(([key, value]) => valueLine(key, value, look)),
    ...faultLines(document, forest, look),
    summaryLine(document, look),
    '',
  ]
  return `${lines.join('\n')}\n`
}

function isRecord(value: unknown): value is ResultEntry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The entries of a document by descent; each is drawn once, whatever their `parent_id` say. */
class Forest {
  readonly #nodes: Node[]
  readonly #byId = new Map<unknown, Node>()

  constructor(entries: readonly ResultEntry[]) {
    this.#nodes = entries.map(entry => ({ entry, children: [], isDrawn: false }))
    for (const node of this.#nodes)
      if (!this.#byId.has(node.entry.payload_id)) this.#byId.set(node.entry.payload_id, node)
    for (const node of this.#nodes) this.#parentOf(node)?.children.push(node)
  }

  /** Name of an entry, null when there is none of that id. */
  nameOf(id: unknown): string | null {
    const node = this.#byId.get(id)
    return node ? nameOf(node.entry) : null
  }

  *draw(look: Look): Generator<string> {
    for (const node of this.#nodes) if (!this.#parentOf(node)) yield* this.#drawFrom(node, look)
    // Entries that descend from each other in a circle.
    for (const node of this.#nodes) if (!node.isDrawn) yield* this.#drawFrom(node, look)
  }

  #parentOf(node: Node): Node | null {
    const parent = this.#byId.get(node.entry.parent_id)
    return parent && parent !== node ? parent : null
  }

  *#drawFrom(root: Node, look: Look): Generator<string> {
    const waiting = [{ node: root, depth: 0, indent: '', isLast: true }]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node, depth, indent, isLast } = next
      if (node.isDrawn) continue
      node.isDrawn = true
      const below = belowOf(indent, depth, isLast)
      yield look.paint('faint', branchOf(indent, depth, isLast)) + headline(node.entry, look)
      const rail = look.paint('faint', `${below}${node.children.length > 0 ? '│' : ' '}  `)
      for (const line of this.#details(node, look, below.length)) yield rail + line
      for (let index = node.children.length - 1; index >= 0; index--) {
        const child = node.children[index]
        const isLastChild = index === node.children.length - 1
        if (child) waiting.push({ node: child, depth: depth + 1, indent: below, isLast: isLastChild })
      }
    }
  }

  #details({ entry }: Node, look: Look, indent: number): string[] {
    const width = Math.max(40, look.width - indent - 3)
    return details(entry, this.nameOf(entry.duplicate_of), { ...look, width })
  }
}

function branchOf(indent: string, depth: number, isLast: boolean): string {
  if (depth === 0) return ''
  return `${indent}${isLast ? '└─' : '├─'} ${depth > maxIndent ? `(depth ${depth}) ` : ''}`
}

function belowOf(indent: string, depth: number, isLast: boolean): string {
  if (depth === 0 || depth > maxIndent) return indent
  return `${indent}${isLast ? '   ' : '│  '}`
}

function faultLines(document: ResultDocument, forest: Forest, look: Look): string[] {
  const { paint } = look
  const on = (id: unknown) => `(#${textOf(id)}${nameAfter(forest.nameOf(id))})`
  const errors = listOf<DocumentError>(document.errors).map(({ plugin, code, message, payload_id }) =>
    paint(
      'error',
      `✖ ${textOf(plugin)}  ${textOf(code)}  ${textOf(reasonOf(message, plugin), 500)}  ${on(payload_id)}`,
    ),
  )
  const cuts = listOf<Truncation>(document.truncated).map(({ limit, detail, payload_id }) =>
    paint('warning', `✂ ${textOf(limit)}  ${textOf(detail, 500)}  ${on(payload_id)}`),
  )
  return [...shorten(errors, look), ...shorten(cuts, look)]
}

/** Without the plugin that is named before it. */
function reasonOf(message: unknown, plugin: unknown): unknown {
  const opening = `${plugin} failed: `
  return typeof message === 'string' && message.startsWith(opening) ? message.slice(opening.length) : message
}

function nameAfter(name: string | null): string {
  return name === null ? '' : ` ${textOf(name, 64)}`
}

function listOf<T>(list: readonly T[]): T[] {
  return Array.isArray(list) ? list.filter(item => typeof item === 'object' && item !== null) : []
}

function shorten(lines: string[], { paint }: Look): string[] {
  if (lines.length <= maxListed) return lines
  return [...lines.slice(0, maxListed), paint('faint', `  … ${lines.length - maxListed} more`)]
}

/** The last line, where the eye is when a long tree has run through: how many payloads, which rules, TLP. */
function summaryLine(document: ResultDocument, { paint, width }: Look): string {
  const { results, errors, truncated, tlp } = document
  const count = (list: unknown, one: string) => {
    const length = Array.isArray(list) ? list.length : 0
    return `${length} ${one}${length === 1 ? '' : 's'}`
  }
  const parts = [
    count(results, 'payload'),
    ...(errors?.length ? [paint('error', count(errors, 'error'))] : []),
    ...(truncated?.length ? [paint('warning', count(truncated, 'cut'))] : []),
    paint(tlpStyles.get(tlp) ?? 'good', `tlp ${textOf(tlp)}`),
    ...rulesPart(results, width).map(text => paint('rule', text)),
  ]
  return parts.join(' · ')
}

const tlpStyles = new Map<unknown, 'error' | 'warning'>([
  ['red', 'error'],
  ['amber', 'warning'],
])

function rulesPart(entries: readonly ResultEntry[], width: number): string[] {
  const rules = [...countRules(entries)].map(([rule, payloads]) =>
    payloads > 1 ? `${rule} ×${payloads}` : rule,
  )
  return rules.length > 0 ? [`◆ ${cut(printable(rules.join(', ')), Math.max(40, width * 2))}`] : []
}
