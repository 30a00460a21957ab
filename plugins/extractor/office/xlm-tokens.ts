import { functionOf, userDefined } from './xlm-functions.ts'

/** What the tokens of a formula refer to by number. */
export interface Names {
  /** A defined name, the first has number 1. */
  name(index: number): string
  /** Sheets of a reference, as they stand before the exclamation mark. */
  sheets(reference: number): string
  /** A name in another workbook or add-in. */
  externalName(reference: number, index: number): string
}

/** Where a formula stands and how its workbook writes: relative references count from the cell. */
export interface FormulaPlace {
  row: number
  column: number
  /** True: the tokens of .xlsb ([MS-XLSB] 2.2.2), which differ in their widths; false: of .xls ([MS-XLS] 2.5.198). */
  isBinary12: boolean
}

/** Text of a formula from its tokens, without the `=`. What is no token ends it: the rest follows in hex. */
export function formulaText(tokens: Buffer, place: FormulaPlace, names: Names): string {
  const reader = new TokenReader(tokens, place, names)
  return reader.read()
}

/** Row and column of the formula that a cell shares with others ([MS-XLS] 2.5.198.58, PtgExp); null when it has its own. */
export function sharedWith(tokens: Buffer): { row: number; column: number } | null {
  if (tokens[0] !== 0x01 || tokens.length < 5) return null
  return { row: tokens.readUInt16LE(1), column: tokens.readUInt16LE(3) }
}

/** `A1` for row 0 and column 0. */
export function cellName(row: number, column: number): string {
  return columnName(column) + (row + 1)
}

function columnName(column: number): string {
  let name = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  }
  return name
}

/** Text of an error value ([MS-XLS] 2.5.10). */
export function errorName(code: number): string {
  return errors.get(code) ?? `#ERROR${code}`
}

const errors = new Map([
  [0x00, '#NULL!'],
  [0x07, '#DIV/0!'],
  [0x0f, '#VALUE!'],
  [0x17, '#REF!'],
  [0x1d, '#NAME?'],
  [0x24, '#NUM!'],
  [0x2a, '#N/A'],
])

