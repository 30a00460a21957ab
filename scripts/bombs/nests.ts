import { gzipSync } from 'node:zlib'
import { type Bomb, pieceSize, type Scale } from './bomb.ts'
import { crcAfterZeros } from './crc.ts'
import { deflateOfZeros } from './zeros.ts'
import { directoryEnd, directoryEntry, localHeader, type ZipFacts, zipOf } from './zip.ts'

/** Archives in archives. */
export const nestBombs: readonly Bomb[] = [
  { name: '42.zip', pieces: fortyTwo },
  { name: 'tree.zip', pieces: tree },
  { name: 'russian-doll.zip', pieces: () => [doll(zipOf, 100)] },
  { name: 'russian-doll.gz', pieces: () => [doll(([[, content]]) => gzipSync(content), 1000)] },
]

const width = 16

/** As the well-known one of 42 kB: five levels of 16 zips each, and in the last one a file of almost 4 GiB. */
function* fortyTwo({ zeros }: Scale): Generator<Uint8Array> {
  let zip = zipOfZeros(Math.min(zeros, 2 ** 32 - pieceSize))
  for (let level = 0; level < 5; level++) {
    const content = zip
    zip = zipOf(
      Array.from({ length: width }, (_, index) => [`lib ${index.toString(16)}.zip`, content] as const),
    )
  }
  yield zip
}

/** A zip of one file of zeros, which is stored as deflate data without being held. */
function zipOfZeros(size: number): Buffer {
  const data = Buffer.concat([...deflateOfZeros(size)])
  const facts: ZipFacts = { name: '0.dll', crc: crcAfterZeros(0, size), packed: data.length, size, method: 8 }
  const local = localHeader(facts)
  const entry = directoryEntry(facts, 0)
  const end = directoryEnd(1, { size: entry.length, offset: local.length + data.length })
  return Buffer.concat([local, data, entry, end])
}

/** Three levels of zips that all differ: no two are one and the same work. */
function* tree({ count }: Scale): Generator<Uint8Array> {
  const wide = Math.round(Math.cbrt(count / 4))
  let serial = 0
  const level = (depth: number): Buffer =>
    zipOf(
      Array.from({ length: wide }, (_, index) =>
        depth === 0
          ? ([`${index}.txt`, Buffer.from(`leaf ${serial++}`)] as const)
          : ([`${index}.zip`, level(depth - 1)] as const),
      ),
    )
  yield level(2)
}

/** One in the other, `depth` times. */
function doll(pack: (files: [readonly [string, Uint8Array]]) => Buffer, depth: number): Buffer {
  let content: Buffer = Buffer.from('the innermost one')
  for (let level = 0; level < depth; level++) content = pack([['doll', content]])
  return content
}
