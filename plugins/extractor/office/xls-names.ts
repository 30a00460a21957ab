import { type BiffRecord, biffText, recordId } from './biff.ts'
import { type DefinedName, describeNames } from './xlm-sheet.ts'
import { formulaText, type Names } from './xlm-tokens.ts'

/** Names that have a number instead ([MS-XLS] 2.4.150, Lbl). */
const builtIn = [
  'Consolidate_Area',
  'Auto_Open',
  'Auto_Close',
  'Extract',
  'Database',
  'Criteria',
  'Print_Area',
  'Print_Titles',
  'Recorder',
  'Data_Form',
  'Auto_Activate',
  'Auto_Deactivate',
  'Sheet_Title',
  '_FilterDatabase',
]

/** A workbook that references lead to: this one, an add-in, another file, or the server of a DDE link. */
interface Book {
  /** Empty: this workbook. */
  path: string
  names: string[]
}

/** More names and workbooks together than any workbook has. */
const maxEntries = 2 ** 17

/** References and names of a workbook stream, gathered record by record. */
export class WorkbookNames implements Names {
  readonly #sheets: readonly { name: string }[]
  readonly #books: Book[] = []
  readonly #references: [book: number, first: number, last: number][] = []
  readonly #names: { name: string; isHidden: boolean; tokens: Buffer }[] = []

  /** `sheets` in the order of the workbook. */
  constructor(sheets: readonly { name: string }[]) {
    this.#sheets = sheets
  }

  /** Takes what the record tells of names and references, if anything. */
  add({ id, data }: BiffRecord): void {
    if (this.#names.length + this.#books.length > maxEntries) return
    if (id === recordId.supBook && data.length >= 4) this.#books.push(readBook(data))
    else if (id === recordId.externName && data.length >= 8)
      this.#books.at(-1)?.names.push(biffText(data, 7, data[6] ?? 0))
    else if (id === recordId.externSheet) this.#addReferences(data)
    else if (id === recordId.name && data.length >= 16) this.#addName(data)
  }

  name(index: number): string {
    return this.#names[index - 1]?.name ?? `NAME${index}`
  }

  sheets(reference: number): string {
    const [book, first, last] = this.#references[reference] ?? [-1, -1, -1]
    const path = this.#books[book]?.path ?? ''
    if (path !== '') return `[${path}]`
    const from = this.#sheets[first]?.name ?? '#REF'
    const to = this.#sheets[last]?.name ?? from
    return sheetName(first === last ? from : `${from}:${to}`)
  }

  externalName(reference: number, index: number): string {
    const [book = -1] = this.#references[reference] ?? []
    const found = this.#books[book]
    if (found?.path === '') return this.name(index)
    return found?.names[index - 1] ?? `EXTERNAL.NAME${index}`
  }

  /** Files and DDE servers that the workbook refers to. */
  get links(): string[] {
    return this.#books.map(book => book.path).filter(path => path !== '' && path !== addIn)
  }

  get defined(): DefinedName[] {
    const place = { row: 0, column: 0, isBinary12: false }
    return describeNames(this.#names, tokens => formulaText(tokens, place, this))
  }

  #addReferences(data: Buffer): void {
    for (let at = 2; at + 6 <= data.length; at += 6) {
      this.#references.push([data.readUInt16LE(at), data.readInt16LE(at + 2), data.readInt16LE(at + 4)])
    }
  }

  /** [MS-XLS] 2.4.150 */
  #addName(data: Buffer): void {
    const flags = data.readUInt16LE(0)
    const length = data[3] ?? 0
    const told = biffText(data, 14, length)
    const isWide = ((data[14] ?? 0) & 1) === 1
    const start = 15 + (isWide ? 2 * length : length)
    const name = flags & 0x20 ? (builtIn[told.charCodeAt(0)] ?? told) + told.slice(1) : told
    const tokens = data.subarray(start, start + data.readUInt16LE(4))
    this.#names.push({ name, isHidden: (flags & 1) === 1, tokens })
  }
}

const addIn = 'add-in'

/** [MS-XLS] 2.4.271. Control characters in a path stand for its separators (2.5.277); 3 separates a DDE server and its topic. */
function readBook(data: Buffer): Book {
  const length = data.readUInt16LE(2)
  if (length === 0x0401) return { path: '', names: [] }
  if (length === 0x3a01) return { path: addIn, names: [] }
  const told = biffText(data, 4, length)
  const separator = told.startsWith('\x01') ? '\\' : '|'
  const path = told.replaceAll('\x03', separator).replace(/\p{Cc}/gu, '')
  return { path: path === '' ? '?' : path, names: [] }
}

/** A name of a sheet as formulas have it. */
export function sheetName(name: string): string {
  return /^[\p{L}_][\p{L}\d_.:]*$/u.test(name) ? name : `'${name.replaceAll("'", "''")}'`
}
