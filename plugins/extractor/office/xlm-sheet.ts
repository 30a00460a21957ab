import type { Extracted } from 'stoq'
import { baseName, type Task } from './task.ts'
import { cellName } from './xlm-tokens.ts'

/** How a sheet is shown; Excel's own dialogs show no `very hidden` sheet. */
export type SheetState = 'visible' | 'hidden' | 'very hidden'

/** A cell of a macro sheet. */
export interface MacroCell {
  row: number
  column: number
  /** With the `=`. */
  formula?: string
  /** As the file holds it: the result of the formula when it was saved. */
  value?: string
}

/** A sheet of Excel 4 macros. */
export interface MacroSheet {
  name: string
  /** The member of the document that it is in, where it is one. */
  part?: string
  state: SheetState
  /** In any order; read once. */
  cells: Iterable<MacroCell>
}

/** A name of the workbook. */
export interface DefinedName {
  name: string
  /** Without the `=`. */
  formula: string
  isHidden: boolean
}

/** Characters of all names together; a workbook has some thousand. */
const maxNames = 2 ** 22

/** Names with the text of what they stand for, which `read` makes of their tokens, as many as are short enough. */
export function describeNames(
  names: readonly { name: string; isHidden: boolean; tokens: Buffer }[],
  read: (tokens: Buffer) => string,
): DefinedName[] {
  const told: DefinedName[] = []
  let size = 0
  for (const { name, isHidden, tokens } of names) {
    const formula = read(tokens)
    size += name.length + formula.length
    if (size > maxNames) break
    told.push({ name, isHidden, formula })
  }
  return told
}

const states: readonly SheetState[] = ['visible', 'hidden', 'very hidden']

/** The state of a number ([MS-XLS] 2.4.28, hsState). */
export function stateOf(number: number): SheetState {
  return states[number & 3] ?? 'very hidden'
}

/** Each sheet as text, its names first, then its cells in the order in which macros run: down the columns. */
export async function* giveSheets(
  sheets: readonly MacroSheet[],
  names: readonly DefinedName[],
  task: Task,
): AsyncGenerator<Extracted> {
  const bySheet = groupNames(names, new Set(sheets.map(sheet => sheet.name)))
  for (const [index, sheet] of sheets.entries()) {
    await task.breathe()
    const own = [...(index === 0 ? (bySheet.get('') ?? []) : []), ...(bySheet.get(sheet.name) ?? [])]
    const filename = `${baseName(sheet.name) ?? 'sheet'}.xlm.txt`
    const part = sheet.part !== undefined && { part: sheet.part }
    const text = await sheetText(sheet, own, task)
    const meta = { filename, kind: 'xlm', sheet: sheet.name, state: sheet.state, ...part }
    yield* task.give(meta, text)
  }
}

/** Names by the macro sheet that they point to; '' for the others. */
function groupNames(names: readonly DefinedName[], sheets: ReadonlySet<string>): Map<string, DefinedName[]> {
  const groups = new Map<string, DefinedName[]>()
  for (const name of names) {
    const mark = name.formula.indexOf('!')
    const target = mark < 0 ? '' : name.formula.slice(0, mark).replaceAll("'", '')
    const key = sheets.has(target) ? target : ''
    const group = groups.get(key)
    if (group) group.push(name)
    else groups.set(key, [name])
  }
  return groups
}

/** Characters of one sheet; the largest ones known have some hundred thousand. */
const maxSheet = 2 ** 24

/** What is longer than that, or than what is left, ends there and says so. */
async function sheetText(sheet: MacroSheet, names: readonly DefinedName[], task: Task): Promise<Buffer> {
  const head = [`' Excel 4 macro sheet, ${sheet.state}: ${sheet.name}`, ...names.map(nameLine)]
  const cells: [key: number, line: string][] = []
  let left = Math.min(maxSheet, task.room) - head.reduce((sum, line) => sum + line.length + 1, 0)
  for (const cell of sheet.cells) {
    await task.breathe()
    const line = cellLine(cell)
    left -= Buffer.byteLength(line) + 1
    if (left < 0) {
      task.leaveOut(`the rest of sheet ${sheet.name}`)
      break
    }
    cells.push([cell.column * 2 ** 21 + cell.row, line])
  }
  cells.sort(([one], [other]) => one - other)
  return Buffer.from(`${[...head, ...cells.map(([, line]) => line)].join('\n').toWellFormed()}\n`)
}

function nameLine({ name, formula, isHidden }: DefinedName): string {
  return `' name ${isHidden ? '(hidden) ' : ''}${name} = ${formula}`
}

function cellLine({ row, column, formula, value }: MacroCell): string {
  const result = formula !== undefined && value !== undefined ? `-> ${value}` : value
  return `${cellName(row, column)}: ${[formula, result].filter(part => part !== undefined).join('  ')}`
}
