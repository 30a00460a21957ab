/** The Windows loader takes no more sections than this (PE format, COFF file header); those beyond are not looked at. */
const maxSections = 96
/** IMAGE_NUMBEROF_DIRECTORY_ENTRIES of the PE format. */
const maxDirectories = 16
/** The certificate table: its address is an offset in the file, and it lies behind the image. */
const securityDirectory = 4
const sectionSize = 40
/** Loaders round offsets of section data down to this when the file alignment is not smaller. */
const fileSector = 0x200
const page = 0x1000

interface Section {
  virtualAddress: number
  virtualSize: number
  rawOffset: number
  rawSize: number
}

interface Headers {
  /** Bytes from the start of the file to the end of the payload. */
  length: number
  /** Offset and size of the optional header. */
  optional: number
  optionalSize: number
  /** Offset of the data directories, and their number. */
  directories: number
  directoryCount: number
  sectionAlignment: number
  fileAlignment: number
  /** In order of their addresses. */
  sections: Section[]
}

/** How far a PE file reaches. */
export interface PeExtent {
  /** In bytes. */
  size: number
  /** True: sections of it are behind the end of the payload. */
  isCut: boolean
}

/**
 * Extent of the PE32 or PE32+ file that starts at `offset` of the payload; null when none starts there.
 * It ends where the last of its headers, sections and data directories ends, of those that end within the payload:
 * what was appended, a signature too, does not count.
 */
export function peExtent(payload: Uint8Array, offset: number): PeExtent | null {
  const length = payload.length - offset
  if (length < 0x40) return null
  const signature = offset + uint32(payload, offset + 0x3c)
  if (signature > payload.length - 24 || uint32(payload, signature) !== 0x4550) return null
  if (payload[offset] !== 0x4d || payload[offset + 1] !== 0x5a) return null
  const view = new DataView(payload.buffer, payload.byteOffset + offset, length)
  const headers = readHeaders(view, signature - offset)
  return headers && { size: lastEnd(view, headers), isCut: isCut(headers) }
}

/** Little-endian; the DataView of the payload is not made for each of a million false starts. */
function uint32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
}

/** Offsets are those of IMAGE_FILE_HEADER, IMAGE_OPTIONAL_HEADER32 and IMAGE_OPTIONAL_HEADER64. */
function readHeaders(view: DataView, signature: number): Headers | null {
  const optional = signature + 24
  const optionalSize = view.getUint16(signature + 20, true)
  const directories = optional + fixedSize(view, optional)
  if (directories === optional || directories > view.byteLength) return null
  const sections = readSections(view, optional + optionalSize, view.getUint16(signature + 6, true))
  if (!sections) return null
  return {
    length: view.byteLength,
    optional,
    optionalSize,
    directories,
    directoryCount: Math.min(maxDirectories, view.getUint32(directories - 4, true) & 0x7fffffff),
    sectionAlignment: view.getUint32(optional + 32, true),
    fileAlignment: view.getUint32(optional + 36, true),
    sections,
  }
}

/** Bytes of the optional header before its data directories; 0 when it is neither PE32 nor PE32+. */
function fixedSize(view: DataView, optional: number): number {
  const magic = optional + 2 <= view.byteLength ? view.getUint16(optional, true) : 0
  return magic === 0x10b ? 96 : magic === 0x20b ? 112 : 0
}

/** Null when the payload ends before the section table does. */
function readSections(view: DataView, table: number, count: number): Section[] | null {
  const sections: Section[] = []
  for (let at = table; sections.length < Math.min(count, maxSections); at += sectionSize) {
    if (at + sectionSize > view.byteLength) return null
    sections.push({
      virtualSize: view.getUint32(at + 8, true),
      virtualAddress: view.getUint32(at + 12, true),
      rawSize: view.getUint32(at + 16, true),
      rawOffset: view.getUint32(at + 20, true),
    })
  }
  return sections.sort((a, b) => a.virtualAddress - b.virtualAddress)
}

function isCut({ sections, length }: Headers): boolean {
  return sections.some(({ rawOffset, rawSize }) => rawSize > 0 && rawOffset + rawSize > length)
}

function lastEnd(view: DataView, headers: Headers): number {
  const ends = [
    headers.optional + headers.optionalSize,
    ...headers.sections.map(section => section.rawOffset + section.rawSize),
    ...directoryEnds(view, headers),
  ]
  return Math.max(0, ...ends.filter(end => end <= headers.length)) || headers.length
}

function directoryEnds(view: DataView, headers: Headers): number[] {
  const ends: number[] = []
  for (let index = 0; index < headers.directoryCount; index++) {
    const at = headers.directories + index * 8
    if (at + 8 > headers.length) break
    const start = fileOffset(headers, view.getUint32(at, true))
    if (index !== securityDirectory && start !== null) ends.push(start + view.getUint32(at + 4, true))
  }
  return ends
}

/** Where an address of the loaded image is in the file. Outside of all sections the two are equal. */
function fileOffset(headers: Headers, address: number): number | null {
  const index = headers.sections.findIndex((_, at) => holds(headers, at, address))
  const section = headers.sections[index]
  if (!section) return address < headers.length ? address : null
  return address - loadedAddress(headers, section) + loadedOffset(headers, section)
}

/** A section reaches over its larger size, but not into the next one, and a size beyond the file is not believed. */
function holds(headers: Headers, index: number, address: number): boolean {
  const section = headers.sections[index]
  if (!section) return false
  const start = loadedAddress(headers, section)
  const isReal = section.rawSize <= headers.length - loadedOffset(headers, section)
  const end = start + (isReal ? Math.max(section.rawSize, section.virtualSize) : section.virtualSize)
  const next = headers.sections[index + 1]?.virtualAddress ?? 0
  return address >= start && address < (next > section.virtualAddress ? Math.min(end, next) : end)
}

function loadedOffset({ fileAlignment }: Headers, { rawOffset }: Section): number {
  return fileAlignment < fileSector ? rawOffset : rawOffset - (rawOffset % fileSector)
}

function loadedAddress({ sectionAlignment, fileAlignment }: Headers, { virtualAddress }: Section): number {
  const alignment = sectionAlignment < page ? fileAlignment : sectionAlignment
  if (fileAlignment < fileSector || alignment === 0) return virtualAddress
  return virtualAddress - (virtualAddress % alignment)
}
