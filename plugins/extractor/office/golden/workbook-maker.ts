import { recordId } from '../biff.ts'

/** One record of a workbook stream. */
export function record(id: number, data: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([u16(id), u16(data.length), data])
}

export function u8(...values: number[]): Buffer {
  return Buffer.from(values)
}

export function u16(...values: number[]): Buffer {
  return Buffer.concat(values.map(value => Buffer.from([value & 0xff, (value >> 8) & 0xff])))
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

export function f64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

/** Tokens of formulas, [MS-XLS] 2.5.198 */
export const token = {
  text: (value: string) => Buffer.concat([u8(0x17, value.length, 0), Buffer.from(value, 'latin1')]),
  wideText: (value: string) => Buffer.concat([u8(0x17, value.length, 1), Buffer.from(value, 'utf16le')]),
  integer: (value: number) => Buffer.concat([u8(0x1e), u16(value)]),
  concat: u8(0x08),
  /** A function of the table with a fixed number of arguments. */
  fixed: (index: number) => Buffer.concat([u8(0x41), u16(index)]),
  call: (index: number, count: number) => Buffer.concat([u8(0x42, count), u16(index)]),
  command: (index: number, count: number) => Buffer.concat([u8(0x42, count), u16(index | 0x8000)]),
  reference: (row: number, column: number) => Buffer.concat([u8(0x44), u16(row, column | 0xc000)]),
  area: (row: number, column: number, lastRow: number, lastColumn: number) =>
    Buffer.concat([u8(0x25), u16(row, lastRow, column | 0xc000, lastColumn | 0xc000)]),
  reference3d: (sheets: number, row: number, column: number) =>
    Buffer.concat([u8(0x3a), u16(sheets, row, column)]),
  name: (index: number) => Buffer.concat([u8(0x23), u32(index)]),
  externalName: (sheets: number, index: number) => Buffer.concat([u8(0x39), u16(sheets), u32(index)]),
}

/** Numbers of functions in use here. */
export const fn = {
  exec: 110,
  call: 150,
  register: 149,
  halt: 54,
  goto: 53,
  char: 111,
  if: 1,
  getWorkspace: 186,
}
export const command = { formula: 0x60, alert: 0x76 }

export function formula(
  row: number,
  column: number,
  tokens: readonly Buffer[],
  result: Buffer = f64(0),
): Buffer {
  const body = Buffer.concat(tokens)
  return record(
    recordId.formula,
    Buffer.concat([u16(row, column, 15), result, u16(0), u32(0), u16(body.length), body]),
  )
}

export function shortText(text: string): Buffer {
  return Buffer.concat([u8(text.length, 0), Buffer.from(text, 'latin1')])
}

/** A name; of one with `builtIn` the number stands for it. */
export function definedName(name: string | number, tokens: readonly Buffer[], isHidden = false): Buffer {
  const body = Buffer.concat(tokens)
  const text = typeof name === 'number' ? u8(name) : Buffer.from(name, 'latin1')
  const flags = (isHidden ? 1 : 0) | (typeof name === 'number' ? 0x20 : 0) | 0x0c
  const head = [u16(flags), u8(0, text.length), u16(body.length, 0, 0), u32(0), u8(0), text, body]
  return record(recordId.name, Buffer.concat(head))
}

/** A sheet: its records without the first and last one. */
export interface MadeSheet {
  name: string
  /** 0: visible, 1: hidden, 2: very hidden. */
  state?: number
  isMacro?: boolean
  records: readonly Buffer[]
}

/** A workbook stream of Excel 97. `globals` come before the list of sheets. */
export function makeWorkbook(
  sheets: readonly MadeSheet[],
  globals: readonly Buffer[] = [],
  beforeSheets: readonly Buffer[] = [],
): Buffer {
  const bof = (type: number) =>
    record(recordId.bof, Buffer.concat([u16(0x0600, type, 0x0dbb, 0x07cc), u32(0), u32(6)]))
  const eof = record(recordId.eof)
  const bodies = sheets.map(({ isMacro, records }) =>
    Buffer.concat([bof(isMacro ? 0x40 : 0x10), ...records, eof]),
  )
  const list = (offsets: readonly number[]) =>
    sheets.map(({ name, state = 0, isMacro = false }, index) =>
      record(
        recordId.boundSheet,
        Buffer.concat([u32(offsets[index] ?? 0), u8(state, isMacro ? 1 : 0), shortText(name)]),
      ),
    )
  const start = (offsets: readonly number[]) =>
    Buffer.concat([bof(0x05), ...beforeSheets, ...list(offsets), ...globals, eof])
  let at = start([]).length
  const offsets = bodies.map(body => {
    at += body.length
    return at - body.length
  })
  return Buffer.concat([start(offsets), ...bodies])
}

/** The reference table: one reference to each sheet, by its number. */
export function ownReferences(count: number): Buffer[] {
  const references = Array.from({ length: count }, (_, index) => u16(0, index, index))
  return [
    record(recordId.supBook, u16(count, 0x0401)),
    record(recordId.externSheet, Buffer.concat([u16(count), ...references])),
  ]
}
