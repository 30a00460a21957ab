/** How a stream ended: by its end mark, because the input did, or with something that no packer writes. */
export type LzmaEnd = 'end mark' | 'cut short' | 'damaged'

/** Positions of the kinds of probabilities in one array (LZMA specification, "The main loop of decoder"). */
const stateCount = 12
const positionStates = 16
const isMatch = 0
const isRep = isMatch + stateCount * positionStates
const isRepG0 = isRep + stateCount
const isRepG1 = isRepG0 + stateCount
const isRepG2 = isRepG1 + stateCount
const isRep0Long = isRepG2 + stateCount
const distanceSlots = isRep0Long + stateCount * positionStates
const distances = distanceSlots + 4 * 64
const align = distances + 115
const matchLengths = align + 16
const lengthSize = 2 + 2 * positionStates * 8 + 256
const repLengths = matchLengths + lengthSize
const literals = repLengths + lengthSize

const halfProbability = 1024
const shortest = 2

/** Bytes of probabilities that a stream with these properties takes; null when there are no such properties. */
export function lzmaMemory(properties: number): number | null {
  return properties >= 9 * 5 * 5
    ? null
    : 2 * (literals + (0x300 << ((properties % 9) + (Math.floor(properties / 9) % 5))))
}

/**
 * Decoder of a raw LZMA stream (LZMA specification of the LZMA SDK, in the public domain). Its output is its dictionary:
 * the size of a dictionary that a stream asks for is never allocated, and output grows as it is made, up to `room` bytes.
 */
export class LzmaDecoder {
  /** Null while there may be more. */
  end: LzmaEnd | null = null
  readonly #coder: RangeDecoder
  readonly #room: number
  readonly #probabilities: Uint16Array
  readonly #literalBits: number
  readonly #literalMask: number
  readonly #positionMask: number
  #output = new Uint8Array(0)
  #length = 0
  #state = 0
  readonly #reps = new Uint32Array(4)

  /** `properties`: the first byte of the stream's header; valid where `lzmaMemory` is not null. */
  constructor(properties: number, input: Uint8Array, room: number) {
    this.#literalBits = properties % 9
    this.#literalMask = (1 << (Math.floor(properties / 9) % 5)) - 1
    this.#positionMask = (1 << Math.floor(properties / 45)) - 1
    this.#probabilities = new Uint16Array((lzmaMemory(properties) ?? 0) / 2).fill(halfProbability)
    this.#coder = new RangeDecoder(input, this.#probabilities)
    this.#room = room
    if (this.#coder.isDamaged) this.end = 'damaged'
  }

  /** What has been decoded. */
  get output(): Uint8Array {
    return this.#output.subarray(0, this.#length)
  }

  /** Decodes until there are `until` bytes in all, or as many as there is room for; the last match may go a little beyond. */
  run(until: number): void {
    const stop = Math.min(until, this.#room)
    while (this.end === null && this.#length < stop) {
      const before = this.#length
      this.#reserve(before + 1)
      if (this.#bit(isMatch + this.#state * positionStates + (before & this.#positionMask)) === 0)
        this.#literal()
      else this.#match()
      // A symbol that was read behind the end of the input is none.
      if (this.#coder.isPast) {
        this.#length = before
        this.end = 'cut short'
      }
    }
  }

  #bit(index: number): number {
    return this.#coder.bit(index)
  }

  #literal(): void {
    const previous = this.#output[this.#length - 1] ?? 0
    const low = (this.#length & this.#literalMask) << this.#literalBits
    const base = literals + 0x300 * (low + (previous >> (8 - this.#literalBits)))
    let symbol = 1
    if (this.#state >= 7) {
      let matched = this.#output[this.#length - this.#rep(0) - 1] ?? 0
      do {
        const expected = (matched >> 7) & 1
        matched <<= 1
        const bit = this.#bit(base + ((1 + expected) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (expected !== bit) break
      } while (symbol < 0x100)
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol)
    this.#output[this.#length++] = symbol
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6
  }

  #match(): void {
    const positionState = this.#length & this.#positionMask
    if (this.#bit(isRep + this.#state) === 0) this.#simpleMatch(positionState)
    else if (this.#bit(isRepG0 + this.#state) === 1) {
      this.#takeRep(this.#whichRep())
      this.#repMatch(positionState)
    } else if (this.#bit(isRep0Long + this.#state * positionStates + positionState) === 1) {
      this.#repMatch(positionState)
    } else {
      this.#state = this.#state < 7 ? 9 : 11
      this.#copy(1)
    }
  }

  #repMatch(positionState: number): void {
    const length = this.#matchLength(repLengths, positionState)
    this.#state = this.#state < 7 ? 8 : 11
    this.#copy(length)
  }

  #whichRep(): number {
    if (this.#bit(isRepG1 + this.#state) === 0) return 1
    return this.#bit(isRepG2 + this.#state) === 0 ? 2 : 3
  }

  #rep(index: number): number {
    return this.#reps[index] ?? 0
  }

  /** A used distance comes to the front. */
  #takeRep(index: number): void {
    const distance = this.#rep(index)
    this.#reps.copyWithin(1, 0, index)
    this.#reps[0] = distance
  }

  #simpleMatch(positionState: number): void {
    const length = this.#matchLength(matchLengths, positionState)
    this.#state = this.#state < 7 ? 7 : 10
    const distance = this.#distance(length)
    this.#reps.copyWithin(1, 0, 3)
    this.#reps[0] = distance
    if (distance === 0xffffffff) this.end = 'end mark'
    else this.#copy(length)
  }

  #matchLength(base: number, positionState: number): number {
    if (this.#bit(base) === 0) return shortest + this.#tree(base + 2 + positionState * 8, 3)
    if (this.#bit(base + 1) === 0)
      return shortest + 8 + this.#tree(base + 2 + (positionStates + positionState) * 8, 3)
    return shortest + 16 + this.#tree(base + 2 + 2 * positionStates * 8, 8)
  }

  #distance(length: number): number {
    const lengthState = Math.min(length - shortest, 3)
    const slot = this.#tree(distanceSlots + lengthState * 64, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const high = (2 | (slot & 1)) * 2 ** bits
    if (slot < 14) return high + this.#reverseTree(distances + high - slot, bits)
    return high + this.#coder.direct(bits - 4) * 16 + this.#reverseTree(align, 4)
  }

  #tree(base: number, bits: number): number {
    let symbol = 1
    for (let index = 0; index < bits; index++) symbol = (symbol << 1) | this.#bit(base + symbol)
    return symbol - (1 << bits)
  }

