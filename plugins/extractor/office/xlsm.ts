import { type OfficePackage, targetPart } from './package.ts'
import type { DefinedName, MacroCell, MacroSheet, SheetState } from './xlm-sheet.ts'
import { quoted } from './xlm-tokens.ts'
import { type XmlTag, xmlTags } from './xml.ts'

/** A macro sheet and the part that it is in. */
export type PartSheet = MacroSheet & { part: string }

/** Macro sheets and names of a workbook in XML (.xlsm). */
export function readXmlWorkbook(
  document: OfficePackage,
  path: string,
): { sheets: PartSheet[]; names: DefinedName[] } {
  const parts = macroParts(document, path)
  const shared = new SharedStrings(document, path)
  const xml = parts.size > 0 ? document.readText(path) : ''
  const listed = new Map<string, { name: string; state: SheetState }>()
  for (const tag of xmlTags(xml)) {
    const part = parts.get(tag.attribute('r:id') ?? tag.attribute('id') ?? '')
    if (tag.name !== 'sheet' || part === undefined) continue
    listed.set(part, { name: tag.attribute('name') ?? '', state: stateOf(tag.attribute('state')) })
  }
  const sheets = [...new Set(parts.values())].map(part => ({
    part,
    ...(listed.get(part) ?? { name: part, state: 'very hidden' as const }),
    cells: readCells(document, part, shared),
  }))
  return { sheets, names: readNames(xml) }
}

function readNames(xml: string): DefinedName[] {
  const names: DefinedName[] = []
  let open = { name: '', isHidden: false }
  for (const { name, isClosing, text, attribute } of xmlTags(xml)) {
    if (name !== 'definedName') continue
    if (isClosing) names.push({ ...open, formula: text })
    else open = { name: attribute('name') ?? '', isHidden: isTrue(attribute('hidden')) }
    if (names.length === maxNames) break
  }
  return names
}

/** Parts that hold macro sheets by the relationship of the workbook; those that only lie where such parts do, by their path. */
export function macroParts(document: OfficePackage, workbook: string): Map<string, string> {
  const parts = new Map<string, string>()
  for (const relationship of document.relationships) {
    if (relationship.source !== workbook || !/MacroSheet$/i.test(relationship.type)) continue
    const part = targetPart(relationship)
    if (document.has(part)) parts.set(relationship.id, part)
  }
  const known = new Set([...parts.values()].map(part => part.toLowerCase()))
  for (const path of document.paths(/(^|\/)macrosheets\/[^/]+\.(xml|bin)$/i)) {
    if (!known.has(path.toLowerCase())) parts.set(path, path)
  }
  return parts
}

function stateOf(state: string | undefined): SheetState {
  return state === 'veryHidden' ? 'very hidden' : state === 'hidden' ? 'hidden' : 'visible'
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true'
}

/** More names and strings than these are not read. */
const maxNames = 2 ** 17
const maxStrings = 2 ** 20

/** The strings that cells share, read when the first cell asks. */
class SharedStrings {
  readonly #document: OfficePackage
  readonly #workbook: string
  #strings: string[] | null = null

  constructor(document: OfficePackage, workbook: string) {
    this.#document = document
    this.#workbook = workbook
  }

  at(index: number): string {
    this.#strings ??= this.#read()
    return this.#strings[index] ?? ''
  }

  #read(): string[] {
    const related = this.#document.relationships.find(
      ({ source, type }) => source === this.#workbook && type === 'sharedStrings',
    )
    const strings: string[] = []
    let text = ''
    for (const tag of xmlTags(related ? this.#document.readText(targetPart(related)) : '')) {
      if (tag.name === 't' && tag.isClosing) text += tag.text
      if (tag.name !== 'si' || (!tag.isClosing && !tag.isEmpty)) continue
      if (strings.push(text) === maxStrings) break
      text = ''
    }
    return strings
  }
}

/** A cell while its element is read. */
interface OpenCell {
  row: number
  column: number
  type: string
  formula?: string
  value?: string
}

/** Cells with a formula or a value ([MS-OFFMACRO2] 2.2.1.4; ECMA-376 part 1, 18.3.1.4). */
function* readCells(
  document: OfficePackage,
  part: string,
  shared: SharedStrings,
): Generator<MacroCell, void> {
  let cell: OpenCell = { row: 0, column: -1, type: '' }
  for (const tag of xmlTags(document.readText(part))) {
    if (tag.name !== 'c') describeCell(cell, tag)
    else if (tag.isClosing) yield* finishCell(cell, shared)
    else {
      const place = readPlace(tag.attribute('r')) ?? { row: cell.row, column: cell.column + 1 }
      cell = { ...place, type: tag.attribute('t') ?? '' }
    }
  }
}

function describeCell(cell: OpenCell, tag: XmlTag): void {
  const { name, isClosing, text } = tag
  const shared = name === 'f' && !isClosing ? tag.attribute('si') : undefined
  if (shared !== undefined) cell.formula = `={shared formula ${shared}}`
  if (!isClosing || text === '') return
  if (name === 'f') cell.formula = `=${text}`
  else if (name === 'v' || name === 't') cell.value = text
}

function* finishCell(
  { row, column, type, formula, value }: OpenCell,
  shared: SharedStrings,
): Generator<MacroCell, void> {
  if (formula === undefined) {
    if (value !== undefined) yield { row, column, value: valueText(value, type, shared) }
    return
  }
  const isNews = value !== undefined && value !== '0'
  yield { row, column, formula, ...(isNews && { value: valueText(value, type, shared) }) }
}

function valueText(value: string, type: string, shared: SharedStrings): string {
  if (type === 's') return quoted(shared.at(Number(value)))
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  return type === 'str' || type === 'inlineStr' ? quoted(value) : value
}

/** Row and column of `A1`. */
function readPlace(reference: string | undefined): { row: number; column: number } | null {
  const match = /^([A-Z]{1,3})(\d{1,7})$/.exec(reference?.toUpperCase() ?? '')
  if (!match) return null
  let column = 0
  for (const letter of match[1] ?? '') column = column * 26 + letter.charCodeAt(0) - 64
  return { row: Number(match[2]) - 1, column: column - 1 }
}
