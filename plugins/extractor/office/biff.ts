/** A record of a workbook stream: its number, where it begins, its data. */
export interface BiffRecord {
  id: number
  offset: number
  data: Buffer
}

/** Numbers of records, [MS-XLS] 2.3.1 */
export const recordId = {
  formula: 0x0006,
  eof: 0x000a,
  externSheet: 0x0017,
  name: 0x0018,
  externName: 0x0023,
  filePass: 0x002f,
  continued: 0x003c,
  boundSheet: 0x0085,
  mulRk: 0x00bd,
  sst: 0x00fc,
  labelSst: 0x00fd,
  supBook: 0x01ae,
  number: 0x0203,
  label: 0x0204,
  boolErr: 0x0205,
  string: 0x0207,
  array: 0x0221,
  rk: 0x027e,
  sharedFormula: 0x04bc,
  bof: 0x0809,
} as const

/** Records one after another, as long as they are whole. */
export function* biffRecords(stream: Buffer, from = 0, to = stream.length): Generator<BiffRecord, void> {
  let offset = from
  while (offset + 4 <= to) {
    const end = offset + 4 + stream.readUInt16LE(offset + 2)
    if (end > to) return
    yield { id: stream.readUInt16LE(offset), offset, data: stream.subarray(offset + 4, end) }
    offset = end
  }
}

/** Text of `count` characters after a byte of flags (bit 0: two bytes each); shorter where the data ends. */
export function biffText(data: Buffer, at: number, count: number): string {
  const isWide = ((data[at] ?? 0) & 1) === 1
  return data
    .toString(isWide ? 'utf16le' : 'latin1', at + 1, at + 1 + (isWide ? 2 * count : count))
    .toWellFormed()
}

/** A number in 30 bits: an integer or the upper half of a float, perhaps times 100 ([MS-XLS] 2.5.217). */
export function rkNumber(rk: number): number {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE((rk & ~3) >>> 0, 4)
  const number = rk & 2 ? rk >> 2 : bytes.readDoubleLE(0)
  return rk & 1 ? number / 100 : number
}

/** More strings than these are not read: the smallest takes 3 bytes of the file and far more of memory. */
const maxStrings = 2 ** 20

/** Strings of the table that cells share ([MS-XLS] 2.4.265), from its record and those that continue it. */
export function readSharedStrings(records: readonly Buffer[]): string[] {
  const reader = new ContinuedReader(records)
  reader.skip(8)
  const strings: string[] = []
  while (!reader.isAtEnd && strings.length < maxStrings) {
    const count = reader.word()
    const flags = reader.byte()
    const runs = flags & 0x08 ? reader.word() : 0
    const phonetic = flags & 0x04 ? reader.word() | (reader.word() << 16) : 0
    strings.push(reader.text(count, (flags & 1) === 1))
    reader.skip(4 * runs + Math.max(0, phonetic))
  }
  return strings
}

/** Reads over the borders of records; where text goes on in the next one, that begins with flags of its own. */
class ContinuedReader {
  readonly #records: readonly Buffer[]
  #record = 0
  #at = 0

  constructor(records: readonly Buffer[]) {
    this.#records = records
  }

  get isAtEnd(): boolean {
    while (this.#record < this.#records.length && this.#at >= this.#current.length) {
      this.#record++
      this.#at = 0
    }
    return this.#record >= this.#records.length
  }

  get #current(): Buffer {
    return this.#records[this.#record] ?? Buffer.alloc(0)
  }

  byte(): number {
    return this.isAtEnd ? 0 : (this.#current[this.#at++] ?? 0)
  }

  word(): number {
    return this.byte() | (this.byte() << 8)
  }

  skip(count: number): void {
    let left = count
    while (left > 0 && !this.isAtEnd) {
      const step = Math.min(left, this.#current.length - this.#at)
      this.#at += step
      left -= step
    }
  }

  text(count: number, startsWide: boolean): string {
    let text = ''
    let isWide = startsWide
    while (text.length < count) {
      const left = this.#current.length - this.#at
      const taken = Math.min(count - text.length, isWide ? left >> 1 : left)
      const end = this.#at + (isWide ? 2 * taken : taken)
      text += this.#current.toString(isWide ? 'utf16le' : 'latin1', this.#at, end)
      this.#at = end
      if (text.length >= count) break
      this.#at = this.#current.length
      if (this.isAtEnd) break
      isWide = (this.byte() & 1) === 1
    }
    return text.toWellFormed()
  }
}
