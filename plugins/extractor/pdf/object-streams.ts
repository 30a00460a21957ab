import type { PdfObject } from './objects.ts'
import { parseObject } from './parser.ts'
import { toCount } from './values.ts'

/** Adds objects of an object stream (ISO 32000-2, 7.5.7): numbers and offsets from `first` on are at its start. */
export function innerObjects(
  container: PdfObject,
  content: Uint8Array,
  first: number,
  into: PdfObject[],
): void {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const header = Buffer.concat([Buffer.from('['), bytes.subarray(0, first)])
  const { value } = parseObject({ bytes: header, start: 0, end: header.length }, { left: 0 })
  const pairs = Array.isArray(value) ? value : []
  const numbers = new Map<number, number>()
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [number, offset] = [toCount(pairs[index]), toCount(pairs[index + 1])]
    if (number === null || offset === null || first + offset >= bytes.length) continue
    numbers.set(first + offset, number)
  }
  const starts = [...numbers.keys()].sort((a, b) => a - b)
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? bytes.length
    const { offset, part } = container
    const place = { generation: 0, offset, part, bytes, start, end, container }
    into.push({ number: numbers.get(start) ?? 0, ...place, data: null, previous: null })
  }
}