/** Text in quotes, on one line. */
export function quoted(text: string): string {
  const line = text.replace(/\p{Cc}/gu, char => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `"${line.replaceAll('"', '""')}"`
}

/** Tokens 03 to 11: an operator between the two operands before it. */
const binary = ['+', '-', '*', '/', '^', '&', '<', '<=', '=', '>=', '>', '<>', ' ', ',', ':']

/** Size of a token in .xls and .xlsb, and what it does. */
type Operand = readonly [size: number, size12: number, text: (data: Buffer, reader: TokenReader) => string]

/** Operands of fixed size, by the token without its class (value, reference, array). */
const operands = new Map<number, Operand>([
  [0x01, [4, 4, () => '{shared}']],
  [0x02, [4, 4, () => '{table}']],
  [0x1c, [1, 1, data => errorName(data[0] ?? 0)]],
  [0x1d, [1, 1, data => (data[0] ? 'TRUE' : 'FALSE')]],
  [0x1e, [2, 2, data => String(data.readUInt16LE(0))]],
  [0x1f, [8, 8, data => String(data.readDoubleLE(0))]],
  [0x20, [7, 14, () => '{array}']],
  [0x23, [4, 4, (data, { names }) => names.name(data.readUInt32LE(0))]],
  [0x24, [4, 6, (data, reader) => reader.reference(data)]],
  [0x25, [8, 12, (data, reader) => reader.area(data)]],
  [0x2a, [4, 6, () => '#REF!']],
  [0x2b, [8, 12, () => '#REF!']],
  [0x2c, [4, 6, (data, reader) => reader.reference(data, true)]],
  [0x2d, [8, 12, (data, reader) => reader.area(data, true)]],
  [0x39, [6, 6, (data, { names }) => names.externalName(data.readUInt16LE(0), data.readUInt32LE(2))]],
  [0x3a, [6, 8, (data, reader) => reader.sheets(data) + reader.reference(data.subarray(2))]],
  [0x3b, [10, 14, (data, reader) => reader.sheets(data) + reader.area(data.subarray(2))]],
  [0x3c, [6, 8, (data, reader) => `${reader.sheets(data)}#REF!`]],
  [0x3d, [10, 14, (data, reader) => `${reader.sheets(data)}#REF!`]],
])

/** Tokens that only tell how a program holds the formula in memory, with their sizes. */
const silent = new Map<number, number>([
  [0x26, 6],
  [0x27, 6],
  [0x28, 6],
  [0x29, 2],
])

/** Characters of one formula: a token of 5 bytes may stand for a name of 32,767. */
const maxText = 2 ** 20

class TokenReader {
  readonly names: Names
  readonly #tokens: Buffer
  readonly #place: FormulaPlace
  readonly #stack: string[] = []
  #at = 0
  #size = 0

  constructor(tokens: Buffer, place: FormulaPlace, names: Names) {
    this.#tokens = tokens
    this.#place = place
    this.names = names
  }

  read(): string {
    while (this.#at < this.#tokens.length) {
      const start = this.#at
      if (this.#readToken(this.#tokens[this.#at++] ?? 0)) continue
      const rest = this.#tokens.toString('hex', start, Math.min(this.#tokens.length, start + 64))
      this.#stack.push(`{not decoded: ${rest}}`)
      break
    }
    return this.#stack.join(' ')
  }

  /** False where a token is unknown or cut short. */
  #readToken(token: number): boolean {
    // Bits 5 and 6 are the class of an operand; without one a token is below 20.
    const kind = token < 0x20 ? token : 0x20 | (token & 0x1f)
    const operator = kind >= 0x03 && kind <= 0x11 ? binary[kind - 0x03] : undefined
    if (operator !== undefined) return this.#pushBinary(operator)
    const operand = operands.get(kind)
    if (operand) return this.#pushOperand(operand)
    const size = silent.get(kind)
    if (size !== undefined) return this.#take(size) !== null
    switch (kind) {
      case 0x12:
        return this.#push(`+${this.#pop()}`)
      case 0x13:
        return this.#push(`-${this.#pop()}`)
      case 0x14:
        return this.#push(`${this.#pop()}%`)
      case 0x15:
        return this.#push(`(${this.#pop()})`)
      case 0x16:
        return this.#push('')
      case 0x17:
        return this.#readString()
      case 0x18:
        return this.#readExtended()
      case 0x19:
        return this.#readAttribute()
      case 0x21:
        return this.#readFunction()
      case 0x22:
        return this.#readVariableFunction()
      default:
        return false
    }
  }

  #take(size: number): Buffer | null {
    if (this.#at + size > this.#tokens.length) return null
    this.#at += size
    return this.#tokens.subarray(this.#at - size, this.#at)
  }

  #push(text: string): true {
    this.#stack.push(text)
    return true
  }

  #pop(): string {
    return this.#stack.pop() ?? '?'
  }

  #pushBinary(operator: string): true {
    const right = this.#pop()
    return this.#push(this.#pop() + operator + right)
  }

  #pushOperand([size, size12, text]: Operand): boolean {
    const data = this.#take(this.#place.isBinary12 ? size12 : size)
    if (data === null || this.#size > maxText) return false
    const operand = text(data, this)
    this.#size += operand.length
    return this.#push(operand)
  }

  #readString(): boolean {
    const { isBinary12 } = this.#place
    const head = this.#take(2)
    if (!head) return false
    const count = isBinary12 ? head.readUInt16LE(0) : (head[0] ?? 0)
    const isWide = isBinary12 || ((head[1] ?? 0) & 1) === 1
    const data = this.#take(isWide ? 2 * count : count)
    return data !== null && this.#push(quoted(data.toString(isWide ? 'utf16le' : 'latin1')))
  }

  /** Lists and natural language formulas ([MS-XLS] 2.5.198.26): only their sizes are known here. */
  #readExtended(): boolean {
    const kind = this.#take(1)?.[0]
    if (kind === undefined) return false
    return this.#take(kind === 0x19 ? 12 : 4) !== null && this.#push('{list}')
  }

  /** Hints, except SUM with one argument ([MS-XLS] 2.5.198.3 and before). */
  #readAttribute(): boolean {
    const data = this.#take(3)
    if (!data) return false
    const kind = data[0] ?? 0
    if (kind & 0x04) return this.#take(2 * (data.readUInt16LE(1) + 1)) !== null
    if (kind & 0x10) return this.#push(`SUM(${this.#pop()})`)
    return true
  }

  #readFunction(): boolean {
    const data = this.#take(2)
    if (!data) return false
    const { name, arity } = functionOf(data.readUInt16LE(0), false)
    return this.#pushCall(name, arity)
  }

  #readVariableFunction(): boolean {
    const data = this.#take(3)
    if (!data) return false
    const count = (data[0] ?? 0) & 0x7f
    const number = data.readUInt16LE(1)
    const isCommand = (number & 0x8000) !== 0
    const { name } = functionOf(number & 0x7fff, isCommand)
    if (isCommand || (number & 0x7fff) !== userDefined) return this.#pushCall(name, count)
    const given = this.#popMany(count)
    return this.#push(`${given[0] ?? name}(${given.slice(1).join(',')})`)
  }

  #pushCall(name: string, count: number): true {
    return this.#push(`${name}(${this.#popMany(count).join(',')})`)
  }

  #popMany(count: number): string[] {
    return this.#stack.splice(Math.max(0, this.#stack.length - count), count)
  }

  sheets(data: Buffer): string {
    return `${this.names.sheets(data.readUInt16LE(0))}!`
  }

  reference(data: Buffer, isOffset = false): string {
    const columnAt = this.#place.isBinary12 ? 4 : 2
    const row = this.#place.isBinary12 ? data.readUInt32LE(0) : data.readUInt16LE(0)
    return this.#cell(row, data.readUInt16LE(columnAt), isOffset)
  }

  area(data: Buffer, isOffset = false): string {
    const { isBinary12 } = this.#place
    const [first, last] = isBinary12
      ? [data.readUInt32LE(0), data.readUInt32LE(4)]
      : [data.readUInt16LE(0), data.readUInt16LE(2)]
    const columnAt = isBinary12 ? 8 : 4
    const from = this.#cell(first, data.readUInt16LE(columnAt), isOffset)
    return `${from}:${this.#cell(last, data.readUInt16LE(columnAt + 2), isOffset)}`
  }

  /** Bits 14 and 15 of a column: column and row are relative; in a shared formula they then count from the cell. */
  #cell(givenRow: number, givenColumn: number, isOffset: boolean): string {
    const { isBinary12 } = this.#place
    const rows = isBinary12 ? 0x100000 : 0x10000
    const columns = isBinary12 ? 0x4000 : 0x100
    const isRowRelative = (givenColumn & 0x8000) !== 0
    const isColumnRelative = (givenColumn & 0x4000) !== 0
    const column = givenColumn & 0x3fff
    const rowBase = isOffset && isRowRelative ? this.#place.row : 0
    const columnBase = isOffset && isColumnRelative ? this.#place.column : 0
    const name = columnName((column + columnBase) % columns)
    return `${isColumnRelative ? '' : '$'}${name}${isRowRelative ? '' : '$'}${((givenRow + rowBase) % rows) + 1}`
  }
}
