/** What the dictionary begins with ([MS-OXRTFCP] 2.1.2.1). */
const prefix = Buffer.from(
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx',
  'latin1',
)
const headerSize = 16
const dictionarySize = 4096
const compressed = 0x75465a4c
const stored = 0x414c454d

/** Bytes of RTF that compressed RTF of `size` bytes can unfold to: eight references of 17 bytes behind one of 17. */
export function mostRtf(size: number): number {
  return Math.max(0, size - headerSize) * 8 + 17
}

/** The RTF in a compressed RTF property; null when it is none. The declared size and the CRC are not believed. */
export function decompressRtf(bytes: Buffer): Uint8Array | null {
  if (bytes.length < headerSize) return null
  const type = bytes.readUInt32LE(8)
  if (type === stored) return bytes.subarray(headerSize, headerSize + bytes.readUInt32LE(4))
  return type === compressed ? unfold(bytes.subarray(headerSize)) : null
}

/** LZFu: a control byte tells of the next eight tokens whether each is a byte or a reference into the dictionary. */
function unfold(bytes: Buffer): Uint8Array {
  const dictionary = Buffer.alloc(dictionarySize)
  prefix.copy(dictionary)
  let write = prefix.length
  const output = Buffer.allocUnsafe(mostRtf(bytes.length + headerSize))
  let length = 0
  const put = (byte: number) => {
    output[length++] = byte
    dictionary[write] = byte
    write = (write + 1) % dictionarySize
  }
  for (let at = 0; at < bytes.length; ) {
    const control = bytes[at++] as number
    for (let bit = 0; bit < 8 && at < bytes.length; bit++) {
      if (((control >> bit) & 1) === 0) {
        put(bytes[at++] as number)
        continue
      }
      const token = ((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0)
      at += 2
      const from = token >> 4
      // The end is told by a reference to where the next byte would go.
      if (from === write) return output.subarray(0, length)
      for (let index = 0; index < (token & 15) + 2; index++) {
        put(dictionary[(from + index) % dictionarySize] as number)
      }
    }
  }
  return output.subarray(0, length)
}
