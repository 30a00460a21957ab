/** Bytes that come in pieces. */
export class ByteSink {
  #bytes: Buffer = Buffer.alloc(0)
  #length = 0

  get content(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  add(piece: Uint8Array): void {
    const size = this.#length + piece.length
    if (size > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(size, this.#bytes.length * 2))
      grown.set(this.content)
      this.#bytes = grown
    }
    this.#bytes.set(piece, this.#length)
    this.#length = size
  }
}

/** The longest that is known: `&#x10FFFF;`. */
const longestReference = 10

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Adds text with its references to characters resolved (XML 1.0, 4.1 and 4.6); others stay as they are. */
export function addText(sink: ByteSink, text: Buffer): void {
  let start = 0
  for (let at = text.indexOf(ampersand); at >= 0; at = text.indexOf(ampersand, at + 1)) {
    const end = endOfReference(text, at + 1)
    const character = text[end] === semicolon ? characterOf(text.toString('latin1', at + 1, end)) : null
    if (character === null) continue
    sink.add(text.subarray(start, at))
    sink.add(Buffer.from(character))
    start = end + 1
  }
  sink.add(text.subarray(start))
}

const ampersand = 0x26
const semicolon = 0x3b

/** Where the letters and digits of a reference end, or it gets too long to be one. */
function endOfReference(text: Uint8Array, start: number): number {
  let end = start
  for (; end < start + longestReference; end++) {
    const character = text[end]
    if (character === undefined || character === semicolon || character === ampersand) break
  }
  return end
}

function characterOf(reference: string): string | null {
  if (!reference.startsWith('#'))
    return Object.hasOwn(entities, reference) ? (entities[reference] ?? null) : null
  const digits = /^#(?:x([\da-f]+)|(\d+))$/i.exec(reference)
  const code = digits?.[1] ? Number.parseInt(digits[1], 16) : Number(digits?.[2] ?? Number.NaN)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null
}

/** The document itself, or, of a document in UTF-16, the same in UTF-8 (XML 1.0, appendix F). */
export function asAscii(document: Uint8Array): { text: Buffer; isConverted: boolean } {
  const [first, second] = document
  const isLittle = (first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)
  if (!isLittle && !isBig) {
    return {
      text: Buffer.from(document.buffer, document.byteOffset, document.byteLength),
      isConverted: false,
    }
  }
  const text = Buffer.from(new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(document))
  return { text, isConverted: true }
}
