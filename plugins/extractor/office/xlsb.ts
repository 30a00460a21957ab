import { rkNumber } from './biff.ts'
import { type OfficePackage, targetPart } from './package.ts'
import { type DefinedName, describeNames, type MacroCell, stateOf } from './xlm-sheet.ts'
import { errorName, formulaText, type Names, quoted } from './xlm-tokens.ts'
import { sheetName } from './xls-names.ts'
import { macroParts, type PartSheet } from './xlsm.ts'

/** Numbers of records, [MS-XLSB] 2.3.1 */
const recordId = {
  row: 0,
  rk: 2,
  error: 3,
  bool: 4,
  real: 5,
  text: 6,
  sharedText: 7,
  formulaText: 8,
  formulaNumber: 9,
  formulaBool: 10,
  formulaError: 11,
  sharedItem: 19,
  name: 39,
  sheet: 156,
  externSheet: 362,
} as const

/** Records of a binary part: number and length take 7 bits of each byte ([MS-XLSB] 2.1.4). */
function* records(part: Buffer): Generator<[id: number, data: Buffer], void> {
  let at = 0
  const readNumber = (most: number) => {
    let number = 0
    for (let index = 0; index < most && at < part.length; index++) {
      const byte = part[at++] ?? 0
      number |= (byte & 0x7f) << (7 * index)
      if (byte < 0x80) break
    }
    return number
  }
  while (at < part.length) {
    const id = readNumber(2)
    const end = readNumber(4) + at
    if (end > part.length) return
    yield [id, part.subarray(at, end)]
    at = end
  }
}

/** Macro sheets and names of a binary workbook (.xlsb). */
export function readBinaryWorkbook(
  document: OfficePackage,
  path: string,
): { sheets: PartSheet[]; names: DefinedName[] } {
  const parts = macroParts(document, path)
  const workbook = parts.size > 0 ? document.read(path) : null
  if (!workbook) return { sheets: [], names: [] }
  const names = new BinaryNames()
  const sheets: Omit<PartSheet, 'cells'>[] = []
  for (const [id, data] of records(workbook)) {
    names.add(id, data)
    if (id !== recordId.sheet || data.length < 16) continue
    const [relationship, end] = wideText(data, 8)
    const [name] = wideText(data, end)
    names.sheetNames.push(name)
    const part = parts.get(relationship)
    if (part !== undefined) sheets.push({ name, state: stateOf(data.readUInt32LE(0)), part })
  }
  const listed = new Set(sheets.map(sheet => sheet.part))
  for (const part of parts.values()) {
    if (!listed.has(part)) sheets.push({ name: part, state: 'very hidden', part })
  }
  const strings = sharedStrings(document, path)
  return {
    sheets: sheets.map(sheet => ({ ...sheet, cells: readCells(document, sheet.part, names, strings) })),
    names: names.defined,
  }
}

/** Text after its length in 32 bits, and where it ends; shorter where the data ends. */
function wideText(data: Buffer, at: number): [text: string, end: number] {
  const count = at + 4 <= data.length ? data.readUInt32LE(at) : 0
  const end = count === 0xffffffff ? at + 4 : Math.min(data.length, at + 4 + 2 * count)
  return [data.toString('utf16le', at + 4, end).toWellFormed(), end]
}

class BinaryNames implements Names {
  readonly sheetNames: string[] = []
  readonly #references: [first: number, last: number][] = []
  readonly #names: { name: string; isHidden: boolean; tokens: Buffer }[] = []

  add(id: number, data: Buffer): void {
    if (id === recordId.externSheet) {
      for (let at = 4; at + 12 <= data.length; at += 12) {
        this.#references.push([data.readInt32LE(at + 4), data.readInt32LE(at + 8)])
      }
    } else if (id === recordId.name && data.length >= 17 && this.#names.length < maxNames) {
      const [name, end] = wideText(data, 9)
      const size = end + 4 <= data.length ? data.readUInt32LE(end) : 0
      const tokens = data.subarray(end + 4, Math.min(data.length, end + 4 + size))
      this.#names.push({ name, isHidden: (data.readUInt32LE(0) & 1) === 1, tokens })
    }
  }

  name(index: number): string {
    return this.#names[index - 1]?.name ?? `NAME${index}`
  }

  sheets(reference: number): string {
    const [first, last] = this.#references[reference] ?? [-1, -1]
    const from = this.sheetNames[first] ?? '#REF'
    return sheetName(first === last ? from : `${from}:${this.sheetNames[last] ?? '#REF'}`)
  }

  externalName(_reference: number, index: number): string {
    return `EXTERNAL.NAME${index}`
  }

  get defined(): DefinedName[] {
    const place = { row: 0, column: 0, isBinary12: true }
    return describeNames(this.#names, tokens => formulaText(tokens, place, this))
  }
}

/** More names and strings than these are not read. */
const maxNames = 2 ** 17
const maxStrings = 2 ** 20

function sharedStrings(document: OfficePackage, workbook: string): string[] {
  const related = document.relationships.find(
    ({ source, type }) => source === workbook && type === 'sharedStrings',
  )
  const part = related ? document.read(targetPart(related)) : null
  const strings: string[] = []
  for (const [id, data] of records(part ?? Buffer.alloc(0))) {
    if (id === recordId.sharedItem && strings.push(wideText(data, 1)[0]) === maxStrings) break
  }
  return strings
}

/** Cells of a sheet ([MS-XLSB] 2.5.9 and 2.4.661 on). */
function* readCells(
  document: OfficePackage,
  part: string,
  names: Names,
  strings: readonly string[],
): Generator<MacroCell, void> {
  let row = 0
  for (const [id, data] of records(document.read(part) ?? Buffer.alloc(0))) {
    if (id === recordId.row && data.length >= 4) row = data.readUInt32LE(0) & 0xfffff
    const isCell = id >= recordId.rk && id <= recordId.formulaError && data.length >= 9
    if (isCell) yield readCell(id, data, row, names, strings)
  }
}

/** Column, style, value, then flags and the formula. */
function readCell(
  id: number,
  data: Buffer,
  row: number,
  names: Names,
  strings: readonly string[],
): MacroCell {
  const column = data.readUInt32LE(0) & 0x3fff
  const [value, end] = readValue(id, data, strings)
  const at = end + 2
  if (id < recordId.formulaText || at + 4 > data.length) return { row, column, value }
  const tokens = data.subarray(at + 4, Math.min(data.length, at + 4 + data.readUInt32LE(at)))
  const formula = `=${formulaText(tokens, { row, column, isBinary12: true }, names)}`
  return { row, column, formula, ...(!noNews.has(value) && { value }) }
}

/** Results that tell nothing. */
const noNews = new Set(['', '0', 'FALSE', 'TRUE'])

/** The value of a cell, and where it ends. */
function readValue(id: number, data: Buffer, strings: readonly string[]): [value: string, end: number] {
  switch (id) {
    case recordId.text:
    case recordId.formulaText: {
      const [text, end] = wideText(data, 8)
      return [quoted(text), end]
    }
    case recordId.bool:
    case recordId.formulaBool:
      return [data[8] ? 'TRUE' : 'FALSE', 9]
    case recordId.error:
    case recordId.formulaError:
      return [errorName(data[8] ?? 0), 9]
    case recordId.rk:
      return [data.length < 12 ? '' : String(rkNumber(data.readInt32LE(8))), 12]
    case recordId.sharedText:
      return [data.length < 12 ? '' : quoted(strings[data.readUInt32LE(8)] ?? ''), 12]
    default:
      return [data.length < 16 ? '' : String(data.readDoubleLE(8)), 16]
  }
}
