import { constants, deflateRawSync, gzipSync } from 'node:zlib'
import { type Bomb, little, pieceSize, repeat } from './bomb.ts'
import { crcAfterZeros } from './crc.ts'
import { packWithSevenZip } from './sevenzip.ts'

/** Zeros in one stream or in many of every format of a single file. */
export const zeroBombs: readonly Bomb[] = [
  { name: 'zeros.gz', pieces: ({ zeros }) => gzipOfZeros(zeros) },
  {
    name: 'zeros-members.gz',
    pieces: ({ zeros }) => repeat(gzipSync(Buffer.alloc(pieceSize), { level: 9 }), zeros / pieceSize),
  },
  { name: 'zeros.zst', pieces: ({ zeros }) => zstdOfZeros(zeros) },
  {
    name: 'zeros-frames.zst',
    pieces: ({ zeros }) => repeat(Buffer.concat([...zstdOfZeros(pieceSize)]), zeros / pieceSize),
  },
  { name: 'zeros.bz2', pieces: ({ zeros }) => copies('bz2', zeros) },
  { name: 'zeros.xz', pieces: ({ zeros }) => copies('xz', zeros) },
]

/** Both formats are made to be laid end to end. */
async function* copies(suffix: 'bz2' | 'xz', zeros: number): AsyncGenerator<Uint8Array> {
  yield* repeat(await packWithSevenZip(suffix, Buffer.alloc(pieceSize)), zeros / pieceSize)
}

/** A deflate stream of `zeros` zeros: blocks that need nothing of those before them, and an empty last one. */
export function* deflateOfZeros(zeros: number): Generator<Uint8Array> {
  const piece = deflateRawSync(Buffer.alloc(pieceSize), { level: 9, finishFlush: constants.Z_FULL_FLUSH })
  yield* repeat(piece, zeros / pieceSize)
  yield Buffer.from([3, 0])
}

/** One member (RFC 1952). */
function* gzipOfZeros(zeros: number): Generator<Uint8Array> {
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3])
  yield* deflateOfZeros(zeros)
  yield little(crcAfterZeros(0, zeros), 4)
  yield little(zeros % 2 ** 32, 4)
}

const zstdBlock = 2 ** 17

/** One frame (RFC 8878, 3.1.1) of blocks that say "so many times this byte". */
function* zstdOfZeros(zeros: number): Generator<Uint8Array> {
  const rle = (isLast: 0 | 1) =>
    Buffer.concat([little((zstdBlock << 3) | (1 << 1) | isLast, 3), Buffer.alloc(1)])
  // No size, no checksum; a window of 128 KiB.
  yield Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (17 - 10) << 3])
  yield* repeat(rle(0), zeros / zstdBlock - 1)
  yield rle(1)
}
