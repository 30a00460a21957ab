import type { Filtered } from './sink.ts'
import { type Dict, get, toCount } from './values.ts'

/** Layout of the samples that were predicted (ISO 32000-2, table 8). */
interface Layout {
  predictor: number
  colors: number
  bits: number
  /** Bytes of one row. */
  row: number
}

const maxColors = 32

function layoutOf(parms: Dict): Layout {
  const predictor = toCount(get(parms, 'Predictor')) ?? 1
  const colors = Math.min(maxColors, Math.max(1, toCount(get(parms, 'Colors')) ?? 1))
  const told = toCount(get(parms, 'BitsPerComponent')) ?? 8
  const bits = [1, 2, 4, 8, 16].includes(told) ? told : 8
  const columns = Math.max(1, toCount(get(parms, 'Columns')) ?? 1)
  return { predictor, colors, bits, row: Math.ceil((colors * bits * columns) / 8) }
}

/** Undoes the predictor of FlateDecode and LZWDecode. The output is never longer than the input. */
export function undoPredictor(input: Uint8Array, parms: Dict | null): Filtered {
  const whole: Filtered = { content: input, end: 'whole' }
  if (!parms) return whole
  const layout = layoutOf(parms)
  if (layout.predictor >= 10) return { content: undoPng(input, layout), end: 'whole' }
  if (layout.predictor !== 2) return whole
  if (layout.bits < 8) return { content: input, end: 'damaged' }
  return { content: undoTiff(input, layout), end: 'whole' }
}

/** Each row has the number of its filter before it (PNG specification, clause 9). */
function undoPng(input: Uint8Array, { row, colors, bits }: Layout): Uint8Array {
  const rows = Math.ceil(input.length / (row + 1))
  const output = new Uint8Array(Math.max(0, input.length - rows))
  const pixel = Math.max(1, (colors * bits) >> 3)
  let at = 0
  for (let from = 0; from < input.length; from += row + 1) {
    const line = input.subarray(from + 1, from + 1 + row)
    undoRow(input[from] ?? 0, line, { output, at, row, pixel })
    at += line.length
  }
  return output
}

/** Where a row goes. */
interface RowPlace {
  output: Uint8Array
  at: number
  row: number
  /** Bytes of one pixel. */
  pixel: number
}

function undoRow(filter: number, line: Uint8Array, { output, at, row, pixel }: RowPlace): void {
  output.set(line, at)
  if (filter === 0 || filter > 4) return
  for (let index = 0; index < line.length; index++) {
    const here = at + index
    const left = index >= pixel ? (output[here - pixel] ?? 0) : 0
    const up = here >= row ? (output[here - row] ?? 0) : 0
    const corner = index >= pixel && here >= row ? (output[here - row - pixel] ?? 0) : 0
    output[here] = (line[index] ?? 0) + predicted(filter, left, up, corner)
  }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const [toLeft, toUp, toCorner] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs)
  if ((toLeft ?? 0) <= (toUp ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left
  return (toUp ?? 0) <= (toCorner ?? 0) ? up : corner
}

/** Each sample is the difference to the one before it in its row (TIFF 6.0, section 14). */
function undoTiff(input: Uint8Array, { row, colors, bits }: Layout): Uint8Array {
  const output = new Uint8Array(input)
  const pixel = (colors * bits) >> 3
  for (let start = 0; start < output.length; start += row) {
    const end = Math.min(start + row, output.length)
    if (bits === 8) {
      for (let at = start + pixel; at < end; at++) output[at] = (output[at] ?? 0) + (output[at - pixel] ?? 0)
    } else {
      for (let at = start + pixel; at + 1 < end; at += 2) add16(output, at, at - pixel)
    }
  }
  return output
}

function add16(bytes: Uint8Array, at: number, other: number): void {
  const word = (index: number) => ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)
  const sum = word(at) + word(other)
  bytes[at] = sum >> 8
  bytes[at + 1] = sum
}
