/** A set of texts: which of them is in a payload does not matter. */
export type TextSet = readonly Uint8Array[]

/** The shortest texts for a search of every fourth byte, of every second, and for one of their own. */
export const minTextLength = { fast: 5, slow: 4, exact: 3 } as const

/** A text that may be where a word of four bytes is found: `before` bytes of it come first. */
interface Candidate {
  text: Uint8Array
  set: number
  before: number
}

/**
 * Looks for many texts in one pass over every fourth byte: a text of five bytes or more has an aligned word of four, or three
 * bytes of one, wherever it stands. Where a text has only four, every second byte is looked at; one of three is searched for
 * by itself.
 *
 * Letters count in either case, and hostile bytes are taken for any text: it may say that one is there that is not.
 */
export class TextSearch {
  readonly #sets: number
  readonly #stride: 2 | 4
  /** By two hashes of a word; most places are none. */
  readonly #first = new Uint8Array(1 << 16)
  readonly #second = new Uint8Array(1 << 16)
  readonly #candidates = new Map<number, Candidate[]>()
  readonly #exact: { text: Uint8Array; set: number }[] = []

  /** The texts have three bytes or more. */
  constructor(sets: readonly TextSet[]) {
    this.#sets = sets.length
    const isSlow = sets.some(texts => texts.some(text => text.length === minTextLength.slow))
    this.#stride = isSlow ? 2 : 4
    for (const [set, texts] of sets.entries()) for (const text of texts) this.#add(text, set)
  }

  /** For each set: true where one of its texts may be in the payload; false where none is. */
  find(payload: Buffer): boolean[] {
    const found: boolean[] = Array(this.#sets).fill(false)
    for (const { text, set } of this.#exact) found[set] ||= payload.includes(text)
    // Bytes made of beginnings of texts would take long: then whoever asks has to look.
    let tries = 4096 + (payload.length >>> 3)
    for (let start = 0; start < payload.length; start += chunkSize) {
      const marked = this.#mark(payload.subarray(start, start + chunkSize + 4))
      for (let index = 0; index < marked; index++) {
        const place = places[index] ?? 0
        const word = wordAt(place)
        if (this.#second[hashOther(word)] === 0) continue
        if (--tries < 0) return found.fill(true)
        this.#try(payload, start + place, word, found)
      }
    }
    return found
  }

  /** Notes in `places` where in a chunk a text may be; gives their number. The chunk comes with the word behind it. */
  #mark(chunk: Uint8Array): number {
    scratch.set(chunk)
    scratch.fill(0, chunk.length, chunk.length + 16)
    const count = Math.min(chunk.length + 3, chunkSize) >>> 2
    return this.#stride === 4 ? markWords(this.#first, count) : markHalves(this.#first, count)
  }

  #try(payload: Uint8Array, place: number, word: number, found: boolean[]): void {
    for (const { text, set, before } of this.#candidates.get(word) ?? []) {
      if (!found[set] && isTextAt(payload, place - before, text)) found[set] = true
    }
  }

  #add(text: Uint8Array, set: number): void {
    if (text.length < minTextLength.slow) {
      this.#exact.push({ text, set })
      return
    }
    const folded = text.map(byte => byte | caseBit)
    for (let before = 0; before < this.#stride; before++) {
      const isKnown = text.length - before >= 3
      this.#addWord(folded, set, isKnown ? before : before - this.#stride)
    }
  }

  /** A word of the text, of which one byte at most is outside of it and may be any. */
  #addWord(text: Uint8Array, set: number, before: number): void {
    let known = 0
    let free = -1
    for (let index = 0; index < 4; index++) {
      const byte = text[before + index]
      if (byte === undefined) free = shiftOf(index)
      else known |= byte << shiftOf(index)
    }
    const candidate = { text, set, before }
    if (free < 0) this.#addCandidate(known, candidate)
    else
      for (let other = 0; other < 256; other++)
        if (other & caseBit) this.#addCandidate(known | (other << free), candidate)
  }

  #addCandidate(word: number, candidate: Candidate): void {
    const list = this.#candidates.get(word)
    if (list) list.push(candidate)
    else this.#candidates.set(word, [candidate])
    this.#first[hash(word)] = 1
    this.#second[hashOther(word)] = 1
  }
}

/** What makes capital letters of ASCII small; other bytes become others, the same for texts and payload. */
const caseBit = 0x20
const caseBits = 0x20202020
const chunkSize = 32 * 1024
/** Eight words more: the one behind the chunk, and zeros. */
const scratch = Buffer.from(new ArrayBuffer(chunkSize + 32))
const words = new Uint32Array(scratch.buffer)
const places = new Uint32Array(chunkSize / 2 + 1)
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** Of a byte of a word. */
function shiftOf(index: number): number {
  return 8 * (isLittleEndian ? index : 3 - index)
}

function hash(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> 16
}

function hashOther(word: number): number {
  return Math.imul(word ^ (word >>> 15), 0x85ebca6b) >>> 16
}

/** The word at an even place of the chunk, in small letters. */
function wordAt(place: number): number {
  const word = words[place >>> 2] ?? 0
  return ((place & 2) === 0 ? word : joinHalves(word, words[(place >>> 2) + 1] ?? 0)) | caseBits
}

function joinHalves(word: number, next: number): number {
  return isLittleEndian ? (word >>> 16) | (next << 16) : (word << 16) | (next >>> 16)
}

/** Without branches, four words at a time: places are written down, and kept when they are marked. */
function markWords(first: Uint8Array, count: number): number {
  let marked = 0
  for (let index = 0; index < count; index += 4) {
    const a = first[hash((words[index] ?? 0) | caseBits)] ?? 0
    const b = first[hash((words[index + 1] ?? 0) | caseBits)] ?? 0
    const c = first[hash((words[index + 2] ?? 0) | caseBits)] ?? 0
    const d = first[hash((words[index + 3] ?? 0) | caseBits)] ?? 0
    places[marked] = index << 2
    marked += a
    places[marked] = (index << 2) + 4
    marked += b
    places[marked] = (index << 2) + 8
    marked += c
    places[marked] = (index << 2) + 12
    marked += d
  }
  return marked
}

function markHalves(first: Uint8Array, count: number): number {
  let marked = 0
  for (let index = 0; index < count; index += 2) {
    const word = words[index] ?? 0
    const next = words[index + 1] ?? 0
    const a = first[hash(word | caseBits)] ?? 0
    const b = first[hash(joinHalves(word, next) | caseBits)] ?? 0
    const c = first[hash(next | caseBits)] ?? 0
    const d = first[hash(joinHalves(next, words[index + 2] ?? 0) | caseBits)] ?? 0
    places[marked] = index << 2
    marked += a
    places[marked] = (index << 2) + 2
    marked += b
    places[marked] = (index << 2) + 4
    marked += c
    places[marked] = (index << 2) + 6
    marked += d
  }
  return marked
}

function isTextAt(payload: Uint8Array, start: number, text: Uint8Array): boolean {
  if (start < 0 || start + text.length > payload.length) return false
  for (let index = 0; index < text.length; index++) {
    if (((payload[start + index] ?? 0) | caseBit) !== text[index]) return false
  }
  return true
}
