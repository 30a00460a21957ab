/** ASCII85 as `decode85` reads it. */
export function encode85(content: Uint8Array): string {
  let text = ''
  for (let at = 0; at < content.length; at += 4) {
    const group = Buffer.concat([content.subarray(at, at + 4)], 4)
    let value = group.readUInt32BE()
    let digits = ''
    for (let index = 0; index < 5; index++) {
      digits = String.fromCharCode(0x21 + (value % 85)) + digits
      value = Math.floor(value / 85)
    }
    const count = Math.min(4, content.length - at)
    text += digits === '!!!!!' && count === 4 ? 'z' : digits.slice(0, count + 1)
  }
  return `${text}~>`
}

/** Runs of equal bytes, and what is between them in pieces of at most 128. */
export function encodeRunLength(content: Uint8Array): Buffer {
  const parts: number[] = []
  for (let at = 0; at < content.length; ) {
    let run = 1
    while (run < 128 && at + run < content.length && content[at + run] === content[at]) run++
    if (run > 1) parts.push(257 - run, content[at] ?? 0)
    else parts.push(0, content[at] ?? 0)
    at += run
  }
  return Buffer.from([...parts, 128])
}

/** LZW with codes of 9 to 12 bits, which become longer one code early unless `early` is 0. */
export function encodeLzw(content: Uint8Array, early = 1): Buffer {
  const writer = new LzwWriter(early)
  let text = ''
  for (const byte of content) {
    const longer = text + String.fromCharCode(byte)
    if (!writer.knows(longer)) {
      writer.write(text, longer)
      text = String.fromCharCode(byte)
    } else text = longer
  }
  if (text !== '') writer.write(text, `${text}end`)
  return writer.end()
}

class LzwWriter {
  readonly #early: number
  readonly #bits: string[] = ['100000000']
  #table = new Map<string, number>()
  #width = 9

  constructor(early: number) {
    this.#early = early
  }

  knows(text: string): boolean {
    return text.length === 1 || this.#table.has(text)
  }

  /** Writes the code of a text; `longer` is a new entry. */
  write(text: string, longer: string): void {
    this.#put(text.length === 1 ? text.charCodeAt(0) : (this.#table.get(text) ?? 0))
    this.#table.set(longer, 258 + this.#table.size)
    // The decoder is one entry behind.
    const next = 258 + this.#table.size - 1 + this.#early
    this.#width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9
    if (this.#table.size < 4095 - 258) return
    this.#put(256)
    this.#table = new Map()
    this.#width = 9
  }

  end(): Buffer {
    this.#put(257)
    const bytes = this.#bits.join('').match(/.{1,8}/g) ?? []
    return Buffer.from(bytes.map(byte => Number.parseInt(byte.padEnd(8, '0'), 2)))
  }

  #put(code: number): void {
    this.#bits.push(code.toString(2).padStart(this.#width, '0'))
  }
}

/** Rows with the filter of the PNG specification that is given before each of them. */
export function predictPng(content: Uint8Array, columns: number, filter: 0 | 1 | 2 | 3 | 4): Buffer {
  const parts: number[] = []
  for (const [at, byte] of content.entries()) {
    const column = at % columns
    if (column === 0) parts.push(filter)
    const back = (distance: number) => content[at - distance] ?? 0
    const left = column > 0 ? back(1) : 0
    const corner = column > 0 ? back(columns + 1) : 0
    parts.push(byte - (guess(filter, left, back(columns), corner) & 0xff))
  }
  return Buffer.from(parts)
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter < 3) return [0, left, up][filter] ?? 0
  if (filter === 3) return Math.floor((left + up) / 2)
  const wanted = left + up - corner
  return [left, up, corner].sort((a, b) => Math.abs(wanted - a) - Math.abs(wanted - b))[0] ?? 0
}
