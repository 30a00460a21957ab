import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** How much a bomb holds. */
export interface Scale {
  /** Bytes of zeros; a multiple of `pieceSize`. */
  zeros: number
  /** Members, groups, repetitions. */
  count: number
}

/** One file that is made to overwhelm. */
export interface Bomb {
  name: string
  /** The file, piece by piece. */
  pieces(scale: Scale): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Zeros come in copies of one packed piece of this size. */
export const pieceSize = 2 ** 24

/** What an unpacker has to withstand. */
export const large: Scale = { zeros: 10 * 2 ** 30, count: 1_000_000 }
/** More than the default limits allow, as little as possible. */
export const small: Scale = { zeros: 1.25 * 2 ** 30, count: 100_000 }

/** Writes the bomb into `folder`; gives its size. */
export async function writeBomb(folder: string, bomb: Bomb, scale: Scale): Promise<number> {
  const file = openSync(join(folder, bomb.name), 'w')
  let size = 0
  try {
    for await (const piece of bomb.pieces(scale)) size += writeWhole(file, piece)
  } finally {
    closeSync(file)
  }
  return size
}

function writeWhole(file: number, piece: Uint8Array): number {
  let written = 0
  while (written < piece.length) written += writeSync(file, piece, written)
  return written
}

/** The same piece again and again. */
export function* repeat(piece: Uint8Array, count: number): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield piece
}

/** A little-endian number of `bytes` bytes, at most 6. */
export function little(value: number, bytes: number): Buffer {
  const field = Buffer.alloc(bytes)
  field.writeUIntLE(value, 0, bytes)
  return field
}

/** A little-endian number of 8 bytes. */
export function little64(value: number): Buffer {
  const field = Buffer.alloc(8)
  field.writeBigUInt64LE(BigInt(value))
  return field
}