  #reverseTree(base: number, bits: number): number {
    let [node, symbol] = [1, 0]
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(base + node)
      node = (node << 1) | bit
      symbol |= bit << index
    }
    return symbol
  }

  #copy(length: number): void {
    const distance = this.#rep(0) + 1
    if (distance > this.#length) {
      this.end = 'damaged'
      return
    }
    const end = Math.min(this.#length + length, this.#room)
    this.#reserve(end)
    for (const output = this.#output; this.#length < end; this.#length++) {
      output[this.#length] = output[this.#length - distance] ?? 0
    }
  }

  #reserve(size: number): void {
    if (size <= this.#output.length) return
    const grown = new Uint8Array(Math.min(this.#room, Math.max(4096, size, this.#output.length * 2)))
    grown.set(this.#output)
    this.#output = grown
  }
}

/** The binary arithmetic decoder under it (LZMA specification, "Range Decoder"). */
class RangeDecoder {
  /** True: more bits were asked for than there are. */
  isPast = false
  readonly isDamaged: boolean
  readonly #input: Uint8Array
  readonly #probabilities: Uint16Array
  #at = 1
  #range = 0xffffffff
  #code = 0

  constructor(input: Uint8Array, probabilities: Uint16Array) {
    this.#input = input
    this.#probabilities = probabilities
    for (let index = 0; index < 4; index++) this.#code = this.#code * 256 + this.#next()
    this.isDamaged = input[0] !== 0 || this.#code === this.#range || this.isPast
  }

  #next(): number {
    const byte = this.#input[this.#at++]
    if (byte === undefined) this.isPast = true
    return byte ?? 0
  }

  bit(index: number): number {
    const probability = this.#probabilities[index] ?? halfProbability
    const bound = (this.#range >>> 11) * probability
    let bit = 0
    if (this.#code < bound) {
      this.#probabilities[index] = probability + ((2048 - probability) >> 5)
      this.#range = bound
    } else {
      this.#probabilities[index] = probability - (probability >> 5)
      this.#code -= bound
      this.#range -= bound
      bit = 1
    }
    if (this.#range < 0x1000000) this.#shift()
    return bit
  }

  /** Bits without a probability. */
  direct(bits: number): number {
    let value = 0
    for (let index = 0; index < bits; index++) {
      this.#range >>>= 1
      const isOne = this.#code >= this.#range
      if (isOne) this.#code -= this.#range
      if (this.#range < 0x1000000) this.#shift()
      value = value * 2 + (isOne ? 1 : 0)
    }
    return value
  }

  #shift(): void {
    this.#range *= 256
    this.#code = this.#code * 256 + this.#next()
  }
}
