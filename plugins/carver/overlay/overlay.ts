import { type Extracted, type ExtractedResult, type Payload, StoqCarverPlugin } from 'stoq'
import { pdfParts, zipParts } from './documents.ts'
import { bmpParts, gifParts, jpegParts, pngParts } from './images.ts'
import { elfParts, peParts } from './programs.ts'
import type { FindParts, Part } from './reading.ts'

/** The formats, by how a file of them begins. */
const formats: readonly [format: string, magic: string, find: FindParts][] = [
  ['png', '\x89PNG\r\n\x1a\n', pngParts],
  ['jpeg', '\xff\xd8\xff', jpegParts],
  ['gif', 'GIF8', gifParts],
  ['bmp', 'BM', bmpParts],
  ['pe', 'MZ', peParts],
  ['elf', '\x7fELF', elfParts],
  ['pdf', '%PDF', pdfParts],
  // A zip is read from its end: it may begin with anything.
  ['zip', '', zipParts],
]

/**
 * Carves what no structure of a file accounts for: data behind its end, data before a zip. Padding is no find, a file that
 * was cut has no end. meta: `offset`, `size` in bytes, and `format`, that of the file.
 */
export class OverlayCarver extends StoqCarverPlugin {
  /** Bytes that an overlay has at least. */
  minimum_size_int = 1

  carve(payload: Payload): ExtractedResult {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    const found = formats.find(([, magic]) => bytes.toString('latin1', 0, magic.length) === magic)
    if (!found) return null
    const [format, , find] = found
    const parts = find(bytes).filter(part => this.#isOverlay(bytes, part))
    return parts.length === 0 ? null : parts.map(part => carved(bytes, part, format))
  }

  #isOverlay(bytes: Buffer, { start, end }: Part): boolean {
    if (end - start < Math.max(1, this.minimum_size_int)) return false
    for (let at = start; at < end; at++) if (!isPadding(bytes[at] ?? 0)) return true
    return false
  }
}

function carved(bytes: Buffer, { start, end }: Part, format: string): Extracted {
  return [{ offset: start, size: end - start, format }, bytes.subarray(start, end)]
}

/** Zeros, white space, and the Ctrl-Z that DOS ended texts with. */
function isPadding(byte: number): boolean {
  return byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1a
}
