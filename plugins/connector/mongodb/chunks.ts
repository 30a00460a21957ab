/** The bytes of a stream in pieces of `size`, the last one shorter; none for none. No more than one piece is held. */
export async function* cutChunks(stream: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let piece = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const bytes of stream) {
    for (let offset = 0; offset < bytes.length; ) {
      const part = bytes.subarray(offset, offset + size - filled)
      piece.set(part, filled)
      filled += part.length
      offset += part.length
      if (filled < size) continue
      yield piece
      piece = Buffer.allocUnsafe(size)
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
