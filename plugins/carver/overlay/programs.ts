import { behind, bigEndian, littleEndian, type Part, type Reader } from './reading.ts'

/** The Windows loader takes no more sections than this (PE format, COFF file header). */
const maxSections = 96
const kernelSignature = '~Module signature appended~\n'

/**
 * Ends with the last of its headers, sections, symbols and debug data (PE format). The certificate table is its own, wherever
 * it lies: parts are between it and the rest, behind it, and what a certificate is longer than its signature.
 */
export function peParts(bytes: Buffer): Part[] {
  const read = littleEndian(bytes)
  const header = read.u32(0x3c)
  if (read.u32(header) !== 0x4550) return []
  const optional = header + 24
  const directories = optional + (read.u16(optional) === 0x20b ? 112 : 96)
  const end = Math.max(optional + read.u16(header + 20), sectionsEnd(read, header), symbolsEnd(read, header))
  const table = read.u32(directories - 4) > 4 ? read.u32(directories + 32) : 0
  const tableEnd = table + read.u32(directories + 36)
  if (table < end || tableEnd > bytes.length || tableEnd === table) return behind(bytes, end)
  return [
    { start: end, end: table },
    ...certificateTails(read, table, tableEnd),
    ...behind(bytes, Math.ceil(tableEnd / 8) * 8),
  ]
}

function sectionsEnd(read: Reader, header: number): number {
  const first = header + 24 + read.u16(header + 20)
  const count = Math.min(maxSections, read.u16(header + 6))
  let end = first + count * 40
  for (let at = first; at < first + count * 40; at += 40) {
    const size = read.u32(at + 16)
    if (size > 0) end = Math.max(end, read.u32(at + 20) + size)
  }
  return end
}

/** COFF symbols of 18 bytes, then their names, whose length comes first. */
function symbolsEnd(read: Reader, header: number): number {
  const table = read.u32(header + 12)
  const names = table + read.u32(header + 16) * 18
  return table === 0 ? 0 : names + read.u32(names)
}

/** WIN_CERTIFICATE: length, revision, type, then the signature, a DER sequence that knows its length. */
function certificateTails(read: Reader, table: number, tableEnd: number): Part[] {
  const parts: Part[] = []
  for (let at = table; at + 12 <= tableEnd; ) {
    const size = read.u32(at)
    const end = Math.min(at + size, tableEnd)
    // 30 82, and two bytes of length, high byte first.
    if (read.u16(at + 8) === 0x8230) {
      const length = (read.u16(at + 10) >> 8) | ((read.u16(at + 10) & 0xff) << 8)
      parts.push({ start: at + 12 + length, end })
    }
    if (size < 8) break
    at += Math.ceil(size / 8) * 8
  }
  return parts
}

/** Ends with the last of its headers, segments and sections (ELF specification, gABI 4 and 5), and a kernel's signature. */
export function elfParts(bytes: Buffer): Part[] {
  const read = bytes[5] === 2 ? bigEndian(bytes) : littleEndian(bytes)
  const is64 = bytes[4] === 2
  if (![1, 2].includes(bytes[4] ?? 0)) return []
  const end = is64 ? elfEnd(read, layout64) : elfEnd(read, { ...layout32, word: read.u32 })
  return behind(bytes.subarray(0, signatureStart(bytes)), end)
}

interface Layout {
  /** Offsets in the file header: program headers, section headers, then the numbers of both. */
  phoff: number
  shoff: number
  phnum: number
  shnum: number
  phentsize: number
  shentsize: number
  /** Offset and size of the bytes in a program header and in a section header. */
  segment: readonly [offset: number, size: number]
  section: readonly [offset: number, size: number]
  /** How addresses and sizes are read; absent: 64 bits. */
  word?: (at: number) => number
}

const layout32: Layout = {
  ...{ phoff: 28, shoff: 32, phnum: 44, shnum: 48, phentsize: 32, shentsize: 40 },
  segment: [4, 16],
  section: [16, 20],
}

const layout64: Layout = {
  ...{ phoff: 32, shoff: 40, phnum: 56, shnum: 60, phentsize: 56, shentsize: 64 },
  segment: [8, 32],
  section: [24, 32],
}

/** Null when the header tells of nothing. */
function elfEnd(read: Reader, layout: Layout): number | null {
  const { word = read.u64 } = layout
  const [phoff, shoff] = [word(layout.phoff), word(layout.shoff)]
  if (phoff === 0 && shoff === 0) return null
  // The first section says how many there are when a field of 16 bits does not hold the number.
  const [, size] = layout.section
  const sections = shoff === 0 ? 0 : read.u16(layout.shnum) || Math.min(word(shoff + size), 0x100000)
  let end = Math.max(phoff + read.u16(layout.phnum) * layout.phentsize, shoff + sections * layout.shentsize)
  for (let index = 0; index < read.u16(layout.phnum); index++) {
    const at = phoff + index * layout.phentsize
    end = Math.max(end, word(at + layout.segment[0]) + word(at + layout.segment[1]))
  }
  for (let index = 0; index < sections; index++) {
    const at = shoff + index * layout.shentsize
    // SHT_NOBITS has no bytes in the file.
    if (read.u32(at + 4) !== 8) end = Math.max(end, word(at + layout.section[0]) + word(at + size))
  }
  return end
}

/** Where the signature of a kernel module begins (Linux, struct module_signature); the end when there is none. */
function signatureStart(bytes: Buffer): number {
  const tail = bytes.length - kernelSignature.length
  if (bytes.toString('latin1', Math.max(0, tail)) !== kernelSignature) return bytes.length
  return Math.max(0, tail - 12 - bigEndian(bytes).u32(tail - 4))
}
