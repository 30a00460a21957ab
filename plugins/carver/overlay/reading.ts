/** Bytes of a payload that no structure of its format accounts for: `start` to before `end`. */
export interface Part {
  start: number
  end: number
}

/** Gives the parts of a payload that do not belong to the file that begins it. Never throws. */
export type FindParts = (bytes: Buffer) => Part[]

/** What is behind the end of a file; nothing when the end is not known. */
export function behind(bytes: Buffer, end: number | null): Part[] {
  return end !== null && end < bytes.length ? [{ start: end, end: bytes.length }] : []
}

/** Numbers of a file. Beyond its end every bit is 0. */
export interface Reader {
  u16(at: number): number
  u32(at: number): number
  /** Exact up to 2 ** 53, far beyond any payload. */
  u64(at: number): number
}

/** Reads numbers with the low byte first. */
export function littleEndian(bytes: Buffer): Reader {
  const u16 = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  const u32 = (at: number) => u16(at) + u16(at + 2) * 0x10000
  return { u16, u32, u64: at => u32(at) + u32(at + 4) * 2 ** 32 }
}

/** Reads numbers with the high byte first. */
export function bigEndian(bytes: Buffer): Reader {
  const u16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  const u32 = (at: number) => u16(at) * 0x10000 + u16(at + 2)
  return { u16, u32, u64: at => u32(at) * 2 ** 32 + u32(at + 4) }
}
