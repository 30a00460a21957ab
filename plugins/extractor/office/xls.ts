import { type BiffRecord, biffRecords, biffText, readSharedStrings, recordId, rkNumber } from './biff.ts'
import { type MacroCell, type MacroSheet, type SheetState, stateOf } from './xlm-sheet.ts'
import { cellName, errorName, type FormulaPlace, formulaText, quoted, sharedWith } from './xlm-tokens.ts'
import { WorkbookNames } from './xls-names.ts'

/** A workbook stream of Excel 97 to 2003, as far as macros need it. */
export interface Workbook {
  sheets: MacroSheet[]
  names: WorkbookNames
  /** Encrypted: nothing else is known of it. */
  isEncrypted: boolean
  /** Excel 95 and before: other records, not read. */
  isOld: boolean
}

/** A sheet as the list of sheets has it, and where its records end. */
interface Sheet {
  name: string
  state: SheetState
  isMacro: boolean
  offset: number
  end: number
}

const macroSheetType = 1
/** Of the record that begins a sheet: dialogs and worksheets are 0x10, macro sheets 0x40 ([MS-XLS] 2.4.21). */
const macroSubstream = 0x40
const excel97 = 0x0600

/** Reads macro sheets, names and references of a workbook stream. */
export function readWorkbook(stream: Buffer): Workbook {
  const records = biffRecords(stream)
  const first = records.next().value
  const isOld = first?.id !== recordId.bof || first.data.length < 4 || first.data.readUInt16LE(0) !== excel97
  return isOld ? { ...nothing(), isOld } : readSubstreams(stream, records)
}

function readSubstreams(stream: Buffer, records: Iterable<BiffRecord>): Workbook {
  const reader = new SubstreamReader(stream)
  for (const record of records) {
    reader.take(record)
    if (reader.isEncrypted) return { ...nothing(), isEncrypted: true }
  }
  return reader.workbook
}

function nothing(): Workbook {
  return { sheets: [], names: new WorkbookNames([]), isEncrypted: false, isOld: false }
}

/** Takes the records after the one that begins the globals of the workbook. */
class SubstreamReader {
  isEncrypted = false
  readonly #stream: Buffer
  readonly #sheets: Sheet[] = []
  readonly #byOffset = new Map<number, Sheet>()
  readonly #names = new WorkbookNames(this.#sheets)
  readonly #strings: Buffer[] = []
  /** Charts are substreams within the one of their sheet. */
  #depth = 1
  #current: Sheet | null = null
  #isString = false

  constructor(stream: Buffer) {
    this.#stream = stream
  }

