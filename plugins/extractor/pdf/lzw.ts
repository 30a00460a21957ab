import { type Filtered, Sink, type Wanted } from './sink.ts'

const clear = 256
const endOfData = 257
const tableSize = 4096

/** LZWDecode (ISO 32000-2, 7.4.4). `isEarly`: codes become longer one code early, as they do unless EarlyChange is 0. */
export function decodeLzw(input: Uint8Array, isEarly: boolean, wanted: Wanted): Filtered {
  const sink = new Sink(wanted)
  const table = new Table(sink)
  const reader = new BitReader(input)
  let width = 9
  let previous = -1
  for (;;) {
    const code = reader.read(width)
    if (code < 0) return { content: sink.content, end: 'cut short' }
    if (code === endOfData) return { content: sink.content, end: 'whole' }
    if (code === clear) {
      table.clear()
      ;[width, previous] = [9, -1]
      continue
    }
    const fate = table.write(code, previous)
    if (fate !== 'written') return { content: sink.content, end: fate }
    previous = code
    width = widthFor(table.next + (isEarly ? 1 : 0))
  }
}

function widthFor(next: number): number {
  return next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9
}

/** Codes are put together from the high bit of each byte down. */
class BitReader {
  readonly #input: Uint8Array
  #at = 0
  #held = 0
  #bits = 0

  constructor(input: Uint8Array) {
    this.#input = input
  }

  /** -1 when fewer bits are left. */
  read(width: number): number {
    while (this.#bits < width) {
      const byte = this.#input[this.#at++]
      if (byte === undefined) return -1
      this.#held = ((this.#held << 8) | byte) & 0xffffff
      this.#bits += 8
    }
    this.#bits -= width
    return (this.#held >>> this.#bits) & ((1 << width) - 1)
  }
}

/** The strings that codes stand for: each is a piece of what was written, so that only its place and length are kept. */
class Table {
  next = endOfData + 1
  readonly #starts = new Uint32Array(tableSize)
  readonly #lengths = new Uint32Array(tableSize)
  readonly #sink: Sink
  /** Where the string of the code before was written. */
  #last = 0

  constructor(sink: Sink) {
    this.#sink = sink
  }

  clear(): void {
    this.next = endOfData + 1
  }

  /** Writes the string of a code; the string before it and its first byte are a new entry. */
  write(code: number, previous: number): 'written' | 'damaged' | 'cut' {
    const isNew = code === this.next && previous >= 0
    if (code >= this.next && !isNew) return 'damaged'
    const entryLength = previous < 0 ? 0 : this.#length(previous) + 1
    const length = isNew ? entryLength : this.#length(code)
    const place = this.#sink.reserve(length)
    if (!place) return 'cut'
    const { bytes, at } = place
    if (code < clear) bytes[at] = code
    // The last byte of a new entry is its first one, which is copied by then.
    else copyWithin(bytes, at, isNew ? this.#last : (this.#starts[code] ?? 0), length)
    if (entryLength > 0 && this.next < tableSize) this.#add(this.#last, entryLength)
    this.#last = at
    return 'written'
  }

  #length(code: number): number {
    return code < clear ? 1 : (this.#lengths[code] ?? 0)
  }

  #add(start: number, length: number): void {
    this.#starts[this.next] = start
    this.#lengths[this.next] = length
    this.next++
  }
}

/** Byte by byte: the end may be what was copied just now. */
function copyWithin(bytes: Uint8Array, to: number, from: number, length: number): void {
  for (let index = 0; index < length; index++) bytes[to + index] = bytes[from + index] ?? 0
}
