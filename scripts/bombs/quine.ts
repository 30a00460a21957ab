import { crc32 } from 'node:zlib'
import { type Bomb, little } from './bomb.ts'
import { solveCrc } from './crc.ts'
import { directoryEnd, directoryEntry, localHeader, type ZipFacts } from './zip.ts'

/** Files whose content is the file itself. */
export const quineBombs: readonly Bomb[] = [
  { name: 'quine.gz', pieces: () => [gzipQuine()] },
  { name: 'quine.zip', pieces: () => [zipQuine()] },
]

/** Writes bits as deflate wants them: first bit lowest; codes of Huffman their highest bit first (RFC 1951, 3.1.1). */
class Bits {
  #bits: number[] = []

  number(value: number, width: number): this {
    for (let bit = 0; bit < width; bit++) this.#bits.push((value >>> bit) & 1)
    return this
  }

  code(value: number, width: number): this {
    for (let bit = width - 1; bit >= 0; bit--) this.#bits.push((value >>> bit) & 1)
    return this
  }

  get length(): number {
    return this.#bits.length
  }

  align(): this {
    return this.number(0, -this.length & 7)
  }

  toBytes(): Buffer {
    const bytes = Buffer.alloc(Math.ceil(this.length / 8))
    for (const [index, bit] of this.#bits.entries())
      bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (index & 7))
    return bytes
  }
}

/** Every opcode takes this many bytes. */
const unit = 5

/** "The next `length` bytes, as they are": the head of a stored block. */
function literal(length: number): Buffer {
  return Buffer.concat([Buffer.alloc(1), little(length, 2), little(length ^ 0xffff, 2)])
}

/** "The last `length` bytes again": a block with fixed codes; null where that does not fill the bytes of an opcode. */
function again(length: number): Buffer | null {
  for (const parts of [[length], [length - (length >> 1), length >> 1]]) {
    const bits = matches(parts, length)
    // An empty block with fixed codes fills ten bits.
    while (bits.length <= unit * 8 - 10) emptyBlock(bits)
    if (bits.length === unit * 8) return bits.toBytes()
  }
  return null
}

function matches(parts: readonly number[], distance: number): Bits {
  const bits = new Bits().number(0, 1).number(1, 2)
  for (const part of parts) {
    addLength(bits, part)
    addDistance(bits, distance)
  }
  return bits.code(0, 7)
}

function emptyBlock(bits: Bits): void {
  bits.number(0, 1).number(1, 2).code(0, 7)
}

/** RFC 1951, 3.2.5: lengths 3 to 258 have the codes 257 to 285, four for each number of extra bits. */
function addLength(bits: Bits, length: number): void {
  const extra = length < 11 ? 0 : Math.floor(Math.log2(length - 3)) - 2
  const code = length === 258 ? 285 : length < 11 ? 254 + length : 257 + extra * 4 + ((length - 3) >> extra)
  if (code < 280) bits.code(code - 256, 7)
  else bits.code(0xc0 + code - 280, 8)
  if (length !== 258) bits.number((length - 3) & ((1 << extra) - 1), extra)
}

/** Distances have the codes 0 to 29, two for each number of extra bits. */
function addDistance(bits: Bits, distance: number): void {
  const extra = distance < 5 ? 0 : Math.floor(Math.log2(distance - 1)) - 1
  bits.code(extra * 2 + ((distance - 1) >> extra), 5).number((distance - 1) & ((1 << extra) - 1), extra)
}

/**
 * Deflate data that unpacks to `prefix`, itself and `suffix`: the construction of Russ Cox, "Zip Files All The Way Down"
 * (research.swtch.com/zip, 2010), with an ending of our own. L: copy what follows. R: repeat what came out last.
 */
function quineData(prefix: Buffer, suffix: Buffer): Buffer {
  const head = literal(prefix.length + unit)
  const repeatHead = again(prefix.length + unit)
  const repeatFour = again(4 * unit)
  if (!repeatHead || !repeatFour)
    throw new Error(`no opcode of ${unit} bytes repeats ${prefix.length + unit} bytes`)
  const [none, one, four] = [literal(0), literal(unit), literal(4 * unit)]
  const ending = endingFor(suffix)
  const tail = literal(ending.length + suffix.length)
  return Buffer.concat([
    ...[head, prefix, head],
    repeatHead,
    ...[one, repeatHead],
    ...[one, one],
    ...[four, repeatHead, one, one, four],
    repeatFour,
    ...[four, repeatFour, four, repeatFour, four],
    repeatFour,
    ...[four, repeatFour, none, none, tail],
    repeatFour,
    ...[none, none],
    ...[tail, ending, suffix],
    ending,
  ])
}

/** The last opcode: repeats itself and the suffix, and ends the stream. */
function endingFor(suffix: Buffer): Buffer {
  for (let size = 5; ; size++) {
    const length = size + suffix.length
    const parts = Array.from({ length: Math.ceil(length / 258) }, () => 258)
    parts.splice(-1, 1, length - (parts.length - 1) * 258)
    const block = matches(parts, length).number(1, 1).number(0, 2).align().toBytes()
    const ending = Buffer.concat([block, Buffer.from([0, 0, 0xff, 0xff])])
    if (ending.length === size) return ending
  }
}

/** A gzip file that unpacks to itself, for ever. */
export function gzipQuine(): Buffer {
  // The name makes the header long enough for an opcode of five bytes.
  const prefix = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 2, 3, ...Buffer.from('r\0')])
  return solve(crc => {
    const suffix = (size: number) => Buffer.concat([little(crc, 4), little(size, 4)])
    const size = prefix.length + quineData(prefix, suffix(0)).length + suffix(0).length
    return Buffer.concat([prefix, quineData(prefix, suffix(size)), suffix(size)])
  })
}

/** A zip archive that holds itself, under a name of 30 letters that makes its header long enough. */
export function zipQuine(): Buffer {
  const name = 'a-zip-that-contains-itself.zip'
  const build = (crc: number, packed: number, size: number) => {
    const facts: ZipFacts = { name, crc, packed, size, method: 8 }
    const prefix = localHeader(facts)
    const entry = directoryEntry(facts, 0)
    const end = directoryEnd(1, { size: entry.length, offset: prefix.length + packed })
    const suffix = Buffer.concat([entry, end])
    const data = quineData(prefix, suffix)
    return { packed: data.length, file: Buffer.concat([prefix, data, suffix]) }
  }
  const { packed, file } = build(0, 0, 0)
  return solve(crc => build(crc, packed, file.length).file)
}

function solve(build: (crc: number) => Buffer): Buffer {
  const crc = solveCrc(value => crc32(build(value)))
  if (crc === null) throw new Error('no CRC fits')
  return build(crc)
}