  take(record: BiffRecord): void {
    const { id } = record
    if (id === recordId.bof) this.#begin(record)
    else if (id === recordId.eof) this.#end()
    else if (this.#current) this.#current.end = record.offset + 4 + record.data.length
    else if (this.#depth > 0) this.#takeGlobal(record)
  }

  get workbook(): Workbook {
    const shared = new Lazy(() => readSharedStrings(this.#strings))
    const macros = this.#sheets.filter(sheet => sheet.isMacro)
    const sheets = macros.map(({ name, state, offset, end }) => ({
      name,
      state,
      cells: readCells(() => biffRecords(this.#stream, offset, end), this.#names, shared),
    }))
    return { ...nothing(), sheets, names: this.#names }
  }

  #begin(record: BiffRecord): void {
    if (this.#depth === 0) this.#current = sheetAt(this.#sheets, this.#byOffset, record)
    this.#depth++
  }

  #end(): void {
    this.#depth = Math.max(0, this.#depth - 1)
    if (this.#depth === 0) this.#current = null
  }

  #takeGlobal(record: BiffRecord): void {
    const { id, data } = record
    if (id === recordId.filePass) this.isEncrypted = true
    if (id !== recordId.continued) this.#isString = id === recordId.sst
    if (this.#isString) this.#strings.push(data)
    else if (id === recordId.boundSheet && data.length >= 8) {
      const sheet = readBoundSheet(data)
      this.#sheets.push(sheet)
      this.#byOffset.set(sheet.offset, sheet)
    } else this.#names.add(record)
  }
}

/** The sheet that begins here, where it holds macros. */
function sheetAt(sheets: Sheet[], byOffset: Map<number, Sheet>, { offset, data }: BiffRecord): Sheet | null {
  const isMacro = data.length >= 4 && data.readUInt16LE(2) === macroSubstream
  const listed = byOffset.get(offset)
  if (listed && (listed.isMacro || isMacro)) {
    listed.isMacro = true
    return listed
  }
  if (listed || !isMacro) return null
  const hidden = { name: `unlisted sheet at ${offset}`, state: stateOf(2), isMacro, offset, end: offset }
  sheets.push(hidden)
  return hidden
}

/** [MS-XLS] 2.4.28 */
function readBoundSheet(data: Buffer): Sheet {
  return {
    name: biffText(data, 7, data[6] ?? 0),
    state: stateOf(data[4] ?? 0),
    isMacro: data[5] === macroSheetType,
    offset: data.readUInt32LE(0),
    end: 0,
  }
}

/** Made when it is first asked for. */
class Lazy {
  readonly #make: () => string[]
  #made: string[] | null = null

  constructor(make: () => string[]) {
    this.#make = make
  }

  at(index: number): string | undefined {
    this.#made ??= this.#make()
    return this.#made[index]
  }
}

function* readCells(
  records: () => Iterable<BiffRecord>,
  names: WorkbookNames,
  strings: Lazy,
): Generator<MacroCell, void> {
  const shared = sharedFormulas(records())
  /** A formula whose result may be the text in the next record. */
  let waiting: MacroCell | null = null
  for (const { id, data } of records()) {
    if (waiting)
      yield id === recordId.string && data.length >= 3 ? { ...waiting, value: textResult(data) } : waiting
    waiting = null
    if (data.length < 6) continue
    const [row, column] = [data.readUInt16LE(0), data.readUInt16LE(2)]
    if (id === recordId.formula && data.length >= 22) {
      const text = readFormula(data, { row, column, isBinary12: false }, names, shared)
      const value = resultOf(data)
      waiting = { row, column, formula: `=${text}`, ...(value !== undefined && { value }) }
    } else yield* readConstants(id, data, { row, column }, strings)
  }
  if (waiting) yield waiting
}

function* readConstants(
  id: number,
  data: Buffer,
  { row, column }: { row: number; column: number },
  strings: Lazy,
): Generator<MacroCell, void> {
  if (id === recordId.mulRk) return yield* readMultiple(data, row, column)
  const value = constantOf(id, data, strings)
  if (value !== undefined) yield { row, column, value }
}

/** Several numbers side by side ([MS-XLS] 2.4.175). */
function* readMultiple(data: Buffer, row: number, column: number): Generator<MacroCell, void> {
  for (let at = 4, index = 0; at + 6 <= data.length - 2; at += 6, index++) {
    yield { row, column: column + index, value: String(rkNumber(data.readInt32LE(at + 2))) }
  }
}

function readFormula(
  data: Buffer,
  place: FormulaPlace,
  names: WorkbookNames,
  shared: Map<string, Buffer>,
): string {
  const own = data.subarray(22, 22 + data.readUInt16LE(20))
  const base = sharedWith(own)
  const tokens = base ? shared.get(cellName(base.row, base.column)) : own
  return formulaText(tokens ?? own, place, names)
}

/** Formulas of several cells, by the cell that they are kept with ([MS-XLS] 2.4.260, 2.4.4). */
function sharedFormulas(records: Iterable<BiffRecord>): Map<string, Buffer> {
  const shared = new Map<string, Buffer>()
  let cell = ''
  for (const { id, data } of records) {
    if (id === recordId.formula && data.length >= 4)
      cell = cellName(data.readUInt16LE(0), data.readUInt16LE(2))
    const at = id === recordId.sharedFormula ? 8 : id === recordId.array ? 12 : 0
    if (at === 0 || data.length < at + 2) continue
    const tokens = data.subarray(at + 2, at + 2 + data.readUInt16LE(at))
    shared.set(cell, tokens)
    shared.set(cellName(data.readUInt16LE(0), data[4] ?? 0), tokens)
  }
  return shared
}

/** What a formula gave when the workbook was saved ([MS-XLS] 2.5.133); what is no news is left out. */
function resultOf(data: Buffer): string | undefined {
  if (data.readUInt16LE(12) === 0xffff) return data[6] === 2 ? errorName(data[8] ?? 0) : undefined
  const number = data.readDoubleLE(6)
  return number === 0 ? undefined : String(number)
}

/** The same, where it was text. */
function textResult(data: Buffer): string {
  return quoted(biffText(data, 2, data.readUInt16LE(0)))
}

function constantOf(id: number, data: Buffer, strings: Lazy): string | undefined {
  if (id === recordId.labelSst && data.length >= 10) return quoted(strings.at(data.readUInt32LE(6)) ?? '')
  if (id === recordId.label && data.length >= 9) return quoted(biffText(data, 8, data.readUInt16LE(6)))
  if (id === recordId.number && data.length >= 14) return String(data.readDoubleLE(6))
  if (id === recordId.rk && data.length >= 10) return String(rkNumber(data.readInt32LE(6)))
  if (id !== recordId.boolErr || data.length < 8) return undefined
  if (data[7]) return errorName(data[6] ?? 0)
  return data[6] ? 'TRUE' : 'FALSE'
}
